package picture

import (
	"image"
	"image/color"
	"image/draw"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// Sizes of the caption, in pixels: its letters, its lines and its margin; and the most lines it may have.
const (
	captionSize  = 15
	captionLine  = 21
	captionSpace = 8
	captionLines = 6
)

// captionFace is the Go typeface; it has Latin, Greek and Cyrillic letters.
var captionFace = sync.OnceValue(func() font.Face {
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return basicfont.Face7x13
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: captionSize, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return basicfont.Face7x13
	}
	return face
})

// captionMu guards the face, which is not safe for concurrent use.
var captionMu sync.Mutex

// Caption returns pic with a red bar above it that shows text, wrapped into lines.
func Caption(pic *image.RGBA, text string) *image.RGBA {
	captionMu.Lock()
	defer captionMu.Unlock()
	face := captionFace()
	lines := wrap(face, text, pic.Bounds().Dx()-2*captionSpace)
	bar := len(lines)*captionLine + 2*captionSpace
	whole := image.NewRGBA(image.Rect(0, 0, pic.Bounds().Dx(), pic.Bounds().Dy()+bar))
	fill(whole, image.Rect(0, 0, whole.Bounds().Dx(), bar), red)
	draw.Draw(whole, pic.Bounds().Add(image.Pt(0, bar)), pic, image.Point{}, draw.Src)
	d := font.Drawer{Dst: whole, Src: image.NewUniform(color.White), Face: face}
	for i, line := range lines {
		d.Dot = fixed.P(captionSpace, captionSpace+captionSize+i*captionLine)
		d.DrawString(line)
	}
	return whole
}

// wrap breaks text into lines of at most width pixels, between words, or within a word that is too long.
func wrap(face font.Face, text string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		longer := strings.TrimSpace(line + " " + word)
		if font.MeasureString(face, longer).Ceil() <= width {
			line = longer
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		line = word
		for font.MeasureString(face, line).Ceil() > width && len([]rune(line)) > 1 {
			r := []rune(line)
			fits := len(r) - 1
			for fits > 1 && font.MeasureString(face, string(r[:fits])).Ceil() > width {
				fits--
			}
			lines, line = append(lines, string(r[:fits])), string(r[fits:])
		}
	}
	lines = append(lines, line)
	if len(lines) > captionLines {
		lines = append(lines[:captionLines-1], lines[captionLines-1]+" …")
	}
	return lines
}
