package browser

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	xdraw "golang.org/x/image/draw"

	"valkyrie/probes/journey"
)

//go:embed script/cover.js
var coverScript string

// maxTall is how much of a long page is on its picture, in CSS pixels.
const maxTall = 8000

// A layout is where things are on the page: its hidden parts are the secrets. Boxes are x, y, width, height, in CSS
// pixels from the window's corner.
type layout struct {
	Hidden     [][4]float64 `json:"hidden"`
	Meant      [][4]float64 `json:"meant"`
	Near       [][4]float64 `json:"near"` // when there is none: those most like it
	X          float64      `json:"x"`
	Y          float64      `json:"y"`
	Width      float64      `json:"width"`
	Height     float64      `json:"height"`
	FullWidth  float64      `json:"fullWidth"`
	FullHeight float64      `json:"fullHeight"`
	Ratio      float64      `json:"ratio"`
}

// layout asks the page where its secrets are, and what w means (nil: nothing).
func (tab *Tab) layout(ctx context.Context, mask *journey.Mask, w *wish) (layout, error) {
	secrets, err := json.Marshal(mask.Looks())
	if err != nil {
		return layout{}, err
	}
	meant, err := json.Marshal(w)
	if err != nil {
		return layout{}, err
	}
	var l layout
	err = tab.evaluate(ctx, fmt.Sprintf("((secrets, wish) => {\n%s%s%s})(%s, %s)", findScript, whyScript, coverScript, secrets, meant), &l)
	return l, err
}

// covered takes a picture, of the whole page or of the window, with the secrets on it under solid boxes. Where they are
// is asked before and after, as a page may move meanwhile. A picture whose secrets could not be found is not kept. The
// layout is the one before.
func (tab *Tab) covered(ctx context.Context, w *wish, whole bool, take func(layout) ([]byte, error)) (*image.RGBA, layout, error) {
	mask := tab.step.Mask()
	if w != nil || len(mask.Looks()) > 0 {
		tab.openClosed(ctx)
	}
	before, err := tab.layout(ctx, mask, w)
	if err != nil {
		return nil, before, err
	}
	data, err := take(before)
	if err != nil {
		return nil, before, err
	}
	after, err := tab.layout(ctx, mask, nil)
	if err != nil {
		return nil, before, err
	}
	decoded, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, before, err
	}
	pic := image.NewRGBA(image.Rectangle{Max: decoded.Bounds().Size()})
	draw.Draw(pic, pic.Bounds(), decoded, decoded.Bounds().Min, draw.Src)
	for _, l := range []layout{before, after} {
		for _, box := range l.Hidden {
			fill(pic, l.on(pic, box, whole, 2), color.Black)
		}
	}
	return pic, before, nil
}

// on is a box on a picture, of the whole page or of the window, some CSS pixels wider than it is.
func (l layout) on(pic image.Image, box [4]float64, whole bool, wider float64) image.Rectangle {
	scale, x, y := float64(pic.Bounds().Dx())/l.Width, box[0]-wider, box[1]-wider
	if whole {
		scale, x, y = float64(pic.Bounds().Dx())/l.FullWidth, x+l.X, y+l.Y
	}
	w, h := box[2]+2*wider, box[3]+2*wider
	return image.Rect(int(math.Floor(x*scale)), int(math.Floor(y*scale)), int(math.Ceil((x+w)*scale)), int(math.Ceil((y+h)*scale)))
}

// seek remembers what the tab looks for, for whoever takes a picture of its failure.
func (tab *Tab) seek(w wish) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	tab.wished = w
}

func (tab *Tab) sought() *wish {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	w := tab.wished
	return &w
}

func fill(pic *image.RGBA, r image.Rectangle, c color.Color) {
	draw.Draw(pic, r, image.NewUniform(c), image.Point{}, draw.Src)
}

// red is what is wrong, amber what comes near it.
var (
	red   = color.RGBA{0xd9, 0x1e, 0x18, 0xff}
	amber = color.RGBA{0xe6, 0x8a, 0x00, 0xff}
)

// outline draws a line of some pixels around r, inside of it.
func outline(pic *image.RGBA, r image.Rectangle, c color.Color, line int) {
	fill(pic, image.Rect(r.Min.X, r.Min.Y, r.Max.X, r.Min.Y+line), c)
	fill(pic, image.Rect(r.Min.X, r.Max.Y-line, r.Max.X, r.Max.Y), c)
	fill(pic, image.Rect(r.Min.X, r.Min.Y, r.Min.X+line, r.Max.Y), c)
	fill(pic, image.Rect(r.Max.X-line, r.Min.Y, r.Max.X, r.Max.Y), c)
}

// screenshot is the whole page, below the fold too, with a red line around what the step looked for, or amber ones around what
// comes nearest, and above it what went wrong.
func (tab *Tab) screenshot(ctx context.Context) ([]byte, error) {
	yes := true
	pic, l, err := tab.covered(ctx, tab.sought(), true, func(l layout) ([]byte, error) {
		p := page.CaptureScreenshotParams{CaptureBeyondViewport: &yes, OptimizeForSpeed: &yes}
		p.Clip = &page.Viewport{Width: l.FullWidth, Height: min(l.FullHeight, maxTall), Scale: 1}
		res, err := cdp.Call(ctx, tab.target(), page.CaptureScreenshot, p)
		return res.Data, err
	})
	if err != nil {
		return nil, err
	}
	for _, box := range l.Meant {
		outline(pic, l.on(pic, box, true, 6), red, 4)
	}
	for _, box := range l.Near {
		outline(pic, l.on(pic, box, true, 6), amber, 4)
	}
	return asPNG(captioned(pic, tab.step))
}

// asPNG is pic as a file that can be kept; one that would be too large is shrunk to a half, and again.
func asPNG(pic *image.RGBA) ([]byte, error) {
	for {
		var out bytes.Buffer
		err := png.Encode(&out, pic)
		if err != nil || out.Len() <= maxExhibit {
			return out.Bytes(), err
		}
		half := image.NewRGBA(image.Rect(0, 0, max(1, pic.Bounds().Dx()/2), max(1, pic.Bounds().Dy()/2)))
		xdraw.ApproxBiLinear.Scale(half, half.Bounds(), pic, pic.Bounds(), xdraw.Src, nil)
		pic = half
	}
}
