package script

import (
	"fmt"
	"regexp/syntax"
	"strings"
	"unicode"
)

// Regexp translates a regular expression of Go into one of JavaScript with the flag u, so that a pattern matches the same texts
// in a page as in Go. The error names the faulty part.
func Regexp(pattern string) (string, error) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", fmt.Errorf("parse the regular expression %q: %w; see https://pkg.go.dev/regexp/syntax", pattern, err)
	}
	var b strings.Builder
	writeRegexp(&b, re.Simplify())
	return b.String(), nil
}

// simple are the operators without operands.
var simple = map[syntax.Op]string{
	syntax.OpNoMatch: `[^\s\S]`, syntax.OpEmptyMatch: `(?:)`, syntax.OpAnyCharNotNL: `[^\n]`, syntax.OpAnyChar: `[\s\S]`,
	syntax.OpBeginText: `^`, syntax.OpEndText: `$`, syntax.OpBeginLine: `(?:^|(?<=\n))`, syntax.OpEndLine: `(?:$|(?=\n))`,
	syntax.OpWordBoundary: `\b`, syntax.OpNoWordBoundary: `\B`,
}

var repeats = map[syntax.Op]string{syntax.OpStar: "*", syntax.OpPlus: "+", syntax.OpQuest: "?"}

func writeRegexp(b *strings.Builder, re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			writeRune(b, r, re.Flags&syntax.FoldCase != 0)
		}
	case syntax.OpCharClass:
		b.WriteString("[")
		for i := 0; i+1 < len(re.Rune); i += 2 {
			fmt.Fprintf(b, `\u{%x}-\u{%x}`, re.Rune[i], re.Rune[i+1])
		}
		b.WriteString("]")
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest:
		b.WriteString("(?:")
		writeRegexp(b, re.Sub[0])
		b.WriteString(")" + repeats[re.Op])
		if re.Flags&syntax.NonGreedy != 0 {
			b.WriteString("?")
		}
	case syntax.OpConcat, syntax.OpAlternate, syntax.OpCapture:
		b.WriteString("(?:")
		for i, sub := range re.Sub {
			if i > 0 && re.Op == syntax.OpAlternate {
				b.WriteString("|")
			}
			writeRegexp(b, sub)
		}
		b.WriteString(")")
	default:
		b.WriteString(simple[re.Op])
	}
}

// writeRune writes a character, with fold in every case that it has.
func writeRune(b *strings.Builder, r rune, fold bool) {
	if next := unicode.SimpleFold(r); !fold || next == r {
		fmt.Fprintf(b, `\u{%x}`, r)
		return
	}
	fmt.Fprintf(b, `[\u{%x}`, r)
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		fmt.Fprintf(b, `\u{%x}`, f)
	}
	b.WriteString("]")
}
