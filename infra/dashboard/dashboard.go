// Package dashboard draws the CloudWatch dashboard of template.yaml without CloudWatch: it evaluates the template's text, runs the
// widgets' queries and searches on log lines of infra/cloudwatch, and lays the results out as HTML. It shows the dashboard
// before anything is deployed, and proves that each query has a result.
//
// It knows the part of CloudWatch that the dashboard uses, and reports anything else as an error.
package dashboard

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// A Line is one line of a log group, as Logs Insights sees it.
type Line struct {
	Region string
	Group  string // such as /aws/lambda/valkyrie-probe
	Time   time.Time
	Text   string
	Extra  map[string]any // the fields that CloudWatch adds to Lambda's own lines, such as @type and @billedDuration
}

// A Dashboard is a parsed dashboard body.
type Dashboard struct {
	Variables []Variable
	Widgets   []Widget
}

// A Variable is a choice above the dashboard; Pattern is replaced with the chosen value throughout the body.
type Variable struct{ ID, Label, Pattern, DefaultValue string }

// A Widget is one widget. Width and Height are in units of the grid, which has 24 columns.
type Widget struct {
	Type          string
	Width, Height int
	Properties    Properties
}

// Properties are what a widget shows. See
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html.
type Properties struct {
	Markdown, Title, Region, View, Query string
	Metrics                              [][]any
	Alarms                               []string
	Period                               int // seconds; 0: 300
	YAxis                                struct{ Left struct{ Min, Max *float64 } }
	Annotations                          struct{ Vertical []Annotation }
}

// An Annotation is a labelled line at a time.
type Annotation struct {
	Label string    `json:"label"`
	Value time.Time `json:"value"`
}

// Parse parses a body in which each variable has the chosen value, by its ID.
func Parse(body string, chosen map[string]string) (Dashboard, error) {
	var d Dashboard
	if err := json.Unmarshal([]byte(body), &d); err != nil {
		return d, fmt.Errorf("parse the dashboard's body: %w", err)
	}
	for _, v := range d.Variables {
		value, ok := chosen[v.ID]
		if !ok {
			return d, fmt.Errorf("the dashboard's variable %q: expected a value, got none", v.ID)
		}
		body = strings.ReplaceAll(body, v.Pattern, value)
	}
	var with Dashboard
	if err := json.Unmarshal([]byte(body), &with); err != nil {
		return d, fmt.Errorf("parse the dashboard's body with %v chosen: %w", chosen, err)
	}
	return with, nil
}

// A Table is the result of a query or of a widget's metrics. Of a series over time, the first column holds the times.
type Table struct {
	Columns []string
	Rows    [][]any
}

// A Series is one line of a chart.
type Series struct {
	Label  string
	Points []Point
}

// A Point is a value at a time.
type Point struct {
	Time  time.Time
	Value float64
}

// Series returns the columns after the first one, which must be a time, as lines of a chart.
func (t Table) Series() ([]Series, error) {
	all := make([]Series, max(len(t.Columns)-1, 0))
	for i := range all {
		all[i].Label = t.Columns[i+1]
	}
	for _, row := range t.Rows {
		at, ok := row[0].(time.Time)
		if !ok {
			return nil, fmt.Errorf("draw a line: expected a time in the column %q, got %v; group by bin() alone", t.Columns[0], row[0])
		}
		for i, v := range row[1:] {
			if n, ok := v.(float64); ok {
				all[i].Points = append(all[i].Points, Point{at, n})
			}
		}
	}
	return all, nil
}
