package browser_test

import (
	"fmt"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// badge is a stretched link over the thanks, whose style draws a box of this style.
func badge(style string) string {
	return `<style>a::before{content:'';position:absolute;` + style + `}</style><div style="position:relative;width:300px"><p>Thank you</p><a class=l href=# style="position:absolute;inset:0"></a></div>`
}

// closedOver is a page with a closed shadow root that paints this over it.
func closedOver(inner string) string {
	return fmt.Sprintf(`<p>Thank you</p><x-wall></x-wall><script>document.querySelector('x-wall').attachShadow({mode:'closed'}).innerHTML=%q</script>`, inner)
}

// sightRows are further contents that only seem to be shown, or only seem to be hidden.
var sightRows = map[string]row{
	"white by another notation":         unseen(`<p style="color:oklch(1 0 0)">Thank you</p>`, `its text has the colour of its background`),
	"both by another notation":          unseen(`<div style="background:color(srgb 0 0 .5)"><p style="color:color(srgb 0 0 .5)">Thank you</p></div>`, `its text has the colour of its background`),
	"readable by another notation":      seen(`<div style="background:oklch(.3 .1 260)"><p style="color:oklch(.9 .01 260)">Thank you</p></div>`),
	"clear by another notation":         unseen(`<p style="color:oklch(.3 .1 260 / 2%)">Thank you</p>`, `its text is transparent`),
	"in the colour of the canvas":       unseen(`<p style="color:Canvas">Thank you</p>`, `its text has the colour of its background`),
	"white on a body with bgcolor":      seen(`<body bgcolor=navy><p style="color:#fff">Thank you</p>`),
	"white on a mixed colour":           seen(`<div style="background:color-mix(in srgb,navy 80%,white)"><p style="color:#fff">Thank you</p></div>`),
	"white on a white layer":            unseen(`<div style="background:#222;position:relative;height:90px"><div style="position:absolute;inset:0;background:#fff"></div><p style="position:relative;color:#fff">Thank you</p></div>`, `its text has the colour of its background`),
	"white on a clear dark layer":       unseen(`<div style="position:relative;height:90px"><div style="position:absolute;inset:0;background:#222;opacity:0"></div><p style="position:relative;color:#fff">Thank you</p></div>`, `its text has the colour of its background`),
	"white on a thick border":           seen(`<div style="border-top:60px solid navy"><p style="color:#fff;margin-top:-50px">Thank you</p></div>`),
	"a drawing over it":                 unseen(over(`<svg class=w `+whole+`><rect width=300 height=90 fill=white /></svg>`), `it is there, but covered by svg.w`),
	"a drawing over it, without clicks": unseen(over(`<svg class=w style="pointer-events:none;position:absolute;left:0;top:0;width:300px;height:90px"><rect width=300 height=90 fill=white /></svg>`), `it is there, but covered by`),
	"a clear drawing over it":           seen(over(`<svg ` + whole + `><rect width=300 height=90 fill=white fill-opacity=.2 /></svg>`)),
	"a drawing of lines over it":        seen(over(`<svg ` + whole + `><path d="M0 0L300 90" stroke=red fill=none /></svg>`)),
	"a spot over it":                    seen(over(`<svg ` + whole + `><circle cx=280 cy=70 r=9 fill=red /></svg>`)),
	"a badge on a link over it":         seen(badge(`top:0;right:0;width:8px;height:8px;background:red`)),
	"a veil on a link over it":          unseen(badge(`inset:0;background:#fff`), `it is there, but covered by a.l`),
	"a clear veil on a link over it":    seen(badge(`inset:0;background:rgb(0 0 0 / 10%)`)),
	"a fixed veil of a style":           unseen(`<style>.s::after{content:'';position:fixed;inset:0;background:#fff}</style><p>Thank you</p><i class=s></i>`, `it is there, but covered by i.s`),
	"a wall in a closed root":           unseen(closedOver(`<div style='position:fixed;inset:0;background:#fff'>Cookies?</div>`), `it is there, but covered by`),
	"a veil in a closed root":           seen(closedOver(`<div style='position:fixed;inset:0;background:rgb(0 0 0 / 30%)'></div>`)),
	"a banner in a closed root":         seen(closedOver(`<div style='position:fixed;inset:auto 0 0;height:90px;background:#fff'>Cookies?</div>`)),
	"a wall in an open root":            unseen(`<p>Thank you</p><x-wall></x-wall><script>document.querySelector('x-wall').attachShadow({mode:'open'}).innerHTML='<div style="position:fixed;inset:0;background:#fff">Cookies?</div>'</script>`, `covered by`),
	"a bar over it, on a short page":    unseen(`<header style="position:fixed;inset:0 0 auto;height:80px;background:#fff">Shop</header><p>Thank you</p>`, `it is there, but covered by header`),
	"a thick border over it":            unseen(`<p>Thank you</p><div class=w style="position:fixed;inset:0;border:2000px solid #fff"></div>`, `covered by div.w`),
	"a frame of a border around it":     seen(`<p style="margin:60px">Thank you</p><div style="position:fixed;inset:0;border:20px solid #000"></div>`),
	"a wide inner shadow over it":       unseen(`<p>Thank you</p><div class=w style="position:fixed;inset:0;box-shadow:inset 0 0 0 3000px #fff"></div>`, `covered by div.w`),
	"a narrow inner shadow":             seen(`<p style="margin:60px">Thank you</p><div style="position:fixed;inset:0;box-shadow:inset 0 0 0 5px #000"></div>`),
	"a splash that opens in a circle":   seen(`<p>Thank you</p><div style="position:fixed;inset:0;background:#fff;clip-path:circle(0)"></div>`),
	"a splash pushed away":              seen(`<p>Thank you</p><div style="position:fixed;inset:0;background:#fff;transform:translateY(-100%)"></div>`),
	"a splash that is hidden":           seen(`<p>Thank you</p><div style="position:fixed;inset:0;background:#fff;visibility:hidden"></div>`),
	"a hidden splash, shown in part":    unseen(`<p>Thank you</p><div class=s style="position:fixed;inset:0;visibility:hidden"><div class=w style="visibility:visible;height:100%;background:#fff"></div></div>`, `covered by div.`),
	"a splash that is nearly opaque":    unseen(`<p>Thank you</p><div class=w style="position:fixed;inset:0;background:#fff;opacity:.96"></div>`, `covered by div.w`),
	"a static box over its end":         seen(`<p style="margin:0;line-height:40px">Thank you</p><div style="background:#fff;margin-top:-30px;height:60px">Shop</div>`),
	"a hidden parent, a visible child":  seen(`<div style="visibility:hidden">x<p style="visibility:visible">Thank you</p></div>`),
	"a collapsed row":                   unseen(`<table><tr><td>x<tr style="visibility:collapse"><td>Thank you</table>`, `there is none`),
	"a parent without a font size":      seen(`<div style="font-size:0"><p style="font-size:16px">Thank you</p></div>`),
	"written from top to bottom":        seen(`<p style="writing-mode:vertical-rl">Thank you</p>`),
	"upside down":                       seen(`<p style="rotate:180deg">Thank you</p>`),
	"turned on its side":                seen(`<div style="padding:90px"><p style="rotate:90deg;width:100px">Thank you</p></div>`),
	"skewed flat":                       unseen(`<p style="transform:scaleY(.02)">Thank you</p>`, `it has no size`),
	"shrunk to a dot":                   unseen(`<p style="transform:scale(.05)">Thank you</p>`, `it has no size`),
	"nearly clear":                      unseen(`<p style="opacity:.04">Thank you</p>`, `it is transparent`),
	"nested, each half clear":           unseen(`<div style="opacity:.3"><div style="opacity:.3"><p style="opacity:.3">Thank you</p></div></div>`, `it is transparent`),
	"half of it hidden":                 unseen(`<p>Thank <span style="visibility:hidden">you</span></p>`, `there is none`),
	"half of it removed":                unseen(`<p>Thank <span hidden>you</span></p>`, `there is none`),
	"indented far away":                 unseen(`<p style="text-indent:-999em">Thank you</p>`, `it is outside of the window`),
	"in a strict box without height":    unseen(`<div class=b style="contain:strict;height:0;width:200px"><p>Thank you</p></div>`, `outside of the visible part of div.b`),
	"in a closed popover":               unseen(`<div popover>Thank you</div>`, `there is none`),
	"in a closed dialog":                unseen(`<dialog>Thank you</dialog>`, `there is none`),
	"in a dialog that is only open":     seen(`<dialog open>Thank you</dialog>`),
	"only a title":                      unseen(`<p title="Thank you">x</p>`, `there is none`),
	"only a placeholder":                unseen(`<input placeholder="Thank you">`, `there is none`),
	"a read-only field":                 seen(`<input readonly value="Thank you">`),
	"blinks":                            seen(`<style>@keyframes b{50%{opacity:0}}p{animation:b .4s steps(1) infinite}</style><p>Thank you</p>`),
	"a clip that is only round":         seen(`<div style="overflow:hidden;border-radius:20px;padding:10px"><p>Thank you</p></div>`),
	"wide content of a cell":            seen(`<table style="table-layout:fixed;width:60px"><td style="white-space:nowrap">Thank you</table>`),
	"under a sticky cell":               seen(`<div style="width:400px;overflow:auto"><table style="width:900px"><td style="position:sticky;left:0;background:#fff">Name<td>Thank you</table></div>`),
	"text of two gradients":             seen(`<h1 style="background:linear-gradient(red,blue),linear-gradient(green,red);background-clip:text;color:transparent">Thank you</h1>`),
	"cut off by half a line":            seen(`<p style="height:12px;overflow:hidden;margin:0">Thank you</p>`),
	"cut off but for a hair":            unseen(`<p style="height:3px;overflow:hidden;margin:0">Thank you</p>`, `it is cut off`),
	"mask of a picture":                 seen(`<p style="mask-image:url(&quot;` + navySVG + `&quot;)">Thank you</p>`),
	"a theme that fades in":             seen(`<style>@starting-style{p{opacity:0}}p{transition:opacity .3s}</style><p>Thank you</p>`),
	"shown by details content":          seen(`<style>details::details-content{content-visibility:visible;display:block}</style><details><summary>More</summary><p>Thank you</p></details>`),
	"a broken picture's words":          {page: `<img alt="Thank you" src=/none.png>`, do: func(s *fixture) { s.Visit("/"); s.See(browser.Role("img", "Thank you")) }, limit: soon, want: journey.Failed, wantError: `its picture could not be loaded`},
}
