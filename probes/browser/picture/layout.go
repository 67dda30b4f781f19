// Package picture makes the pictures that a run leaves behind from screenshots: it paints over secrets, outlines the
// failing step's target, adds a caption with the error, and joins small pictures into a film strip.
//
// It exists so that everything about images is pure: it takes bytes and positions and returns bytes, and it knows neither
// a tab nor Chrome. Package browser takes the screenshots and asks the page for the positions.
package picture

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	xdraw "golang.org/x/image/draw"
)

// The largest picture of a page. A longer page is cut off; a wider one is scaled down, because Chrome fails to paint a
// surface of more than some 16,000 pixels.
const (
	MaxHeight = 8000       // in CSS pixels
	maxWidth  = 8000       // in pixels of the picture
	maxPixels = 20_000_000 // of the picture; 80 MB of memory
)

// A Layout is where things are on a page, as script/cover.js reports it. Boxes are x, y, width, height, in CSS pixels
// from the window's corner.
type Layout struct {
	Hidden     [][4]float64 `json:"hidden"` // the secrets
	Target     [][4]float64 `json:"target"` // the step's target
	Near       [][4]float64 `json:"near"`   // the closest matches, when there is no target
	X          float64      `json:"x"`
	Y          float64      `json:"y"`
	Width      float64      `json:"width"`
	Height     float64      `json:"height"`
	FullWidth  float64      `json:"fullWidth"`
	FullHeight float64      `json:"fullHeight"`
	Ratio      float64      `json:"ratio"`
}

// PageSize returns the size of the page's part that is on its picture, in CSS pixels, and the scale of the picture.
func (l Layout) PageSize() (width, height, scale float64) {
	width, height = max(l.FullWidth, 1), max(min(l.FullHeight, MaxHeight), 1)
	return width, height, min(1, maxWidth/width, math.Sqrt(maxPixels/(width*height)))
}

// An Area is the part of the page on a screenshot.
type Area int

// The areas: the window, or the whole page including the part below the fold.
const (
	Window Area = iota
	Page
)

// A Screenshot is a picture with the positions of the secrets on it, at several times: a page may move between the question
// and the picture, so callers ask before and after it. It is decoded only when it is needed, as most runs pass.
type Screenshot struct {
	Data    []byte // a PNG or a JPEG; empty: none could be taken
	Area    Area
	Layouts []Layout
}

// Cover decodes the screenshot and paints solid boxes over the secrets, at their positions in each of the layouts.
func (s Screenshot) Cover() (*image.RGBA, error) {
	decoded, _, err := image.Decode(bytes.NewReader(s.Data))
	if err != nil {
		return nil, err
	}
	pic := image.NewRGBA(image.Rectangle{Max: decoded.Bounds().Size()})
	draw.Draw(pic, pic.Bounds(), decoded, decoded.Bounds().Min, draw.Src)
	for _, l := range s.Layouts {
		for _, box := range l.Hidden {
			fill(pic, l.project(pic, box, s.Area, 2), color.Black)
		}
	}
	return pic, nil
}

// Outline draws a red line around the step's target, or amber ones around the closest matches.
func Outline(pic *image.RGBA, area Area, l Layout) {
	for _, box := range l.Target {
		outline(pic, l.project(pic, box, area, 6), red, 4)
	}
	for _, box := range l.Near {
		outline(pic, l.project(pic, box, area, 6), amber, 4)
	}
}

// project converts a box of the page, enlarged by margin CSS pixels, into pixels of a picture.
func (l Layout) project(pic image.Image, box [4]float64, area Area, margin float64) image.Rectangle {
	scale, x, y := float64(pic.Bounds().Dx())/l.Width, box[0]-margin, box[1]-margin
	if area == Page {
		scale, x, y = float64(pic.Bounds().Dx())/l.FullWidth, x+l.X, y+l.Y
	}
	w, h := box[2]+2*margin, box[3]+2*margin
	return image.Rect(int(math.Floor(x*scale)), int(math.Floor(y*scale)), int(math.Ceil((x+w)*scale)), int(math.Ceil((y+h)*scale)))
}

// PNG encodes pic in at most limit bytes; a larger file is halved in size until it fits.
func PNG(pic *image.RGBA, limit int) ([]byte, error) {
	for {
		var out bytes.Buffer
		err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, pic)
		if err != nil || out.Len() <= limit {
			return out.Bytes(), err
		}
		half := image.NewRGBA(image.Rect(0, 0, max(1, pic.Bounds().Dx()/2), max(1, pic.Bounds().Dy()/2)))
		xdraw.ApproxBiLinear.Scale(half, half.Bounds(), pic, pic.Bounds(), xdraw.Src, nil)
		pic = half
	}
}

// leastContrast is the least difference of two colours that one can tell apart, of a channel's 255: #fafafa on white cannot be read.
const leastContrast = 6

// IsPlain reports whether most parts of a PNG, side by side, show one colour each, or colours too alike to tell apart. There is text in
// most parts of its own width, but an icon or an edge in few.
func IsPlain(data []byte) (bool, error) {
	decoded, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return false, err
	}
	pic := image.NewRGBA(decoded.Bounds())
	draw.Draw(pic, pic.Bounds(), decoded, decoded.Bounds().Min, draw.Src)
	const most, least = 8, 8 // parts, and the width of one in pixels
	width, plain := pic.Bounds().Dx(), 0
	parts := max(1, min(most, width/least))
	for i := range parts {
		if isPlain(pic, width*i/parts, width*(i+1)/parts) {
			plain++
		}
	}
	return plain > parts/2, nil
}

// isPlain reports whether the columns of a picture from one to before another show one colour.
func isPlain(pic *image.RGBA, from, to int) bool {
	var least, most [4]uint8
	for y := range pic.Bounds().Dy() {
		for x := from; x < to; x++ {
			at := pic.Pix[pic.PixOffset(x, y):][:4]
			if x == from && y == 0 {
				copy(least[:], at)
				most = least
			}
			for i, v := range at {
				least[i], most[i] = min(least[i], v), max(most[i], v)
				if most[i]-least[i] >= leastContrast {
					return false
				}
			}
		}
	}
	return true
}

// red marks the failure, amber the closest matches.
var (
	red   = color.RGBA{0xd9, 0x1e, 0x18, 0xff}
	amber = color.RGBA{0xe6, 0x8a, 0x00, 0xff}
)

func fill(pic *image.RGBA, r image.Rectangle, c color.Color) {
	draw.Draw(pic, r, image.NewUniform(c), image.Point{}, draw.Src)
}

// outline draws a line of some pixels inside the border of r.
func outline(pic *image.RGBA, r image.Rectangle, c color.Color, line int) {
	fill(pic, image.Rect(r.Min.X, r.Min.Y, r.Max.X, r.Min.Y+line), c)
	fill(pic, image.Rect(r.Min.X, r.Max.Y-line, r.Max.X, r.Max.Y), c)
	fill(pic, image.Rect(r.Min.X, r.Min.Y, r.Min.X+line, r.Max.Y), c)
	fill(pic, image.Rect(r.Max.X-line, r.Min.Y, r.Max.X, r.Max.Y), c)
}

// Blur returns pic with the mean colour of each block of some letters' size, so that no text on it can be read.
func Blur(pic *image.RGBA) *image.RGBA {
	const block = 24
	size := pic.Bounds().Size()
	small := image.NewRGBA(image.Rect(0, 0, max(1, size.X/block), max(1, size.Y/block)))
	xdraw.CatmullRom.Scale(small, small.Bounds(), pic, pic.Bounds(), xdraw.Src, nil)
	blurred := image.NewRGBA(image.Rectangle{Max: size})
	xdraw.ApproxBiLinear.Scale(blurred, blurred.Bounds(), small, small.Bounds(), xdraw.Src, nil)
	return blurred
}

// Blank returns a white picture, for a page of which there is none.
func Blank() *image.RGBA {
	pic := image.NewRGBA(image.Rect(0, 0, 800, 200))
	fill(pic, pic.Bounds(), color.White)
	return pic
}
