package browser_test

import (
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// sinkingRows are buttons whose style for :active moves them: Chrome applies it before the page gets the press.
var sinkingRows = map[string]row{
	"scale":                         {page: `<style>button:active{transform:scale(.95)}</style>` + button, want: journey.Passed},
	"down a pixel":                  {page: `<style>button:active{transform:translateY(1px)}</style>` + button, want: journey.Passed},
	"top":                           {page: `<style>button:active{position:relative;top:2px}</style>` + button, want: journey.Passed},
	"margin":                        {page: `<style>button:active{margin-top:2px}</style>` + button, want: journey.Passed},
	"grows":                         {page: `<style>button:active{padding:20px}</style>` + button, want: journey.Passed},
	"with a transition":             {page: `<style>button{transition:transform .15s}button:active{transform:translateY(2px) scale(.97)}</style>` + button, want: journey.Passed},
	"a group that is :active":       {page: `<style>div:active button{transform:translateY(2px)}</style><div>` + button + `</div>`, want: journey.Passed},
	"by a script at pointerdown":    {page: `<button onpointerdown="this.style.transform='translateY(2px)'" onclick="` + thanks + `">Print</button>`, want: journey.Passed},
	"hover grows and press shrinks": {page: `<style>button{transition:transform .1s}button:hover{transform:scale(1.05)}button:active{transform:scale(.95)}</style>` + button, want: journey.Passed},
	"link whose parent sinks":       {page: `<style>.c:active{transform:scale(.98)}</style><div class=c><a href=/next>Print</a></div>`, pages: map[string]string{"/next": "Thank you"}, do: click(browser.Link("Print")), want: journey.Passed},
	"switch whose knob stretches":   {page: `<style>label:active{padding-left:4px}</style><label><input type=checkbox onchange="` + thanks + `">Gift</label>`, do: tick("Gift"), want: journey.Passed},
	"double click on what sinks": {page: `<style>button:active{transform:scale(.95)}</style><button ondblclick="` + thanks + `">Print</button>`, do: func(s *fixture) {
		s.Visit("/")
		s.DoubleClick(browser.Button("Print"))
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"drag of what is lifted": {page: `<style>#a:active{transform:scale(1.05)}</style><div draggable=true id=a style="width:60px;height:30px;background:#ccc">Otter</div><div id=b style="width:90px;height:90px;border:1px solid" ondragover="event.preventDefault()" ondrop="` + thanks + `">Here</div>`, do: func(s *fixture) {
		s.Visit("/")
		s.DragTo(browser.Text("Otter"), browser.Text("Here"))
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"on a phone": {page: `<style>button:active{transform:scale(.95)}</style>` + button, phone: true, want: journey.Passed},
	"in a frame": {page: `<iframe src=/in></iframe>`, pages: map[string]string{"/in": `<style>button:active{transform:scale(.95)}</style>` + button}, want: journey.Passed},
	"sinks away": {page: `<style>button:active{transform:translateY(60px)}</style>` + button, limit: soon, want: journey.Failed, wantError: "the click was intercepted by"},
}
