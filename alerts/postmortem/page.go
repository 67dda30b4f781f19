package postmortem

import (
	"fmt"
	"strings"
)

// blank is a place for people to fill in.
const blank = "\\_\\_\\_\\_"

// A page is Markdown being written, in the dialect that GitHub and GitLab read: CommonMark with tables.
type page struct{ strings.Builder }

// line is a paragraph or a heading.
func (m *page) line(format string, args ...any) { fmt.Fprintf(m, format+"\n\n", args...) }

// blank is a paragraph for people to fill in.
func (m *page) blank(what string) { m.line("%s *(%s)*", blank, what) }

// list writes items, and one to fill in if it says what for.
func (m *page) list(items []string, fill string) {
	for _, i := range items {
		fmt.Fprintf(m, "- %s\n", i)
	}
	if fill != "" {
		fmt.Fprintf(m, "- %s *(%s)*\n", blank, fill)
	}
	m.WriteString("\n")
}

// table writes rows of cells, which are Markdown already.
func (m *page) table(head []string, cells [][]string) {
	row := func(c []string) { fmt.Fprintf(m, "| %s |\n", strings.Join(c, " | ")) }
	row(head)
	row(strings.Split(strings.Repeat("---,", len(head)-1)+"---", ","))
	for _, c := range cells {
		row(c)
	}
	m.WriteString("\n")
}

var special = strings.NewReplacer(func() []string {
	var pairs []string
	for _, c := range "\\`*_{}[]<>#|!~&$" {
		pairs = append(pairs, string(c), "\\"+string(c))
	}
	return append(pairs, "://", ":\\//", "www.", "www\\.") // no links that nobody meant
}()...)

// escape makes of any text one line that Markdown shows as it is, in a table too.
func escape(s string) string { return special.Replace(plain(s)) }
