package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// A Table writes rows in columns that are as wide as their widest cell. It holds few rows: after tableRows it writes them, and
// widens the columns for later ones that need it.
type Table struct {
	out    io.Writer
	widths []int
	rows   [][]string
}

// tableRows is the number of rows that determine the width of the columns.
const tableRows = 1000

// NewTable returns a table with a head.
func NewTable(out io.Writer, head ...string) *Table {
	return &Table{out: out, widths: make([]int, len(head)), rows: [][]string{head}}
}

// Row adds a row with a cell for each column.
func (t *Table) Row(cells ...string) error {
	if t.rows = append(t.rows, cells); len(t.rows) < tableRows {
		return nil
	}
	return t.Flush()
}

// Flush writes the rows that are held.
func (t *Table) Flush() error {
	const between = 2 // spaces
	for _, row := range t.rows {
		for n, cell := range row {
			t.widths[n] = max(t.widths[n], utf8.RuneCountInString(cell))
		}
	}
	var text strings.Builder
	for _, row := range t.rows {
		for n, cell := range row[:len(row)-1] {
			fmt.Fprintf(&text, "%-*s", t.widths[n]+between, cell)
		}
		text.WriteString(row[len(row)-1] + "\n")
	}
	t.rows = t.rows[:0]
	_, err := io.WriteString(t.out, text.String())
	return err
}
