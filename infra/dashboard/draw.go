package dashboard

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"
	"time"
)

// A View is what to draw: a range of time, and the lines of the logs in it.
type View struct {
	From, Until time.Time
	Lines       []Line
}

// The size of the grid, in pixels, as the console has it in a window of 1280.
const (
	column, unit = 52, 46
	columns      = 24
)

// A drawn is a widget as the page shows it.
type drawn struct {
	Widget
	X, Y   int
	Title  string
	Text   []string // the lines of a text
	Chart  template.HTML
	Table  *Table
	Alarms []string
	Single []single
}

// A single is one value of a widget that shows only the latest.
type single struct{ Label, Value string }

// Page draws widgets as an HTML page, each with the data of its query or its metrics.
func (v View) Page(widgets []Widget) ([]byte, error) {
	var all []drawn
	x, y, row := 0, 0, 0
	for _, w := range widgets {
		if x+w.Width > columns { // the console fills rows from the left
			x, y, row = 0, y+row, 0
		}
		d, err := v.draw(w)
		if err != nil {
			return nil, fmt.Errorf("draw the widget %q: %w", w.Properties.Title, err)
		}
		d.X, d.Y = x*column, y*unit
		x, row = x+w.Width, max(row, w.Height)
		all = append(all, d)
	}
	var out bytes.Buffer
	err := page.Execute(&out, map[string]any{"Widgets": all, "Height": (y + row) * unit, "Column": column, "Unit": unit})
	return out.Bytes(), err
}

// draw fills a widget with its data.
func (v View) draw(w Widget) (drawn, error) {
	p := w.Properties
	d := drawn{Widget: w, Title: p.Title}
	switch {
	case w.Type == "text":
		d.Text = strings.Split(strings.ReplaceAll(p.Markdown, "**", ""), "\n") // bold is not drawn
		return d, nil
	case w.Type == "alarm":
		for _, arn := range p.Alarms {
			part := strings.Split(arn, ":")
			d.Alarms = append(d.Alarms, part[len(part)-1]+", "+part[3])
		}
		return d, nil
	case w.Type == "log":
		t, err := Insights(p.Query, p.Region, v.Lines)
		if err != nil || p.View == "table" {
			d.Table = &t
			return d, err
		}
		lines, err := t.Series()
		d.Chart = v.chart(w, lines)
		return d, err
	case w.Type != "metric":
		return d, fmt.Errorf("the type %q is unknown to this package; add it", w.Type)
	}
	lines, err := Metrics(p, v.Lines)
	if p.View != "singleValue" {
		d.Chart = v.chart(w, lines)
		return d, err
	}
	for _, l := range lines {
		if n := len(l.Points); n > 0 {
			d.Single = append(d.Single, single{l.Label, number(l.Points[n-1].Value)})
		}
	}
	return d, err
}

// number formats a value with three digits or so.
func number(v float64) string {
	if v >= 100 || v <= -100 || v == float64(int64(v)) {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

// cell formats a table's cell.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		if v != float64(int64(v)) {
			return fmt.Sprintf("%.5g", v)
		}
		return fmt.Sprintf("%.0f", v)
	case time.Time:
		return v.UTC().Format("2006-01-02 15:04:05")
	}
	return fmt.Sprint(v)
}

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"cell": cell, "times": func(a, b int) int { return a * b }, "heading": func(s string) string { return strings.TrimLeft(s, "# ") },
	"level": func(s string) int { return len(s) - len(strings.TrimLeft(s, "#")) },
}).Parse(`<!doctype html><meta charset="utf-8"><title>dashboard</title><style>
body{margin:0;font:12px sans-serif;background:#f2f3f3;color:#16191f}
.w{position:absolute;box-sizing:border-box;padding:3px}
.in{box-sizing:border-box;width:100%;height:100%;background:#fff;border:1px solid #d5dbdb;overflow:hidden;padding:6px;position:relative}
h3{font-size:13px;margin:0 0 5px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
h1,h2{font-size:16px;margin:0 0 4px}
table{border-collapse:collapse;font-size:11px;width:100%}
th{text-align:left;border-bottom:2px solid #d5dbdb}
td{border-bottom:1px solid #eaeded;max-width:430px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;padding:3px 8px 3px 0}
.alarm{display:inline-block;background:#eaf3e6;border:1px solid #1d8102;margin:0 4px 4px 0;padding:2px 5px;font-size:11px}
.single{display:inline-block;margin-right:28px}.single b{font-size:28px;display:block}
</style><body style="height:{{.Height}}px">{{$c := .Column}}{{$u := .Unit}}
{{range .Widgets}}<div class="w" style="left:{{.X}}px;top:{{.Y}}px;width:{{times .Width $c}}px;height:{{times .Height $u}}px"><div class="in">
{{if .Title}}<h3 title="{{.Title}}">{{.Title}}</h3>{{end}}
{{range .Text}}{{if eq (level .) 0}}<div>{{.}}</div>{{else}}<h2>{{heading .}}</h2>{{end}}{{end}}
{{range .Alarms}}<span class="alarm">{{.}}</span>{{end}}
{{range .Single}}<span class="single"><b>{{.Value}}</b>{{.Label}}</span>{{end}}
{{with .Table}}<table><tr>{{range .Columns}}<th>{{.}}</th>{{end}}</tr>{{range .Rows}}<tr>{{range .}}<td>{{cell .}}</td>{{end}}</tr>{{end}}</table>{{end}}
{{.Chart}}</div></div>
{{end}}</body>`))
