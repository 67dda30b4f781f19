package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"text/tabwriter"

	"pgregory.net/rapid"
)

// TestTableIsAligned: the columns of a table that fits into memory are those of package tabwriter.
func TestTableIsAligned(t *testing.T) {
	cell := rapid.StringMatching(`[a-z ✓ü]{0,12}`)
	rapid.Check(t, func(t *rapid.T) {
		var got, want bytes.Buffer
		table, w := NewTable(&got, "A", "BB", "C"), tabwriter.NewWriter(&want, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "A\tBB\tC")
		for _, row := range rapid.SliceOfN(rapid.SliceOfN(cell, 3, 3), 0, 20).Draw(t, "rows") {
			if err := table.Row(row...); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(w, strings.Join(row, "\t"))
		}
		if err := table.Flush(); err != nil || w.Flush() != nil || got.String() != want.String() {
			t.Fatalf("%v, got\n%s\nwant\n%s", err, &got, &want)
		}
	})
}

// TestLongTable: a long table is written while it grows, in columns that only widen.
func TestLongTable(t *testing.T) {
	var out bytes.Buffer
	table := NewTable(&out, "RUN", "WHAT")
	for n := range 2 * tableRows {
		name := "a"
		if n == tableRows+5 {
			name = "longer"
		}
		if err := table.Row(name, "x"); err != nil {
			t.Fatal(err)
		}
		if held := n + 2 - strings.Count(out.String(), "\n"); held >= tableRows {
			t.Fatalf("%d rows are held after %d", held, n)
		}
	}
	if err := table.Flush(); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	if len(lines) != 2*tableRows+2 || lines[0] != "RUN  WHAT" || lines[5] != "a    x" || lines[len(lines)-2] != "a       x" {
		t.Errorf("%d lines, such as %q, %q and %q", len(lines), lines[0], lines[5], lines[len(lines)-2])
	}
}
