package browser_test

import (
	"strings"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// gives shows the thanks over everything, when it is clicked.
const gives = `onclick="document.body.insertAdjacentHTML('beforeend','<p style=\'position:fixed;right:0;bottom:0;z-index:9999999;background:#fff;margin:0\'>Thank you</p>')"`

// patternRows are patterns of the user interface as frameworks build them.
var patternRows = func() map[string]row {
	b := browser.Button
	rows := map[string]row{
		// Bootstrap
		"bootstrap modal fade in": {page: `<style>.modal{position:fixed;inset:0;opacity:0;transition:opacity .3s;overflow:auto;z-index:10}.modal.show{opacity:1}.dlg{transform:translate(0,-50px);transition:transform .3s;background:#fff;width:300px;margin:60px auto;pointer-events:auto}.show .dlg{transform:none}.bd{position:fixed;inset:0;background:#000;opacity:.5;z-index:9}</style><button onclick="m.style.display='block';requestAnimationFrame(()=>requestAnimationFrame(()=>m.classList.add('show')));document.body.insertAdjacentHTML('beforeend','<div class=bd></div>')">Open</button><div class=modal id=m style="display:none"><div class=dlg><button ` + gives + `>Save</button></div></div>`, do: func(f *fixture) {
			f.Visit("/")
			f.Click(b("Open"))
			f.Click(b("Save"))
			f.See(browser.Text("Thank you"))
		}, want: journey.Passed},
		"bootstrap page under modal":  {page: `<p>Thank you</p><button ` + gives + `>Print</button><div style="position:fixed;inset:0;overflow:auto;z-index:10"><div style="background:#fff;width:300px;margin:200px auto">Hi</div></div>`, do: press, want: journey.Failed, wantError: `it is covered by div`},
		"bootstrap collapse closed":   {page: `<style>.collapse:not(.show){display:none}</style><div class=collapse><p>Thank you</p></div>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `there is none`},
		"bootstrap collapsing":        {page: `<style>#c{height:0;overflow:hidden;transition:height .35s}</style><button onclick="c.style.height='60px'">More</button><div id=c><p>Thank you</p></div>`, do: func(f *fixture) { f.Visit("/"); f.Click(b("More")); f.See(browser.Text("Thank you")) }, want: journey.Passed},
		"bootstrap offcanvas hidden":  {page: `<div style="position:fixed;top:0;left:0;bottom:0;width:300px;transform:translateX(-100%);visibility:hidden"><a href=#>Thank you</a></div>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `there is none`},
		"bootstrap toast over button": {page: `<button style="position:fixed;right:0;top:0;width:100px;height:40px" ` + gives + `>Print</button><div id=t style="position:fixed;right:0;top:0;width:250px;height:80px;background:#fff">Saved</div><script>setTimeout(()=>t.remove(),700)</script>`, do: press, want: journey.Passed},
		"bootstrap custom switch":     {page: `<style>.s input{position:absolute;opacity:0}.s label::before{content:'';display:inline-block;width:40px;height:20px;background:#888}.s input:checked+label::before{background:#0a0}</style><div class=s><input type=checkbox id=x onchange="document.body.append('Thank you')"><label for=x>Gift</label></div>`, do: func(f *fixture) { f.Visit("/"); f.Check(browser.Checkbox("Gift")); f.See(browser.Text("Thank you")) }, want: journey.Passed},
		"bootstrap input group": {page: `<div style="display:flex"><span>@</span><input aria-label=Name oninput="document.title=this.value"></div><button ` + gives + `>Print</button>`, do: func(f *fixture) {
			f.Visit("/")
			f.Fill(browser.Field("Name"), "Ada")
			f.Click(b("Print"))
			f.See(browser.Text("Thank you"))
		}, want: journey.Passed},
		"bootstrap floating label": {page: `<style>.f{position:relative}.f label{position:absolute;left:0;top:0;padding:10px;pointer-events:none;transition:.1s}.f input{padding:20px 10px 5px}.f input:focus~label{transform:scale(.8) translateY(-8px)}</style><div class=f><input id=i placeholder=" "><label for=i>Name</label></div>`, do: func(f *fixture) { f.Visit("/"); f.Fill(browser.Field("Name"), "Ada") }, want: journey.Passed},
		// Material
		"material ripple over a button": {page: `<style>button{position:relative;overflow:hidden}.r{position:absolute;inset:0;background:rgba(0,0,0,.2);border-radius:50%}</style><button ` + gives + `>Print<span class=r></span></button>`, do: press, want: journey.Passed},
		"material select":               {page: `<div role=combobox tabindex=0 aria-haspopup=listbox aria-expanded=false aria-label=Size id=c>A4</div><script>c.onmousedown=()=>{const d=document.createElement('div');d.innerHTML='<div style="position:fixed;inset:0"></div><ul role=listbox style="position:fixed;left:0;top:40px;background:#fff;opacity:0;transition:opacity .2s"><li role=option>A4<li role=option>A3</ul>';document.body.append(d);requestAnimationFrame(()=>d.lastChild.style.opacity=1);d.querySelectorAll('li').forEach(l=>l.onclick=()=>{c.textContent=l.textContent;d.remove()})}</script>`, do: func(f *fixture) { f.Visit("/"); f.Choose(browser.Role("combobox", "Size"), "A3") }, want: journey.Passed},
		"material outlined notch":       {page: `<style>.o{position:relative;width:200px}.o fieldset{position:absolute;inset:-5px 0 0;pointer-events:none;border:1px solid #888}.o legend{visibility:hidden;height:11px;width:auto}</style><div class=o><label for=i style="position:absolute;transform:translate(14px,16px)">Name</label><input id=i style="padding:16px;border:0"><fieldset aria-hidden=true><legend><span>Name</span></legend></fieldset></div>`, do: func(f *fixture) { f.Visit("/"); f.Fill(browser.Field("Name"), "Ada") }, want: journey.Passed},
		"material snackbar":             {page: `<button onclick="setTimeout(()=>s.style.transform='none',200)">Save</button><div id=s style="position:fixed;bottom:8px;left:8px;background:#323232;color:#fff;transform:translateY(200%);transition:transform .2s;padding:14px">Thank you</div>`, do: func(f *fixture) { f.Visit("/"); f.Click(b("Save")); f.See(browser.Text("Thank you")) }, want: journey.Passed},
		"material snackbar hidden":      {page: `<div id=s style="position:fixed;bottom:8px;left:8px;background:#323232;color:#fff;transform:translateY(200%);padding:14px">Thank you</div>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `it is outside of the window, and no scrolling reaches it`},
		"material progress overlay":     {page: `<div style="position:relative"><button ` + gives + ` disabled id=p>Print</button><svg style="position:absolute;left:0;top:0;width:40px;height:20px"><circle cx=20 cy=10 r=8 fill=none stroke=blue /></svg></div><script>setTimeout(()=>{document.querySelector('svg').remove();p.disabled=false},500)</script>`, do: press, want: journey.Passed},
		// shadcn/radix
		"radix dialog":               {page: `<button onclick="document.body.style.pointerEvents='none';document.body.insertAdjacentHTML('beforeend','<div style=\'position:fixed;inset:0;background:rgba(0,0,0,.8);pointer-events:auto\'></div><div role=dialog style=\'position:fixed;left:50%;top:50%;translate:-50% -50%;background:#fff;pointer-events:auto\'><button onclick=document.body.append(String.fromCharCode(84)+\'hanks\')>Save</button></div>')">Open</button>`, do: func(f *fixture) { f.Visit("/"); f.Click(b("Open")); f.Click(b("Save")) }, want: journey.Passed},
		"radix select native hidden": {page: `<button role=combobox aria-expanded=false aria-haspopup=listbox aria-label=Size id=c><span>A4</span></button><select aria-hidden=true tabindex=-1 style="position:absolute;border:0;width:1px;height:1px;padding:0;margin:-1px;overflow:hidden;clip:rect(0,0,0,0)"><option>A4<option>A3</select><script>c.onpointerdown=()=>{setTimeout(()=>{const d=document.createElement('div');d.setAttribute('role','listbox');d.style='position:fixed;top:40px;background:#fff';d.innerHTML='<div role=option>A4</div><div role=option>A3</div>';document.body.append(d);[...d.children].forEach(o=>o.onpointerup=()=>{c.firstChild.textContent=o.textContent;d.remove()})})}</script>`, do: func(f *fixture) { f.Visit("/"); f.Choose(browser.Role("combobox", "Size"), "A3") }, want: journey.Passed},
		"vaul drawer": {page: `<button onclick="d.style.transform='none'">Open</button><div id=d style="position:fixed;left:0;right:0;bottom:0;height:200px;background:#fff;transform:translateY(100%);transition:transform .5s cubic-bezier(.32,.72,0,1)"><button ` + gives + `>Save</button></div>`, do: func(f *fixture) {
			f.Visit("/")
			f.Click(b("Open"))
			f.Click(b("Save"))
			f.See(browser.Text("Thank you"))
		}, want: journey.Passed},
		"command palette": {page: `<input aria-label=Search oninput="l.innerHTML=['Print card','Order'].filter(x=>x.toLowerCase().includes(this.value)).map(x=>'<div role=option>'+x+'</div>').join('')"><div role=listbox id=l onclick="document.body.append('Thank you')"></div>`, do: func(f *fixture) {
			f.Visit("/")
			f.Fill(browser.Field("Search"), "print")
			f.Click(browser.Role("option", "Print card"))
			f.See(browser.Text("Thank you"))
		}, want: journey.Passed},
		"sonner toast stack": {page: `<ol style="position:fixed;right:8px;bottom:8px"><li style="position:absolute;right:0;bottom:0;width:200px;background:#fff;border:1px solid;transform:translateY(-8px) scale(.95);z-index:1">Thank you</li><li style="position:absolute;right:0;bottom:0;width:200px;background:#fff;border:1px solid;z-index:2">Saved</li></ol>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `it is there, but covered by li`},
		// sticky headers
		"sticky header over anchor": {page: `<header style="position:sticky;top:0;height:80px;background:#fff;z-index:2">Shop</header><div style="height:2000px"></div><button ` + gives + `>Print</button><div style="height:2000px"></div><script>scrollTo(0,2000)</script>`, do: press, want: journey.Passed},
		"sticky footer buy bar":     {page: `<div style="height:3000px">x</div><div style="position:sticky;bottom:0;background:#fff"><button ` + gives + `>Print</button></div>`, do: press, want: journey.Passed},
		"two bars leave a slit":     {page: `<div style="position:fixed;top:0;left:0;right:0;height:48%;background:#eee"></div><div style="position:fixed;bottom:0;left:0;right:0;height:48%;background:#eee"></div><div style="height:1500px"></div><button ` + gives + `>Print</button><div style="height:1500px"></div>`, do: press, want: journey.Passed},
		"sticky table head":         {page: `<div style="height:200px;overflow:auto"><table><thead style="position:sticky;top:0;background:#fff"><tr><th>Name</thead>` + strings.Repeat(`<tr><td>row`, 60) + `<tr><td><button ` + gives + `>Print</button>` + strings.Repeat(`<tr><td>row`, 60) + `</table></div>`, do: press, want: journey.Passed},
		// carousels
		"carousel next slide":   {page: `<div style="width:200px;overflow:hidden"><div id=t style="display:flex;transition:transform .3s"><div style="flex:0 0 200px">One</div><div style="flex:0 0 200px">Thank you</div></div></div><button onclick="t.style.transform='translateX(-200px)'">Next</button>`, do: func(f *fixture) { f.Visit("/"); f.Click(b("Next")); f.See(browser.Text("Thank you")) }, want: journey.Passed},
		"carousel hidden slide": {page: `<div style="width:200px;overflow:hidden"><div id=t style="display:flex"><div style="flex:0 0 200px">One</div><div style="flex:0 0 200px">Thank you</div></div></div>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `it is outside of the visible part of div, and no scrolling reaches it`},
		"scroll snap carousel":  {page: `<div style="width:200px;overflow-x:auto;scroll-snap-type:x mandatory;display:flex"><div style="flex:0 0 200px;scroll-snap-align:start">One</div><div style="flex:0 0 200px;scroll-snap-align:start"><button ` + gives + `>Print</button></div></div>`, do: press, want: journey.Passed},
		"fading carousel":       {page: `<div style="position:relative;height:40px"><div style="position:absolute;opacity:1;background:#fff;width:200px;height:40px;z-index:1">One</div><div style="position:absolute;opacity:0;width:200px;height:40px">Thank you</div></div>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `it is there, but not visible: it is transparent`},
		"marquee":               {page: `<style>@keyframes m{from{transform:translateX(0)}to{transform:translateX(-50%)}}</style><div style="overflow:hidden;width:300px"><div style="display:flex;width:max-content;animation:m 3s linear infinite"><b style="width:200px">News</b><b style="width:200px">Thank you</b><b style="width:200px">News</b><b style="width:200px">Thank you</b></div></div>`, do: waitFor("Thank you"), want: journey.Passed},
		// consent
		"consent banner at bottom": {page: `<button style="position:absolute;top:900px" ` + gives + `>Print</button><div style="height:2000px"></div><div style="position:fixed;bottom:0;left:0;right:0;height:200px;background:#fff">Cookies</div>`, do: press, want: journey.Passed},
		"consent wall":             {page: `<button ` + gives + `>Print</button><div style="position:fixed;inset:0;background:rgba(0,0,0,.6);z-index:9"><div style="background:#fff;margin:99px auto;width:300px">Cookies <button>Accept</button></div></div>`, do: press, want: journey.Failed, wantError: `it is covered by div`},
		"consent closes on accept": {page: `<button ` + gives + `>Print</button><div id=w style="position:fixed;inset:0;background:rgba(0,0,0,.6);z-index:9;transition:opacity .3s"><div style="background:#fff;margin:99px auto;width:300px">Cookies <button onclick="w.style.opacity=0;setTimeout(()=>w.remove(),300)">Accept</button></div></div>`, do: func(f *fixture) {
			f.Visit("/")
			f.Click(b("Accept"))
			f.Click(b("Print"))
			f.See(browser.Text("Thank you"))
		}, want: journey.Passed},
		"consent scroll lock": {page: `<body style="overflow:hidden"><div style="height:3000px"></div><button ` + gives + `>Print</button>`, do: press, want: journey.Failed, wantError: `it is outside of the window, and no scrolling reaches it`},
		// skeletons
		"skeleton over text":        {page: `<style>@keyframes s{50%{opacity:.5}}</style><div style="position:relative;width:200px;height:20px"><span>Thank you</span><div id=k style="position:absolute;inset:0;background:#ddd"></div></div><script>setTimeout(()=>k.remove(),600)</script>`, do: waitFor("Thank you"), want: journey.Passed},
		"skeleton for ever":         {page: `<div style="width:200px;height:20px;background:#ddd;color:transparent">Thank you</div>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `it is there, but not visible: its text is transparent`},
		"skeleton text same colour": {page: `<div style="width:200px;height:20px;background:linear-gradient(90deg,#ddd,#ddd);color:#ddd">Thank you</div>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `it is there, but not visible: its text has the colour of its background`},
		"skeleton visibility":       {page: `<div style="background:#ddd;width:200px"><span style="visibility:hidden">Thank you</span></div>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `there is none`},
		// pickers
		"date picker grid": {page: `<input aria-label=Day readonly onclick="g.hidden=false" id=d><div id=g hidden role=grid><button onclick="d.value='12';document.body.append('Thank you')" aria-label="12 May">12</button></div>`, do: func(f *fixture) {
			f.Visit("/")
			f.Click(browser.Field("Day"))
			f.Click(b("12 May"))
			f.See(browser.Text("Thank you"))
		}, want: journey.Passed},
		"disabled day": {page: `<button aria-disabled=true ` + gives + `>12</button>`, do: visitAnd(func(tab *browser.Tab) { tab.Click(b("12")) }, "Thank you"), want: journey.Failed, wantError: `it is disabled`},
		"stepper":      {page: `<label>Qty <input type=number value=1 id=q></label><button onclick="q.value++;if(q.value==3)document.body.append('Thank you')">+</button>`, do: func(f *fixture) { f.Visit("/"); f.Click(b("+")); f.Click(b("+")); f.See(browser.Text("Thank you")) }, want: journey.Passed},
		"star rating": {page: `<style>.r input{position:absolute;opacity:0;width:0}.r label{font-size:30px}</style><fieldset class=r><legend>Rating</legend><input type=radio name=s id=s1><label for=s1 title="1 star">★</label><input type=radio name=s id=s2 onchange="document.body.append('Thank you')"><label for=s2 title="2 stars">★</label></fieldset>`, do: func(f *fixture) {
			f.Visit("/")
			f.Click(browser.CSS("label[for=s2]"))
			f.See(browser.Text("Thank you"))
		}, want: journey.Passed},
		"otp boxes": {page: strings.Repeat(`<input maxlength=1 style="width:20px" oninput="this.nextElementSibling?.focus();if([...document.querySelectorAll('input')].every(i=>i.value))document.body.append('Thank you')">`, 4), do: func(f *fixture) {
			f.Visit("/")
			f.Click(browser.CSS("input").Nth(1))
			f.Type("1234")
			f.See(browser.Text("Thank you"))
		}, want: journey.Passed},
		// portals, transforms
		"tooltip covers own button":     {page: `<style>.t{display:none;position:absolute;left:0;top:0;width:200px;height:60px;background:#333;color:#fff}button:hover+.t,.t:hover{display:block}</style><button style="width:80px" ` + gives + `>Print</button><div class=t>Print it</div>`, do: press, want: journey.Failed, wantError: ` by div.t`},
		"tooltip without clicks":        {page: `<style>.t{display:none;position:absolute;left:0;top:0;width:200px;height:60px;background:#333;color:#fff;pointer-events:none}button:hover+.t{display:block}</style><button style="width:80px" ` + gives + `>Print</button><div class=t>Print it</div>`, do: press, want: journey.Passed},
		"zoomed app":                    {page: `<body style="zoom:1.25"><div style="height:1500px"></div><button ` + gives + `>Print</button>`, do: press, want: journey.Passed},
		"scaled app":                    {page: `<div style="transform:scale(.5);transform-origin:0 0"><div style="height:1000px">x</div><button ` + gives + `>Print</button></div>`, do: press, want: journey.Passed},
		"app in inner scroller":         {page: `<body style="margin:0;overflow:hidden;height:100vh"><div style="height:100%;overflow:auto"><div style="height:3000px"></div><button ` + gives + `>Print</button></div>`, do: press, want: journey.Passed},
		"masonry absolute":              {page: `<div style="position:relative;height:2000px"><div style="position:absolute;top:1700px;left:20px"><button ` + gives + `>Print</button></div></div>`, do: press, want: journey.Passed},
		"dark mode text":                {page: `<html style="color-scheme:dark light"><style>body{background:#0b0b0b;color:#e5e5e5}</style><p>Thank you</p>`, do: waitFor("Thank you"), want: journey.Passed},
		"dark hero":                     {page: `<style>.h{position:relative;height:200px;color:#fff}.h img{position:absolute;inset:0;width:100%;height:100%;object-fit:cover;z-index:-1}</style><div class=h><img src="` + navySVG + `"><h1>Thank you</h1></div>`, do: waitFor("Thank you"), want: journey.Passed},
		"hero image missing":            {page: `<style>.h{position:relative;height:200px;color:#fff}.h img{position:absolute;inset:0;width:100%;height:100%;object-fit:cover;z-index:-1}</style><div class=h><img src="/none.png"><h1>Thank you</h1></div>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `its text has the colour of its background`},
		"overlay gradient hero":         {page: `<style>.h{position:relative;height:200px;color:#fff;background:#246}.h::before{content:'';position:absolute;inset:0;background:linear-gradient(rgba(0,0,0,.6),transparent)}.h h1{position:relative}</style><div class=h><h1>Thank you</h1></div>`, do: waitFor("Thank you"), want: journey.Passed},
		"glass card":                    {page: `<body style="background:linear-gradient(#123,#456)"><div style="backdrop-filter:blur(8px);background:rgba(255,255,255,.1);color:#fff"><p>Thank you</p></div>`, do: waitFor("Thank you"), want: journey.Passed},
		"badge on icon":                 {page: `<button ` + gives + ` aria-label="Cart" style="position:relative;width:40px;height:40px"><svg width=20 height=20><rect width=20 height=20 /></svg><span style="position:absolute;top:0;right:0;background:red;color:#fff">3</span></button>`, do: visitAnd(func(tab *browser.Tab) { tab.Click(b("Cart")) }, "Thank you"), want: journey.Passed},
		"accordion details":             {page: `<details><summary>More</summary><p>Thank you</p></details>`, do: func(f *fixture) { f.Visit("/"); f.Click(browser.Text("More")); f.See(browser.Text("Thank you")) }, want: journey.Passed},
		"tabs":                          {page: `<div role=tablist><button role=tab aria-controls=b onclick="b.hidden=false;a.hidden=true">Two</button></div><div role=tabpanel id=a>One</div><div role=tabpanel id=b hidden>Thank you</div>`, do: func(f *fixture) { f.Visit("/"); f.Click(browser.Role("tab", "Two")); f.See(browser.Text("Thank you")) }, want: journey.Passed},
		"line clamp":                    {page: `<p style="width:150px;display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical;overflow:hidden">` + strings.Repeat("words and more ", 20) + `Thank you</p>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `it is there, but not visible: it is cut off`},
		"mobile menu aria-hidden false": {page: `<nav style="max-height:0;overflow:hidden"><a href=#>Thank you</a></nav>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `it is outside of the visible part of nav, and no scrolling reaches it`},
		"lazy reveal aos":               {page: `<style>[data-aos]{opacity:0;transform:translateY(50px);transition:.4s}.in{opacity:1!important;transform:none!important}</style><div style="height:1500px"></div><div data-aos id=a><button ` + gives + `>Print</button></div><script>new IntersectionObserver(e=>{if(e[0].isIntersecting)a.classList.add('in')}).observe(a)</script>`, do: press, want: journey.Passed},
		"view transition":               {page: `<button onclick="document.startViewTransition(()=>{document.body.insertAdjacentHTML('beforeend','<p>Thank you</p>')})">Print</button>`, do: press, want: journey.Passed},
		"anchor popover": {page: `<button popovertarget=p>Menu</button><div popover id=p><button ` + gives + `>Print</button></div>`, do: func(f *fixture) {
			f.Visit("/")
			f.Click(b("Menu"))
			f.Click(b("Print"))
			f.See(browser.Text("Thank you"))
		}, want: journey.Passed},
		"text in button with letter spans": {page: `<button ` + gives + `><span>P</span><span>r</span><span>i</span><span>n</span><span>t</span></button>`, do: press, want: journey.Passed},
		"typewriter":                       {page: `<p id=p></p><script>let i=0;setInterval(()=>{p.textContent='Thank you'.slice(0,++i)},60)</script>`, do: waitFor("Thank you"), want: journey.Passed},
		"countdown replaced":               {page: `<p id=p>x</p><script>setInterval(()=>{p.outerHTML='<p id=p>Thank you, wait '+Date.now()%100+'</p>'},40)</script>`, do: waitFor("Thank you"), want: journey.Passed},
	}
	for name, r := range rows {
		r.limit = 2500 * time.Millisecond
		rows[name] = r
	}
	return rows
}()
