package main

import (
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"valkyrie/functions/outages"
	"valkyrie/probes/practice"
)

// The layout of flow.svg in its own units, which are pixels at its natural size. It is as wide as a phone, and has its own
// background, so that it reads the same on a light and on a dark page.
const (
	flowWidth  = 360
	margin     = 10
	textLeft   = margin + 16
	lineHeight = 20
	gap        = 22 // between two boxes, for the arrow
)

// A box is one stage of the flow.
type box struct {
	title string
	lines []string
	color string // of the bar at its left
}

// Colors of the bars: the site, the decision, the person.
const (
	blue, red, green = "#2563eb", "#d91e18", "#15803d"
)

// flow draws how a failure reaches the person on call, from the steps and the policy of the practice shop.
func flow() (string, error) {
	boxes, err := stages()
	if err != nil {
		return "", err
	}
	var body strings.Builder
	y := margin
	for i, b := range boxes {
		if i > 0 {
			fmt.Fprintf(&body, "<path d=\"M%d %d v%d m-5 -6 l5 6 l5 -6\" fill=\"none\" stroke=\"#57606a\" stroke-width=\"2\"/>\n", flowWidth/2, y+2, gap-4)
			y += gap
		}
		y += b.draw(&body, y)
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %[2]d" width="%[1]d" height="%[2]d" font-family="system-ui, 'Segoe UI', Roboto, 'Open Sans', sans-serif" font-size="14" role="img">
<title>How a failure reaches the person on call</title>
<rect width="%[1]d" height="%[2]d" rx="8" fill="#f6f8fa"/>
%[3]s</svg>
`, flowWidth, y+margin, body.String()), nil
}

// draw appends the box with its top at y, and returns its height.
func (b box) draw(body *strings.Builder, y int) int {
	height := lineHeight*(len(b.lines)+1) + 14
	fmt.Fprintf(body, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\" fill=\"#ffffff\" stroke=\"#d0d7de\"/>\n", margin, y, flowWidth-2*margin, height)
	fmt.Fprintf(body, "<rect x=\"%d\" y=\"%d\" width=\"5\" height=\"%d\" fill=\"%s\"/>\n", margin, y, height, b.color)
	y += lineHeight
	fmt.Fprintf(body, "<text x=\"%d\" y=\"%d\" fill=\"#1f2328\" font-weight=\"600\">%s</text>\n", textLeft, y, escaped(b.title))
	for _, line := range b.lines {
		y += lineHeight
		x, color := textLeft, "#3d444d"
		// Not every font has these two characters, so they are drawn.
		if step, passed := strings.CutPrefix(line, "✓ "); passed {
			fmt.Fprintf(body, "<path d=\"M%d %d l4 4 l7 -9\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n", x, y-5, green)
			x, line = x+18, step
		} else if step, failed := strings.CutPrefix(line, "✗ "); failed {
			fmt.Fprintf(body, "<path d=\"M%d %d l9 9 m0 -9 l-9 9\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n", x+1, y-10, red)
			x, line, color = x+18, step, red
		}
		fmt.Fprintf(body, "<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>\n", x, y, color, escaped(line))
	}
	return height
}

func escaped(text string) string {
	var out strings.Builder
	_ = xml.EscapeText(&out, []byte(text)) // a strings.Builder takes every write
	return out.String()
}

// failingStep is the step of print-card that fails while no worker prints.
const failingStep = "wait for the PDF"

// stages lists the boxes from top to bottom.
func stages() ([]box, error) {
	policy, err := outages.Policy()
	if err != nil {
		return nil, err
	}
	journey, regions := practice.PrintCard(), len(outages.Regions)
	var steps []string
	for _, s := range journey.Steps {
		if s.Name == failingStep {
			steps = append(steps, fmt.Sprintf("✗ %s: nothing within %d s", s.Name, int(s.Limit.Seconds())))
			break
		}
		steps = append(steps, "✓ "+s.Name)
	}
	var people []string
	for _, step := range policy.OnCall.EscalationAt(time.Unix(0, 0)) {
		people = append(people, step.Person.Name)
	}
	return []box{
		{fmt.Sprintf("Every minute, from %d regions", regions), []string{
			"a fresh Chrome does what a customer does,", "such as: " + journey.Title,
		}, blue},
		{"Each step is timed", steps, blue},
		{fmt.Sprintf("%d failures in a row, in %d of %d regions", policy.Judge.FailuresInARow, regions/2+1, regions), []string{
			"open an incident; the verdict and the page", "to send are stored in one write",
		}, red},
		{"The phone rings", []string{
			"no answer, busy, voicemail: the next person", strings.Join(people, ", then ") + ", and again from the start",
		}, red},
		{people[len(people)-1] + " presses 4", []string{"acknowledged: nobody else is called"}, green},
		{"It works again", []string{"a text to the people who were called"}, green},
	}, nil
}
