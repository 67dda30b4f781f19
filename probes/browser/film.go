package browser

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"valkyrie/probes/journey"
)

// A film is a small picture of the window at the end of each step, and what became of the step.
type film struct {
	mu     sync.Mutex
	frames []still
}

type still struct {
	step  string
	label string
	color color.RGBA
	pic   *image.RGBA // nil: the page could not be seen
}

// The film strip: small pictures, four a row, and how many.
const (
	stillWidth  = 320
	stillRow    = 4
	stillGap    = 8
	stillText   = 18
	maxStills   = 40
	stillWithin = 400 * time.Millisecond // a page that does not paint costs no more than this
)

// shoot takes the step's picture, once.
func (tab *Tab) shoot(ctx context.Context) {
	step := tab.step.Step()
	if tab.stage.NoFilm || tab.film.has(step) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, stillWithin)
	defer cancel()
	call, release := bind(tab.root, ctx)
	defer release()
	pic, _, _ := tab.covered(call, nil, false, func(l layout) ([]byte, error) {
		quality, yes := int64(70), true
		p := page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatJpeg, Quality: &quality, OptimizeForSpeed: &yes}
		p.Clip = &page.Viewport{X: l.X, Y: l.Y, Width: l.Width, Height: l.Height, Scale: stillWidth / max(l.Width, 1)}
		res, err := cdp.Call(call, tab.target(), page.CaptureScreenshot, p)
		return res.Data, err
	})
	tab.film.add(still{step: step, label: step, color: red, pic: pic})
}

func (f *film) has(step string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.frames {
		if s.step == step {
			return true
		}
	}
	return len(f.frames) >= maxStills
}

func (f *film) add(s still) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.frames = append(f.frames, s)
}

var colors = map[journey.Outcome]color.RGBA{
	journey.Passed: {0x2e, 0x7d, 0x32, 0xff}, journey.Slow: {0xb2, 0x6a, 0x00, 0xff}, journey.Failed: red, journey.Broken: {0x6a, 0x1b, 0x9a, 0xff},
}

// title writes what became of the step under its picture.
func (f *film) title(res journey.StepResult) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.frames {
		if s := &f.frames[i]; s.step == res.Name {
			s.label = fmt.Sprintf("%s: %s, %d ms", res.Name, res.Outcome, res.DurationMS)
			s.color = colors[res.Outcome]
		}
	}
}

// strip is the film as one JPEG.
func (f *film) strip(mask *journey.Mask) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.frames) == 0 {
		return nil, errors.New("no step has ended")
	}
	tall := 0
	for _, s := range f.frames {
		if s.pic != nil {
			tall = max(tall, s.pic.Bounds().Dy())
		}
	}
	tall = min(max(tall, 60), 2*stillWidth)
	rows := (len(f.frames) + stillRow - 1) / stillRow
	columns := min(len(f.frames), stillRow)
	cellW, cellH := stillWidth+stillGap, tall+stillText+stillGap
	sheet := image.NewRGBA(image.Rect(0, 0, columns*cellW+stillGap, rows*cellH+stillGap))
	fill(sheet, sheet.Bounds(), color.White)
	for i, s := range f.frames {
		at := image.Pt(stillGap+i%stillRow*cellW, stillGap+i/stillRow*cellH)
		s.draw(sheet, image.Rectangle{at, at.Add(image.Pt(stillWidth, tall))}, fmt.Sprintf("%d %s", i+1, mask.Text(s.label)))
	}
	var out bytes.Buffer
	err := jpeg.Encode(&out, sheet, &jpeg.Options{Quality: 80})
	return out.Bytes(), err
}

// draw puts the picture into its place, with its label below.
func (s still) draw(sheet *image.RGBA, place image.Rectangle, label string) {
	if s.pic != nil {
		draw.Draw(sheet, place, s.pic, image.Point{}, draw.Src)
	} else {
		write(sheet, place.Min.Add(image.Pt(8, 20)), "the page could not be seen", color.RGBA{0x66, 0x66, 0x66, 0xff})
	}
	outline(sheet, place, s.color, 2)
	write(sheet, image.Pt(place.Min.X, place.Max.Y+14), label, s.color)
}

// write writes in the one font that comes with the library; letters it does not have show as boxes.
func write(pic *image.RGBA, at image.Point, text string, c color.Color) {
	const letters = stillWidth / 7
	if r := []rune(text); len(r) > letters {
		text = string(r[:letters-3]) + "..."
	}
	d := font.Drawer{Dst: pic, Src: image.NewUniform(c), Face: basicfont.Face7x13, Dot: fixed.P(at.X, at.Y)}
	d.DrawString(strings.ToValidUTF8(text, "?"))
}
