package dashboard

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// An expr is a node of a parsed expression of Logs Insights or of metric math: op with its operands.
type expr struct {
	op   string // "number", "string", "field", "list", "call", "not", or an operator
	text string // the number, string, field's path, or function's name
	args []expr
}

var tokens = regexp.MustCompile(`\s*(?:(\d+[smhdw]\b)|(\d+(?:\.\d+)?)|'([^']*)'|"([^"]*)"|(@?[A-Za-z_][A-Za-z0-9_.@]*)|(!=|<=|>=|[-+*/()=<>,\[\]]))`)

// A parser reads expressions from tokens.
type parser struct {
	kinds, texts []string
}

// tokenize splits text into tokens: span, number, string, word or sign.
func tokenize(text string) (*parser, error) {
	p := &parser{}
	for rest := strings.TrimSpace(text); rest != ""; rest = strings.TrimSpace(rest) {
		m := tokens.FindStringSubmatchIndex(rest)
		if m == nil || m[0] != 0 {
			return nil, fmt.Errorf("parse %q: unexpected %q", text, rest)
		}
		for i, kind := range []string{"span", "number", "string", "string", "word", "sign"} {
			if from := m[2*i+2]; from >= 0 {
				p.kinds, p.texts = append(p.kinds, kind), append(p.texts, rest[from:m[2*i+3]])
			}
		}
		rest = rest[m[1]:]
	}
	return p, nil
}

// accept consumes the next token if it is one of the given signs or words, and returns it.
func (p *parser) accept(any ...string) string {
	if len(p.texts) > 0 && p.kinds[0] != "string" && slices.Contains(any, p.texts[0]) {
		_, text := p.next()
		return text
	}
	return ""
}

func (p *parser) next() (kind, text string) {
	if len(p.texts) == 0 {
		return "end", ""
	}
	kind, text = p.kinds[0], p.texts[0]
	p.kinds, p.texts = p.kinds[1:], p.texts[1:]
	return kind, text
}

// levels lists the operators by precedence, the loosest first.
var levels = [][]string{{"or"}, {"and"}, {"=", "!=", "<", "<=", ">", ">=", "in"}, {"+", "-"}, {"*", "/"}}

func (p *parser) expression(level int) (expr, error) {
	if level == len(levels) {
		return p.operand()
	}
	left, err := p.expression(level + 1)
	for err == nil {
		op := p.accept(levels[level]...)
		if op == "" {
			break
		}
		var right expr
		right, err = p.expression(level + 1)
		left = expr{op: op, args: []expr{left, right}}
	}
	return left, err
}

func (p *parser) operand() (expr, error) {
	switch kind, text := p.next(); {
	case kind == "number" || kind == "span" || kind == "string":
		return expr{op: kind, text: text}, nil
	case text == "not":
		inner, err := p.operand()
		return expr{op: "not", args: []expr{inner}}, err
	case text == "(":
		inner, err := p.expression(0)
		if err == nil && p.accept(")") == "" {
			err = fmt.Errorf("expected ), got %q", p.texts)
		}
		return inner, err
	case text == "[":
		items, err := p.list("]")
		return expr{op: "list", args: items}, err
	case text == "*": // of count(*)
		return expr{op: "number", text: "1"}, nil
	case kind == "word" && p.accept("(") != "":
		args, err := p.list(")")
		return expr{op: "call", text: text, args: args}, err
	case kind == "word":
		return expr{op: "field", text: text}, nil
	default:
		return expr{}, fmt.Errorf("expected a value, got %q", text)
	}
}

// list reads expressions that are separated by commas, up to the closing sign.
func (p *parser) list(end string) (all []expr, err error) {
	for p.accept(end) == "" {
		item, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		all = append(all, item)
		if p.accept(",") == "" {
			if p.accept(end) == "" {
				return nil, fmt.Errorf("expected %s, got %q", end, p.texts)
			}
			break
		}
	}
	return all, nil
}

// parseAll parses a whole text as one expression.
func parseAll(text string) (expr, error) {
	p, err := tokenize(text)
	if err != nil {
		return expr{}, err
	}
	e, err := p.expression(0)
	if err == nil && len(p.texts) > 0 {
		err = fmt.Errorf("unexpected %q", strings.Join(p.texts, " "))
	}
	if err != nil {
		return e, fmt.Errorf("parse %q: %w", text, err)
	}
	return e, nil
}

// calc evaluates the operators; leaf evaluates fields and calls. A missing value is nil, and so is the result of an
// operation on it.
func calc(e expr, leaf func(expr) (any, error)) (any, error) {
	switch e.op {
	case "number":
		return strconv.ParseFloat(e.text, 64)
	case "string":
		return e.text, nil
	case "field", "call", "list", "span":
		return leaf(e)
	}
	values := make([]any, len(e.args))
	for i, a := range e.args {
		var err error
		if e.op == "in" && i == 1 {
			break // its list is looked through below
		}
		if values[i], err = calc(a, leaf); err != nil {
			return nil, err
		}
	}
	switch e.op {
	case "not":
		return values[0] != true, nil
	case "and":
		return values[0] == true && values[1] == true, nil
	case "or":
		return values[0] == true || values[1] == true, nil
	case "in":
		return slices.ContainsFunc(e.args[1].args, func(item expr) bool { return values[0] != nil && fmt.Sprint(values[0]) == item.text }), nil
	case "=":
		return values[0] != nil && fmt.Sprint(values[0]) == fmt.Sprint(values[1]), nil
	case "!=":
		return values[0] != nil && fmt.Sprint(values[0]) != fmt.Sprint(values[1]), nil
	}
	a, isA := values[0].(float64)
	b, isB := values[1].(float64)
	if !isA || !isB {
		return nil, nil
	}
	return arithmetic(e.op, a, b)
}

func arithmetic(op string, a, b float64) (any, error) {
	switch op {
	case "+":
		return a + b, nil
	case "-":
		return a - b, nil
	case "*":
		return a * b, nil
	case "/":
		if b == 0 {
			return nil, nil
		}
		return a / b, nil
	case "<":
		return a < b, nil
	case "<=":
		return a <= b, nil
	case ">":
		return a > b, nil
	case ">=":
		return a >= b, nil
	}
	return nil, fmt.Errorf("the operator %q is unknown to this package; add it", op)
}
