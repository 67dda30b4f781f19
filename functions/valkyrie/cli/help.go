package cli

import (
	"flag"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// The layout of help: no line is wider than helpWidth columns, and the text of a flag begins at flagColumn.
const (
	helpWidth  = 100
	flagColumn = 27
)

// overview lists the commands.
func (a App) overview(w io.Writer) {
	fmt.Fprintf(w, "%s\n\n", wrap(a.Summary+".", 0))
	for _, c := range a.Commands {
		head := fmt.Sprintf("  %s %-10s ", a.Name, c.Name)
		fmt.Fprintln(w, head+wrap(c.Summary, len(head)))
	}
	fmt.Fprintf(w, "\nrun \"%s COMMAND -h\" for flags and examples; %s\n", a.Name, a.Hint)
}

// usage prints the help of one command.
func (a App) usage(w io.Writer, c Command, fs *flag.FlagSet) {
	fmt.Fprintf(w, "usage: %s\n\n%s\n", strings.TrimSpace(a.Name+" "+c.Name+" "+c.Args), wrap(c.Summary+".", 0))
	heading := "\nflags:\n"
	fs.VisitAll(func(f *flag.Flag) {
		fmt.Fprintln(w, heading+flagHelp(f))
		heading = ""
	})
	fmt.Fprintln(w, "\nexamples:")
	for _, e := range c.Examples {
		fmt.Fprintln(w, "  "+e)
	}
	for _, n := range c.Notes {
		fmt.Fprintln(w)
		for line := range strings.Lines(n) {
			fmt.Fprintln(w, paragraph(strings.TrimSuffix(line, "\n")))
		}
	}
}

// flagHelp renders a flag with its description and default. The default of an empty value, and of a switch that is off, is left out.
func flagHelp(f *flag.Flag) string {
	kind, text := flag.UnquoteUsage(f)
	if f.DefValue != "" && f.DefValue != "false" {
		text += fmt.Sprintf(" (default %s)", f.DefValue)
	}
	head := fmt.Sprintf("  --%-*s ", flagColumn-5, strings.TrimSpace(f.Name+" "+kind))
	return head + wrap(text, flagColumn)
}

func paragraph(s string) string {
	if strings.HasPrefix(s, " ") {
		return s
	}
	return wrap(s, 0)
}

// wrap breaks text between words so that it fits into helpWidth columns when its first line begins at column indent; the
// other lines are indented to that column.
func wrap(text string, indent int) string {
	var b strings.Builder
	column := indent
	for i, word := range strings.Fields(text) {
		width := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+width > helpWidth:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += width
	}
	return b.String()
}
