package dashboard

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"
	"time"
)

// palette are the console's colours of lines, in their order.
var palette = []string{
	"#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf",
	"#aec7e8", "#ffbb78", "#98df8a", "#ff9896", "#c5b0d5", "#c49c94", "#f7b6d2", "#c7c7c7", "#dbdb8d", "#9edae5",
}

// A plot is the drawing area of a chart, in pixels, with the values at its edges.
type plot struct {
	left, top, width, height int
	from, until              time.Time
	min, max                 float64
}

func (p plot) x(t time.Time) float64 {
	return float64(p.left) + float64(p.width)*t.Sub(p.from).Seconds()/p.until.Sub(p.from).Seconds()
}

func (p plot) y(v float64) float64 {
	return float64(p.top) + float64(p.height)*(1-(v-p.min)/(p.max-p.min))
}

// chart draws lines over the view's time, with a legend of all that have a point, as SVG.
func (v View) chart(w Widget, lines []Series) template.HTML {
	const perLegendCharacter, legendRow = 6, 14
	width, height := w.Width*column-20, w.Height*unit-40
	p := plot{left: 40, top: 6, width: width - 50, from: v.From, until: v.Until}
	p.min, p.max = limits(w.Properties, lines)
	var legend strings.Builder
	rows, x := 1, 0
	var shown []Series
	for _, l := range lines {
		if len(l.Points) > 0 {
			shown = append(shown, l)
		}
	}
	for i, l := range shown {
		size := len([]rune(l.Label))*perLegendCharacter + 24
		if x+size > width && x > 0 {
			rows, x = rows+1, 0
		}
		fmt.Fprintf(&legend, `<g transform="translate(%d,LEGEND%d)"><rect width="9" height="9" fill="%s"/><text x="13" y="9">%s</text></g>`,
			x, rows, palette[i%len(palette)], html.EscapeString(l.Label))
		x += size
	}
	p.height = height - rows*legendRow - 24
	key := legend.String()
	for row := rows; row >= 1; row-- {
		key = strings.ReplaceAll(key, fmt.Sprintf("LEGEND%d)", row), fmt.Sprintf("%d)", height-(rows-row+1)*legendRow))
	}
	var out strings.Builder
	fmt.Fprintf(&out, `<svg width="%d" height="%d" font-size="10">`, width, height)
	p.axes(&out)
	for i, l := range shown {
		p.line(&out, l, palette[i%len(palette)])
	}
	if w.Type == "metric" {
		p.releases(&out, w.Properties.Annotations.Vertical)
	}
	return template.HTML(out.String() + key + "</svg>") //nolint:gosec // the labels are escaped above
}

// limits returns the range of the vertical axis: what the widget sets, or else the values'.
func limits(p Properties, lines []Series) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, l := range lines {
		for _, point := range l.Points {
			low, high = min(low, point.Value), max(high, point.Value)
		}
	}
	if low > high {
		low, high = 0, 1
	}
	if p.YAxis.Left.Min != nil {
		low = *p.YAxis.Left.Min
	}
	high += (high - low) * 0.05
	if p.YAxis.Left.Max != nil {
		high = *p.YAxis.Left.Max
	}
	if high <= low {
		high = low + 1
	}
	return low, high
}

// axes draws the grid with its values and times.
func (p plot) axes(out *strings.Builder) {
	const ticks = 4
	for i := range ticks + 1 {
		v := p.min + (p.max-p.min)*float64(i)/ticks
		fmt.Fprintf(out, `<path d="M%d %.1fh%d" stroke="#eaeded"/><text x="%d" y="%.1f" text-anchor="end">%s</text>`, p.left, p.y(v), p.width, p.left-4, p.y(v)+3, number(v))
	}
	each := 3 * time.Hour
	if p.width < 400 {
		each = 6 * time.Hour
	}
	for t := p.from.Truncate(each).Add(each); t.Before(p.until); t = t.Add(each) {
		fmt.Fprintf(out, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`, p.x(t), p.top+p.height+14, t.UTC().Format("15:04"))
	}
}

// line draws a line, or a dot where a point has no neighbour.
func (p plot) line(out *strings.Builder, l Series, colour string) {
	var path strings.Builder
	for i, point := range l.Points {
		verb := "L"
		if i == 0 {
			verb = "M"
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", verb, p.x(point.Time), p.y(point.Value))
	}
	if len(l.Points) == 1 {
		path.WriteString("h2")
	}
	fmt.Fprintf(out, `<path d="%s" fill="none" stroke="%s" stroke-width="1.6"/>`, path.String(), colour)
}

// releases draws a labelled vertical line for each release within the time.
func (p plot) releases(out *strings.Builder, all []Annotation) {
	for _, r := range all {
		if x := p.x(r.Value); r.Value.After(p.from) && r.Value.Before(p.until) {
			fmt.Fprintf(out, `<path d="M%.1f %dv%d" stroke="#000" stroke-dasharray="3 2"/><text x="%.1f" y="%d">%s</text>`, x, p.top, p.height, x+3, p.top+p.height-4, html.EscapeString(r.Label))
		}
	}
}
