package picture_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math"
	"testing"
	"time"

	"valkyrie/probes/browser/picture"
	"valkyrie/probes/journey"
)

// screenshot is a white PNG.
func screenshot(t *testing.T, width, height int) []byte {
	t.Helper()
	pic := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(pic, pic.Bounds(), image.White, image.Point{}, draw.Src)
	var out bytes.Buffer
	if err := png.Encode(&out, pic); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// black reports whether a pixel is covered.
func black(pic image.Image, x, y int) bool {
	return color.RGBAModel.Convert(pic.At(x, y)) == color.RGBA{A: 0xff}
}

// TestCover checks that a secret is covered where it was before and after the screenshot, in the window and on the page, at
// the picture's scale, and that the rest stays visible.
func TestCover(t *testing.T) {
	before := picture.Layout{Hidden: [][4]float64{{10, 20, 30, 10}}, X: 0, Y: 100, Width: 100, Height: 100, FullWidth: 100, FullHeight: 400}
	after := before
	after.Hidden = [][4]float64{{60, 20, 30, 10}}
	for _, c := range []struct {
		name       string
		area       picture.Area
		size       image.Point
		in, beside []image.Point
	}{
		{"window", picture.Window, image.Pt(100, 100), []image.Point{{10, 20}, {39, 29}, {60, 25}}, []image.Point{{25, 40}, {50, 25}}},
		{"half the size", picture.Window, image.Pt(50, 50), []image.Point{{6, 11}, {19, 14}, {35, 12}}, []image.Point{{12, 20}, {25, 12}}},
		{"page", picture.Page, image.Pt(100, 400), []image.Point{{10, 120}, {39, 129}, {60, 125}}, []image.Point{{25, 25}, {50, 125}}},
	} {
		pic, err := picture.Screenshot{Data: screenshot(t, c.size.X, c.size.Y), Area: c.area, Layouts: []picture.Layout{before, after}}.Cover()
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range c.in {
			if !black(pic, p.X, p.Y) {
				t.Errorf("%s: %v is visible", c.name, p)
			}
		}
		for _, p := range c.beside {
			if black(pic, p.X, p.Y) {
				t.Errorf("%s: %v is covered", c.name, p)
			}
		}
	}
	damaged := picture.Screenshot{Data: []byte("not a picture")}
	if _, err := damaged.Cover(); err == nil {
		t.Error("a damaged screenshot gives no error")
	}
}

// TestPNG checks that a picture above the limit is halved until it fits, and that a smaller one keeps its size.
func TestPNG(t *testing.T) {
	noise := image.NewRGBA(image.Rect(0, 0, 256, 256))
	seed := uint32(1)
	for i := range noise.Pix {
		seed = seed*1664525 + 1013904223
		noise.Pix[i] = byte(seed >> 24)
	}
	for limit, width := range map[int]int{1 << 20: 256, 100_000: 128, 30_000: 64} {
		data, err := picture.PNG(noise, limit)
		if err != nil {
			t.Fatal(err)
		}
		pic, err := png.Decode(bytes.NewReader(data))
		if err != nil || len(data) > limit || pic.Bounds().Dx() != width {
			t.Errorf("limit %d: %d bytes, %v wide, want %d: %v", limit, len(data), pic.Bounds().Dx(), width, err)
		}
	}
}

// TestCaption checks that a long text gets more lines, up to a bound, and that the picture below is unchanged.
func TestCaption(t *testing.T) {
	pic, err := picture.Screenshot{Data: screenshot(t, 300, 50)}.Cover()
	if err != nil {
		t.Fatal(err)
	}
	last := 0
	for _, text := range []string{"short", "a text that is too long for a single line of a picture that is only 300 pixels wide"} {
		whole := picture.Caption(pic, text)
		bar := whole.Bounds().Dy() - 50
		if whole.Bounds().Dx() != 300 || bar <= last {
			t.Errorf("%q: the caption is %d high, the one before %d", text, bar, last)
		}
		if got := whole.At(150, bar+25); got != (color.RGBA{0xff, 0xff, 0xff, 0xff}) {
			t.Errorf("%q: the picture below it has changed: %v", text, got)
		}
		last = bar
	}
	endless := string(bytes.Repeat([]byte("word "), 10_000))
	if bar := picture.Caption(pic, endless).Bounds().Dy() - 50; bar > 150 {
		t.Errorf("an endless text has a caption of %d pixels", bar)
	}
}

// TestFilm checks that a film has each step once, at most 40, and is a JPEG even with a step of which no picture exists.
func TestFilm(t *testing.T) {
	var film picture.Film
	mask := &journey.Mask{}
	if _, err := film.JPEG(mask); err == nil {
		t.Error("a film without steps gives no error")
	}
	pic := picture.Screenshot{Data: screenshot(t, picture.StillWidth, 200)}
	film.Add("sign in")(pic)
	film.Add("print")(picture.Screenshot{})
	film.SetResult(journey.StepResult{Name: "print", Outcome: journey.Failed, DurationMS: time.Second.Milliseconds()})
	if !film.Has("print") || film.Has("pay") {
		t.Error("it has the wrong steps")
	}
	data, err := film.JPEG(mask)
	if err != nil {
		t.Fatal(err)
	}
	strip, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil || strip.Bounds().Dx() < 2*picture.StillWidth || strip.Bounds().Dy() < 200 {
		t.Errorf("the strip is %v: %v", strip.Bounds(), err)
	}
	for range 50 {
		film.Add("more")(pic)
	}
	if !film.Has("another") {
		t.Error("a full film takes more")
	}
}

// TestPageSize checks that a picture keeps the page's scale unless the page is wide, and never has too many pixels.
func TestPageSize(t *testing.T) {
	for _, c := range []struct{ width, height, wantHeight, wantScale float64 }{
		{1280, 900, 900, 1},
		{1280, 20_000, 8000, 1},
		{8000, 1000, 1000, 1},
		{16_000, 1000, 1000, 0.5},
		{60_000, 100, 100, 8000.0 / 60_000},
		{8000, 8000, 8000, 0.559},
		{0, 0, 1, 1},
	} {
		w, h, scale := picture.Layout{FullWidth: c.width, FullHeight: c.height}.PageSize()
		if w != max(c.width, 1) || h != c.wantHeight || math.Abs(scale-c.wantScale) > 0.001 || w*h*scale*scale > 20_000_001 {
			t.Errorf("%v x %v: %v x %v, scale %v", c.width, c.height, w, h, scale)
		}
	}
}

// TestLast checks that the newest picture counts, not the newest step.
func TestLast(t *testing.T) {
	var film picture.Film
	if pic, _ := film.Last(); pic != nil {
		t.Error("an empty film has a last picture")
	}
	film.Add("sign in")(picture.Screenshot{Data: screenshot(t, 10, 10)})
	film.Add("print")(picture.Screenshot{})
	if pic, step := film.Last(); pic == nil || step != "sign in" {
		t.Errorf("%v of %q", pic, step)
	}
}

// TestIsPlain checks that letters stand out from their background, and that an icon beside them or an edge is no text.
func TestIsPlain(t *testing.T) {
	for name, c := range map[string]struct {
		ink   color.RGBA
		parts []image.Rectangle
		want  bool
	}{
		"nothing":                {color.RGBA{0, 0, 0, 255}, nil, true},
		"letters":                {color.RGBA{0, 0, 0, 255}, []image.Rectangle{image.Rect(2, 4, 6, 16), image.Rect(22, 4, 26, 16), image.Rect(42, 4, 46, 16), image.Rect(62, 4, 66, 16)}, false},
		"letters, nearly white":  {color.RGBA{252, 252, 252, 255}, []image.Rectangle{image.Rect(2, 4, 76, 16)}, true},
		"letters, light grey":    {color.RGBA{238, 238, 238, 255}, []image.Rectangle{image.Rect(2, 4, 76, 16)}, false},
		"an icon":                {color.RGBA{200, 0, 0, 255}, []image.Rectangle{image.Rect(0, 0, 14, 14)}, true},
		"an edge of the picture": {color.RGBA{0, 0, 0, 255}, []image.Rectangle{image.Rect(79, 0, 80, 20)}, true},
	} {
		pic := image.NewRGBA(image.Rect(0, 0, 80, 20))
		draw.Draw(pic, pic.Bounds(), image.White, image.Point{}, draw.Src)
		for _, r := range c.parts {
			draw.Draw(pic, r, image.NewUniform(c.ink), image.Point{}, draw.Src)
		}
		var data bytes.Buffer
		if err := png.Encode(&data, pic); err != nil {
			t.Fatal(err)
		}
		if got, err := picture.IsPlain(data.Bytes()); err != nil || got != c.want {
			t.Errorf("%s: plain %v, %v", name, got, err)
		}
	}
	if _, err := picture.IsPlain([]byte("no picture")); err == nil {
		t.Error("a picture that is none has no error")
	}
}
