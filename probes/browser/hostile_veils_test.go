package browser_test

import (
	"time"

	"valkyrie/probes/journey"
)

// veilRows are controls under a veil that a style draws by a box of an element around them, as while a form loads.
var veilRows = map[string]row{
	"veil of a form that loads": {page: `<style>.loading{position:relative}.loading::before{position:absolute;content:'';inset:0;background:rgba(255,255,255,.8);z-index:100}</style><div class="ui loading segment">` + button + `</div>`, want: journey.Failed, wantError: "it is covered by a veil of div.ui"},
	"veil of the body":          {page: `<style>body::after{content:'';position:fixed;inset:0;background:rgba(255,255,255,.8)}</style>` + button, want: journey.Failed, wantError: "it is covered by a veil of body"},
	"veil of a table":           {page: `<style>.p{position:relative}.p::before{content:'Processing...';position:absolute;inset:0;background:rgba(255,255,255,.8)}</style><div class=p><label>Name <input></label></div>`, do: fill("Name", "Ada"), want: journey.Failed, wantError: "it is covered by a veil of div.p"},
	"veil over a checkbox":      {page: `<style>.p{position:relative}.p::before{content:'';position:absolute;inset:0;background:rgba(255,255,255,.8);z-index:3}</style><div class=p><label><input type=checkbox>Gift</label></div>`, do: check("Gift"), want: journey.Failed, wantError: "it is covered by a veil of div.p"},
	"veil over a list":          {page: `<style>#p{position:relative}#p::after{content:'';position:absolute;inset:-4px;transform:scale(1.01);z-index:3}</style><div id=p><label>Size <select><option>A4<option>A3</select></label></div>`, do: choose("Size", "A3"), want: journey.Failed, wantError: "it is covered by a veil of div#p"},
	"veil that takes no clicks": {page: `<style>.p{position:relative}.p::before{content:'';position:absolute;inset:0;pointer-events:none;background:rgba(255,255,255,.3)}</style><div class=p>` + button + `</div>`, want: journey.Passed},
	"veil for a while":          {page: `<style>.loading{position:relative}.loading::before{position:absolute;content:'';inset:0;z-index:9}</style><div class=loading id=l>` + button + `</div><script>setTimeout(() => { l.className = '' }, 300)</script>`, limit: 3 * time.Second, want: journey.Passed},
	"behind what is around it":  {page: `<div id=p style="width:300px;height:200px"><div style="position:relative;z-index:-1">` + button + `</div></div>`, want: journey.Failed, wantError: "it lies behind div#p"},
}
