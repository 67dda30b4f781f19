package cloudwatch_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"testing"
)

// unit matches the units that the schema of the Embedded Metric Format allows.
var unit = regexp.MustCompile(`^(Seconds|Microseconds|Milliseconds|Bytes|Kilobytes|Megabytes|Gigabytes|Terabytes|Bits|Kilobits|Megabits|Gigabits|Terabits|Percent|Count|` +
	`Bytes\/Second|Kilobytes\/Second|Megabytes\/Second|Gigabytes\/Second|Terabytes\/Second|Bits\/Second|Kilobits\/Second|Megabits\/Second|Gigabits\/Second|Terabits\/Second|Count\/Second|None)$`)

// A document is a line in the schema of the Embedded Metric Format.
type document struct {
	AWS *struct {
		Timestamp         *json.Number
		CloudWatchMetrics []struct {
			Namespace  string
			Dimensions [][]string
			Metrics    []struct {
				Name, Unit        string
				StorageResolution *int
			}
		}
	} `json:"_aws"`
}

// validate checks a line against the schema and the rules in the specification's text.
func validate(line []byte) error {
	var doc document
	var members map[string]any
	if err := errors.Join(strict(line, &members), json.Unmarshal(line, &doc)); err != nil {
		return err
	}
	if doc.AWS == nil || doc.AWS.Timestamp == nil {
		return errors.New("_aws.Timestamp is missing")
	}
	if _, err := doc.AWS.Timestamp.Int64(); err != nil {
		return fmt.Errorf("_aws.Timestamp: %w", err)
	}
	if len(line) > 256<<10 || len(doc.AWS.CloudWatchMetrics) == 0 {
		return fmt.Errorf("%d bytes, %d directives", len(line), len(doc.AWS.CloudWatchMetrics))
	}
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	for _, d := range doc.AWS.CloudWatchMetrics {
		if n := len(d.Namespace); n < 1 || n > 1024 {
			wrong("a namespace of %d characters", n)
		}
		if len(d.Dimensions) == 0 || len(d.Metrics) == 0 || len(d.Metrics) > 100 {
			wrong("%d sets of dimensions, %d metrics", len(d.Dimensions), len(d.Metrics))
		}
		for _, set := range d.Dimensions {
			if set == nil || len(set) > 30 {
				wrong("a set of %d dimensions", len(set))
			}
			for _, name := range set {
				if value, ok := members[name].(string); !ok || value == "" || len(value) > 1024 || len(name) > 250 {
					wrong("the dimension %q is %v", name, members[name])
				}
			}
		}
		for _, m := range d.Metrics {
			if _, ok := members[m.Name].(json.Number); !ok || len(m.Name) > 1024 || !unit.MatchString(m.Unit) {
				wrong("the metric %q in %q is %v", m.Name, m.Unit, members[m.Name])
			}
		}
	}
	return errors.Join(errs...)
}

// strict decodes one JSON value, and rejects trailing data.
func strict(text []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("trailing data after the document")
	}
	return nil
}

// TestValidate checks that validate rejects violations of the schema.
func TestValidate(t *testing.T) {
	const good = `{"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":"V","Dimensions":[["D"]],"Metrics":[{"Name":"M","Unit":"Count"}]}]},"D":"d","M":1}`
	if err := validate([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{`"Timestamp":1`, `"Time":1`},
		{`"Timestamp":1`, `"Timestamp":1.5`},
		{`"Namespace":"V"`, `"Namespace":""`},
		{`"Count"`, `"Counts"`},
		{`,"M":1`, ``},
		{`"M":1`, `"M":"1"`},
		{`"D":"d"`, `"D":1`},
		{`"D":"d"`, `"D":""`},
		{`[["D"]]`, `[]`},
		{`[["D"]]`, `[null]`},
		{`"M":1}`, `"M":1} x`},
	} {
		bad := bytes.Replace([]byte(good), []byte(change[0]), []byte(change[1]), 1)
		if validate(bad) == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
}
