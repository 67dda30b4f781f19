package browser_test

import (
	"bytes"
	"image/png"
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
