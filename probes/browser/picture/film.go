package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"slices"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"valkyrie/probes/journey"
)

// A Film holds a small picture of the window at the end of each step, labelled with the step's result. It is safe for
// concurrent use.
type Film struct {
	mu     sync.Mutex
	stills []still
}

type still struct {
	step  string
	label string
	color color.RGBA
	taken Screenshot // without data: none could be taken
}

// picture returns the still's picture; nil: there is none.
func (s still) picture() *image.RGBA {
	pic, err := s.taken.Cover()
	if err != nil {
		return nil
	}
	return pic
}

// StillWidth is the width of one picture of a film, in pixels.
const StillWidth = 320

// The layout of the film strip, in pixels; its pictures per row, and the most pictures it has.
const (
	stillRow  = 4
	stillGap  = 8
	stillText = 18
	maxStills = 40
)

// Has reports whether the step has its picture, or the film is full.
func (f *Film) Has(step string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.stills {
		if s.step == step {
			return true
		}
	}
	return len(f.stills) >= maxStills
}

// Add appends a place for the step's picture, and returns the function that sets it. Without one, or with an empty one, the film says
// that the page could not be seen.
func (f *Film) Add(step string) (set func(Screenshot)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stills = append(f.stills, still{step: step, label: step, color: red})
	at := len(f.stills) - 1
	return func(taken Screenshot) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.stills[at].taken = taken
	}
}

// Last returns the newest picture and its step; nil: there is none.
func (f *Film) Last() (pic *image.RGBA, step string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range slices.Backward(f.stills) {
		if pic := s.picture(); pic != nil {
			return pic, s.step
		}
	}
	return nil, ""
}

// HasPicture reports whether it has a picture of any step.
func (f *Film) HasPicture() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.ContainsFunc(f.stills, func(s still) bool { return len(s.taken.Data) > 0 })
}

// colors are those of the labels, by outcome.
var colors = map[journey.Outcome]color.RGBA{
	journey.Passed: {0x2e, 0x7d, 0x32, 0xff}, journey.Slow: {0xb2, 0x6a, 0x00, 0xff}, journey.Failed: red, journey.Broken: {0x6a, 0x1b, 0x9a, 0xff},
}

// SetResult labels the step's picture with its outcome and its duration.
func (f *Film) SetResult(res journey.StepResult) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.stills {
		if s := &f.stills[i]; s.step == res.Name {
			s.label = fmt.Sprintf("%s: %s, %d ms", res.Name, res.Outcome, res.DurationMS)
			s.color = colors[res.Outcome]
		}
	}
}

// JPEG returns the film as one picture, with secrets masked in its labels.
func (f *Film) JPEG(mask *journey.Mask) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.stills) == 0 {
		return nil, errors.New("no step has ended")
	}
	tall, pics := 0, make([]*image.RGBA, len(f.stills))
	for i, s := range f.stills {
		if pics[i] = s.picture(); pics[i] != nil {
			tall = max(tall, pics[i].Bounds().Dy())
		}
	}
	tall = min(max(tall, 60), 2*StillWidth)
	rows := (len(f.stills) + stillRow - 1) / stillRow
	columns := min(len(f.stills), stillRow)
	cellW, cellH := StillWidth+stillGap, tall+stillText+stillGap
	sheet := image.NewRGBA(image.Rect(0, 0, columns*cellW+stillGap, rows*cellH+stillGap))
	fill(sheet, sheet.Bounds(), color.White)
	for i, s := range f.stills {
		at := image.Pt(stillGap+i%stillRow*cellW, stillGap+i/stillRow*cellH)
		s.draw(sheet, pics[i], image.Rectangle{at, at.Add(image.Pt(StillWidth, tall))}, fmt.Sprintf("%d %s", i+1, mask.Text(s.label)))
	}
	var out bytes.Buffer
	err := jpeg.Encode(&out, sheet, &jpeg.Options{Quality: 80})
	return out.Bytes(), err
}

// draw paints the still into its place, with its label below.
func (s still) draw(sheet, pic *image.RGBA, place image.Rectangle, label string) {
	if pic != nil {
		draw.Draw(sheet, place, pic, image.Point{}, draw.Src)
	} else {
		write(sheet, place.Min.Add(image.Pt(8, 20)), "the page could not be seen", color.RGBA{0x66, 0x66, 0x66, 0xff})
	}
	outline(sheet, place, s.color, 2)
	write(sheet, image.Pt(place.Min.X, place.Max.Y+14), label, s.color)
}

// write draws text in the library's built-in font; letters it lacks show as boxes.
func write(pic *image.RGBA, at image.Point, text string, c color.Color) {
	const letters = StillWidth / 7
	if r := []rune(text); len(r) > letters {
		text = string(r[:letters-3]) + "..."
	}
	d := font.Drawer{Dst: pic, Src: image.NewUniform(c), Face: basicfont.Face7x13, Dot: fixed.P(at.X, at.Y)}
	d.DrawString(strings.ToValidUTF8(text, "?"))
}
