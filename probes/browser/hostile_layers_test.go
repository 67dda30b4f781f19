package browser_test

import (
	"strings"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

const (
	fullDialog = `<style>dialog{position:fixed;inset:0;width:100vw;height:100vh;max-width:none;max-height:none;border:0;margin:0;padding:0;background:white}</style><dialog id=d>Hi</dialog><output popover=manual id=o>Thank you</output>`
	foldedSlot = `<div style="display:grid;grid-template-rows:ROWS"><div style="overflow:hidden;min-height:0"><slot></slot></div></div>`
	transition = `<p id=p>Shop</p><button onclick="document.startViewTransition(() => { p.textContent = 'Thank you' })">Print</button>`
	holdsOld   = `<style>::view-transition-group(root){animation-duration:60s}::view-transition-old(root){animation:none;opacity:1;z-index:2;mix-blend-mode:normal}::view-transition-new(root){animation:none;opacity:0}</style>`
	helpPanel  = `<div style="height:100px;overflow:auto;position:relative" id=s><div style="anchor-name:--a;height:20px">Help</div><div style="height:900px"></div></div><div style="position:fixed;position-anchor:--a;top:300px;left:anchor(left);position-visibility:anchors-visible">Thank you</div>`
)

// fold is a custom element with a closed root that folds its content away, or not.
func fold(rows string) string {
	return `<x-fold>Thank you</x-fold><script>customElements.define('x-fold', class extends HTMLElement { constructor() { super(); this.attachShadow({mode:'closed'}).innerHTML = ` + "`" + strings.Replace(foldedSlot, "ROWS", rows, 1) + "`" + ` } })</script>`
}

// layerRows are parts of a page that are switched off or under another layer of it.
var layerRows = map[string]row{
	"fold under a fading veil":       {page: `<div style="position:relative;max-height:100px;overflow:hidden;line-height:20px">Shop<br>one<br>two<br>three<br>Thank you<div style="position:absolute;bottom:0;left:0;right:0;height:60px;background:linear-gradient(transparent,#fff 40%)"></div></div>`, do: waitFor("Thank you"), limit: soon, want: journey.Failed, wantError: "it is there, but"},
	"above a fading veil":            {page: `<div style="position:relative;max-height:100px;overflow:hidden;line-height:20px">Thank you<br>one<br>two<br>three<br>four<div style="position:absolute;bottom:0;left:0;right:0;height:60px;background:linear-gradient(transparent,#fff 40%)"></div></div>`, do: waitFor("Thank you"), want: journey.Passed},
	"fading veil of a style":         {page: `<style>.f{position:relative;max-height:100px;overflow:hidden;line-height:20px}.f::after{content:'';position:absolute;bottom:0;left:0;right:0;height:60px;background:linear-gradient(to top,#fff 60%,rgba(255,255,255,0))}</style><div class=f>Shop<br>one<br>two<br>three<br>Thank you</div>`, do: waitFor("Thank you"), limit: soon, want: journey.Failed, wantError: "it is there, but"},
	"fading veil without clicks":     {page: `<div style="position:relative;max-height:100px;overflow:hidden;line-height:20px">Shop<br>one<br>two<br>three<br>Thank you<div style="pointer-events:none;position:absolute;bottom:0;left:0;right:0;height:60px;background:linear-gradient(to top,#fff 60%,rgba(255,255,255,0))"></div></div>`, do: waitFor("Thank you"), limit: soon, want: journey.Failed, wantError: "it is there, but"},
	"fold that fades":                {page: `<div style="max-height:100px;overflow:hidden;line-height:20px;mask-image:linear-gradient(#000 0,#000 30%,transparent 70%)">Shop<br>one<br>two<br>three<br>Thank you</div>`, do: waitFor("Thank you"), limit: soon, want: journey.Failed, wantError: "it is masked"},
	"head of what fades":             {page: `<div style="max-height:100px;overflow:hidden;line-height:20px;mask-image:linear-gradient(#000 0,#000 30%,transparent 70%)">Thank you<br>one<br>two<br>three<br>four</div>`, do: waitFor("Thank you"), want: journey.Passed},
	"faded tail":                     {page: `<p style="width:400px;white-space:nowrap;mask-image:linear-gradient(90deg,#000 40%,transparent 50%)">Order number 1234567890 of this day today: Thank you`, do: waitFor("Thank you"), limit: soon, want: journey.Failed, wantError: "it is masked"},
	"mask whose picture is lost":     {page: `<p>Shop<p style="mask-image:url(/lost.svg)">Thank you`, do: waitFor("Thank you"), limit: soon, want: journey.Failed, wantError: "it is masked"},
	"cover of two layers":            {page: `<p>Shop<div style="position:relative;width:300px;height:40px"><p style="margin:0">Thank you</p><div style="position:absolute;inset:0;background:rgba(255,255,255,.8)"></div><div style="position:absolute;inset:0;background:rgba(255,255,255,.8)"></div></div>`, do: waitFor("Thank you"), limit: soon, want: journey.Failed, wantError: "it is there, but"},
	"two thin layers":                {page: `<p>Shop<div style="position:relative;width:300px;height:40px"><p style="margin:0">Thank you</p><div style="position:absolute;inset:0;background:rgba(255,255,255,.4)"></div><div style="position:absolute;inset:0;background:rgba(255,255,255,.4)"></div></div>`, do: waitFor("Thank you"), want: journey.Passed},
	"three letters of it":            {page: `<p>Shop<div style="width:26px;overflow:hidden;white-space:nowrap">Thank you</div>`, do: waitFor("Thank you"), limit: soon, want: journey.Failed, wantError: "it is cut off"},
	"most letters of it":             {page: `<p>Shop<div style="width:60px;overflow:hidden;white-space:nowrap">Thank you</div>`, do: waitFor("Thank you"), want: journey.Passed},
	"some words of a long line":      {page: `<p>Shop<div style="width:160px;overflow:hidden;white-space:nowrap">Thank you for the order of a dozen otters and their winter hats</div>`, do: waitFor("Thank you for the order of a dozen otters and their winter hats"), want: journey.Passed},
	"letters to scroll to":           {page: `<p>Shop<div style="width:26px;overflow:auto;white-space:nowrap">Thank you</div>`, do: waitFor("Thank you"), want: journey.Passed},
	"a rail of icons":                {page: `<p>Shop<nav style="width:56px;overflow:hidden;white-space:nowrap"><a href=/x><span style="display:inline-block;width:48px;background:#ccc">o</span>Thank you</a></nav>`, do: waitFor("Thank you"), limit: soon, want: journey.Failed, wantError: "it is outside of the visible part of nav"},
	"under a card, but for its edge": {page: `<p>Shop<div style="position:relative;height:60px"><p style="margin:0">Thank you</p><div style="position:absolute;left:8px;top:0;width:300px;height:60px;background:#eee"></div></div>`, do: waitFor("Thank you"), limit: soon, want: journey.Failed, wantError: "it is there, but"},
	"splash deep in the page":        {page: `<ul>` + strings.Repeat(`<li><a href=/x>Shop</a>`, 450) + `</ul><div><div><div><div style="position:fixed;inset:0;background:#fff;pointer-events:none;z-index:9"></div></div></div></div><p style="position:absolute;top:10px;left:300px">Thank you</p>`, do: waitFor("Thank you"), limit: soon, want: journey.Failed, wantError: "it is there, but"},
	"upload under a veil":            {page: `<label>File <input type=file></label><div style="position:fixed;inset:0;background:rgba(255,255,255,.7)">Loading</div>`, do: upload(browser.Field("File"), "a.txt"), limit: soon, want: journey.Failed, wantError: "covered"},
	"upload by a label under a veil": {page: `<label style="border:1px solid">Choose a file<input type=file style="position:absolute;opacity:0;width:1px;height:1px"></label><div style="position:fixed;inset:0;background:rgba(255,255,255,.7);z-index:9">Loading</div>`, do: upload(browser.Field("Choose a file"), "a.txt"), limit: soon, want: journey.Failed, wantError: "covered"},
	"upload behind a dialog":         {page: `<label>File <input type=file></label><dialog id=d>Offer</dialog><script>d.showModal()</script>`, do: upload(browser.Field("File"), "a.txt"), limit: soon, want: journey.Failed, wantError: "could not upload"},
	"upload below the fold":          {page: `<div style="height:3000px"></div><label>File <input type=file onchange="document.body.append('Thank you')"></label>`, do: func(s *fixture) { upload(browser.Field("File"), "a.txt")(s); s.See(browser.Text("Thank you")) }, want: journey.Passed},
	"a twin behind a dialog":         {page: `<button>Print</button><dialog id=d><button onclick="d.append('Thank you')">Print</button></dialog><script>d.showModal()</script>`, want: journey.Passed},
	"a twin in an inert part":        {page: `<main inert style="opacity:.4"><button>Print</button></main><div role=dialog style="position:fixed;top:90px;background:#fff">` + button + `</div>`, want: journey.Passed},
	"a twin under a clear veil":      {page: `<button>Print</button><div style="position:fixed;inset:0;background:rgba(0,0,0,.5)"><div role=dialog aria-modal=true style="background:#fff;margin:200px auto;width:200px"><button onclick="this.after('Thank you')">Print</button></div></div>`, want: journey.Passed},
	"a field behind a modal":         {page: `<label>Name <input></label><dialog id=d><label>Name <input oninput="if (value === 'Ada') d.append('Thank you')"></label></dialog><script>d.showModal()</script>`, do: func(s *fixture) { s.Visit("/"); s.Fill(browser.Field("Name"), "Ada"); s.See(browser.Text("Thank you")) }, want: journey.Passed},
	"a box behind a modal":           {page: `<label><input type=checkbox>Gift</label><dialog id=d><label><input type=checkbox onchange="d.append('Thank you')">Gift</label></dialog><script>d.showModal()</script>`, do: func(s *fixture) { check("Gift")(s); s.See(browser.Text("Thank you")) }, want: journey.Passed},
	"twins under no veil":            {page: `<div style="position:fixed;inset:0 0 90% 0;background:white"></div>` + button + button, want: journey.Failed, wantError: "there are 2 of them"},
	"twins in a dialog":              {page: `<dialog id=d>` + button + button + `</dialog><script>d.showModal()</script>`, want: journey.Failed, wantError: "there are 2 of them"},
	"alone, behind a dialog":         {page: `<button>Print</button><dialog id=d>Hi</dialog><script>d.showModal()</script>`, want: journey.Failed, wantError: "could not click"},
	"a row's button and a dialog's": {page: `<table><tr><td>Otter<td><button onclick="d.showModal()">Delete</button></table><dialog id=d><button onclick="d.close(); document.body.append('Thank you')">Delete</button></dialog>`, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Button("Delete"))
		s.Click(browser.Button("Delete"))
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"a popover under a dialog": {page: fullDialog + `<script>o.showPopover(); d.showModal()</script>`, do: waitFor("Thank you"), want: journey.Failed, wantError: "covered"},
	"a popover over a dialog":  {page: fullDialog + `<script>d.showModal(); o.showPopover()</script>`, do: waitFor("Thank you"), want: journey.Passed},

	"folded in a closed root":   {page: fold("0fr"), do: waitFor("Thank you"), want: journey.Failed, wantError: "it is there, but"},
	"unfolded in a closed root": {page: fold("1fr"), do: waitFor("Thank you"), want: journey.Passed},

	"a collapsed column": {page: `<table><colgroup><col><col style="visibility:collapse"></colgroup><tr><td>Shop<td>Thank you</table>`, do: waitFor("Thank you"), want: journey.Failed, wantError: "not visible"},
	"the other column":   {page: `<table><colgroup><col style="visibility:collapse"><col></colgroup><tr><td>Shop<td>Thank you</table>`, do: waitFor("Thank you"), want: journey.Passed},

	"anchored to what is in sight":     {page: helpPanel, do: waitFor("Thank you"), want: journey.Passed},
	"anchored to what is scrolled out": {page: helpPanel + `<script>s.scrollTop = 500</script>`, do: waitFor("Thank you"), want: journey.Failed, wantError: "it is there, but"},

	"a view transition":               {page: transition, want: journey.Passed},
	"a view transition holds the old": {page: holdsOld + transition, want: journey.Failed, wantError: "it is there, but a view transition still shows the page before"},
}
