package browser_test

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// TestScreenshotOfLongPage checks that the screenshot shows all of a long page, up to the cap, and that one too large for
// evidence is scaled down.
func TestScreenshotOfLongPage(t *testing.T) {
	for name, c := range map[string]struct {
		page     string
		tall     int // height of the picture without its caption; 0: less than the page
		fullSize bool
	}{
		"long":        {`<body style="margin:0;height:6000px">`, 6000, true},
		"too long":    {`<body style="margin:0;height:20000px">`, 8000, true},
		"photographs": {`<body style="margin:0"><canvas id=c width=1280 height=6000></canvas><script>const x = c.getContext('2d'), d = x.createImageData(1280, 6000), w = new Uint32Array(d.data.buffer); let s = 1; for (let i = 0; i < w.length; i++) { s = (s * 1664525 + 1013904223) | 0; w[i] = s | 0xff000000 } x.putImageData(d, 0, 0)</script>`, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			tab := browser.NewTab()
			run := play(t, serve(t, map[string]string{"/": c.page}, nil), tab, journey.Step{Name: "look", Limit: 2 * time.Second, Do: func(s *journey.T) {
				tab.Visit("/")
				s.Failf("enough")
			}})
			pic, err := png.Decode(bytes.NewReader(capture(t, run, "screenshot")))
			if err != nil {
				t.Fatal(err)
			}
			size := pic.Bounds().Size()
			if full := size.X == 1280 && size.Y >= c.tall; full != c.fullSize || size.X < 300 || c.fullSize && size.Y > c.tall+60 {
				t.Errorf("the picture is %v", size)
			}
		})
	}
}

// TestScreenshotOfStuckPage checks that a page that answers nothing, or paints nothing, leaves a picture nevertheless: of the
// window as it was last seen.
func TestScreenshotOfStuckPage(t *testing.T) {
	const stripes = `<style>body { margin: 0; height: 100vh; background: repeating-linear-gradient(90deg, #000 0 4px, #fff 4px 8px) }</style>`
	hang := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}
	for name, c := range map[string]struct {
		page     string
		handlers map[string]http.HandlerFunc
		press    bool
		html     bool // the page's HTML is kept too
		black    bool // the picture has the page's black stripes
	}{
		"a script that never ends":         {page: stripes + `<script>setTimeout(() => { for (;;); }, 300)</script>`, black: true},
		"a handler that never ends":        {page: stripes + `<button onclick="for(;;);">Go</button>`, press: true, black: true},
		"a script that ends on no leaving": {page: stripes + `<button onclick="setTimeout(() => location='/next', 700)">Go</button><script>onpagehide = () => { for (;;); }</script>`, press: true, black: true},
		"a form that gets no answer":       {page: stripes + `<form method=post action=/hang><button>Go</button></form>`, press: true, html: true, black: true},
		"a link that gets no answer":       {page: stripes + `<a href=/hang>Go</a>`, press: true, html: true, black: true},
		"a script that is never sent":      {page: stripes + `<script src=/hang></script>`, html: true},
		"a script at the very start":       {page: `<script>for(;;);</script>`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site := serve(t, map[string]string{"/": c.page, "/next": "Thank you"}, map[string]http.HandlerFunc{"/hang": hang})
			for attempt := 1; ; attempt++ { // on a busy machine, the time for a picture may be too short
				tab := browser.NewTab()
				run := playBeside(t, site, tab, journey.Step{Name: "go", Limit: 2 * time.Second, Do: func(*journey.T) {
					tab.Visit("/")
					if c.press {
						tab.Click(browser.Text("Go"))
					}
					tab.See(browser.Text("Never"))
				}})
				pic, err := png.Decode(bytes.NewReader(capture(t, run, "screenshot")))
				if err != nil {
					t.Fatal(err)
				}
				if c.html {
					capture(t, run, "html")
				}
				if !c.black || contrast(pic) > 0xc0 {
					return
				}
				if attempt == 3 {
					t.Fatalf("the page is not on it: %v", pic.Bounds())
				}
			}
		})
	}
}

// TestScreenshotOfStuckPageIsBlurred checks that no text can be read on the picture of a stuck page once the run has used a
// secret: where it shows is unknown.
func TestScreenshotOfStuckPageIsBlurred(t *testing.T) {
	site := serve(t, map[string]string{"/": `<style>body { margin: 0; height: 100vh; background: repeating-linear-gradient(90deg, #000 0 4px, #fff 4px 8px) }</style>
		<button onclick="for(;;);">Go</button>`}, nil)
	tab := browser.NewTab()
	r := journey.Runner{
		Stage:    journey.Stage{Site: site, Chrome: program, Secrets: func(string) (string, error) { return "open sesame", nil }},
		Evidence: folder(t.TempDir()),
	}
	run := r.Run(t.Context(), journey.Journey{Name: "test", Uses: tab, Secrets: []string{"password"}, Steps: []journey.Step{
		{Name: "go", Limit: 2 * time.Second, Do: func(s *journey.T) {
			s.Secret("password")
			tab.Visit("/")
			tab.Click(browser.Button("Go"))
			tab.See(browser.Text("Never"))
		}},
	}}, time.Now())
	pic, err := png.Decode(bytes.NewReader(capture(t, run, "screenshot")))
	if err != nil {
		t.Fatal(err)
	}
	if c := contrast(pic); c > 0x60 {
		t.Errorf("its stripes can be told apart: neighbours differ by %#x", c)
	}
}

// playBeside runs one step, beside other tests.
func playBeside(t *testing.T, site *url.URL, tab *browser.Tab, step journey.Step) journey.Run {
	r := journey.Runner{Stage: journey.Stage{Site: site, Chrome: program}, Evidence: folder(t.TempDir())}
	return r.Run(t.Context(), journey.Journey{Name: "test", Uses: tab, Steps: []journey.Step{step}}, time.Now())
}

// contrast returns the largest difference of brightness between a pixel and one of the 4 to its right, in the lower half.
func contrast(pic image.Image) int {
	most, size := 0, pic.Bounds()
	for x := size.Min.X; x+4 < size.Max.X; x++ {
		r, _, _, _ := pic.At(x, size.Max.Y-size.Dy()/4).RGBA()
		for beside := 1; beside <= 4; beside++ {
			next, _, _, _ := pic.At(x+beside, size.Max.Y-size.Dy()/4).RGBA()
			most = max(most, int(r>>8)-int(next>>8), int(next>>8)-int(r>>8))
		}
	}
	return most
}

// TestScreenshotOfWidePage checks that a page wider than Chrome can paint is scaled down.
func TestScreenshotOfWidePage(t *testing.T) {
	for _, page := range []string{
		`<body style="margin:0"><div style="width:4000px;height:100px">`,
		`<body style="margin:0"><div style="width:20000px;height:100px">`,
		`<body style="margin:0"><i style="position:absolute;left:60000px">x</i>`,
		`<body style="margin:0"><div style="width:60000px;height:60000px">`,
	} {
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			tab := browser.NewTab()
			run := playBeside(t, serve(t, map[string]string{"/": page}, nil), tab, journey.Step{Name: "look", Limit: 5 * time.Second, Do: func(s *journey.T) {
				tab.Visit("/")
				s.Failf("enough")
			}})
			pic, err := png.Decode(bytes.NewReader(capture(t, run, "screenshot")))
			if err != nil {
				t.Fatal(err)
			}
			if w := pic.Bounds().Dx(); w < 4000 || w > 8000 {
				t.Errorf("the picture is %v", pic.Bounds())
			}
		})
	}
}
