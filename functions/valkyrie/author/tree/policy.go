package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// editPolicies stages alerts.yaml with a journey under another name; "": without it. Those places name journeys:
//
//	judge.journeys:       a mapping by name
//	on_call.journeys:     a mapping by name
//	on_call.maintenance:  a list; each entry may have journeys, a list of names
//
// Lines that it does not touch stay as they are.
func (t *Tree) editPolicies(from, to string) error {
	text, err := t.read(alertsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // the built-in one is used
	}
	if err != nil {
		return err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return fmt.Errorf("%s: expected YAML: %w; correct it", alertsFile, err)
	}
	if len(doc.Content) == 0 {
		return nil
	}
	p := &policies{lines: strings.SplitAfter(string(text), "\n"), from: from, to: to}
	p.edit(doc.Content[0])
	if p.err != nil {
		return p.err
	}
	slices.SortFunc(p.edits, func(a, b lineEdit) int { return b.first - a.first })
	for _, e := range p.edits {
		p.lines = slices.Replace(p.lines, e.first, e.last, e.lines...)
	}
	if len(p.edits) == 0 {
		return nil
	}
	edited := []byte(strings.Join(p.lines, ""))
	var again yaml.Node
	rest := &policies{lines: strings.SplitAfter(string(edited), "\n"), from: from, to: to}
	err = yaml.Unmarshal(edited, &again)
	if err == nil && len(again.Content) > 0 {
		rest.edit(again.Content[0])
	}
	if err != nil || rest.err != nil || len(rest.edits) > 0 {
		return fmt.Errorf("%s: %s is named there in a form that is not edited by a program; edit it by hand first", alertsFile, from)
	}
	t.write(alertsFile, edited)
	return nil
}

// A lineEdit replaces whole lines, from first to before last, counted from 0.
type lineEdit struct {
	first, last int
	lines       []string
}

// policies collects the edits of an alerts.yaml.
type policies struct {
	lines    []string
	from, to string
	edits    []lineEdit
	err      error
}

// edit finds the places that name journeys.
func (p *policies) edit(root *yaml.Node) {
	for _, section := range []string{"judge", "on_call"} {
		key, journeys := lookUp(root, section, "journeys")
		if journeys != nil && journeys.Kind == yaml.MappingNode {
			p.mapping(key, journeys)
		}
	}
	parent, windows := lookUp(root, "on_call", "maintenance")
	if windows == nil || windows.Kind != yaml.SequenceNode {
		return
	}
	for _, window := range windows.Content {
		_, names := lookUp(window, "journeys")
		if names == nil || names.Kind != yaml.SequenceNode {
			continue
		}
		for _, name := range names.Content {
			if name.Value == p.from {
				p.window(parent, windows, window, names, name)
			}
		}
	}
}

// lookUp follows keys through mappings.
func lookUp(node *yaml.Node, keys ...string) (key, value *yaml.Node) {
	value = node
	for _, name := range keys {
		if value == nil || value.Kind != yaml.MappingNode {
			return nil, nil
		}
		pairs := value.Content
		key, value = nil, nil
		for pair := range slices.Chunk(pairs, 2) {
			if pair[0].Value == name {
				key, value = pair[0], pair[1]
			}
		}
	}
	return key, value
}

// mapping renames or removes the entry of a journey's own policy.
func (p *policies) mapping(parent, journeys *yaml.Node) {
	for pair := range slices.Chunk(journeys.Content, 2) {
		name := pair[0]
		switch {
		case name.Value != p.from:
		case p.to != "":
			p.rename(name)
		case journeys.Style&yaml.FlowStyle != 0:
			p.byHand(name, "its policy")
		case len(journeys.Content) == 2:
			p.replace(parent.Line-1, p.blockEnd(name), strings.Repeat(" ", parent.Column-1)+"journeys: {}\n")
		default:
			p.replace(name.Line-1, p.blockEnd(name))
		}
	}
}

// window renames a journey in a maintenance window, or removes it there. A window of this journey alone goes with it: without a name
// it would suppress the pages about all.
func (p *policies) window(parent, windows, window, names, name *yaml.Node) {
	switch {
	case p.to != "":
		p.rename(name)
	case len(names.Content) == 1 && windows.Style&yaml.FlowStyle == 0:
		first := window.Line - 1
		end := p.itemEnd(first)
		if len(windows.Content) == 1 {
			first = parent.Line - 1
		}
		p.replace(first, end)
	case len(names.Content) > 1 && names.Style&yaml.FlowStyle == 0:
		p.replace(name.Line-1, name.Line)
	case len(names.Content) > 1 && sameLine(names):
		p.withoutItem(names, name)
	default:
		p.byHand(name, "the maintenance window, or its name in it")
	}
}

func sameLine(list *yaml.Node) bool {
	return !slices.ContainsFunc(list.Content, func(n *yaml.Node) bool { return n.Line != list.Line })
}

// rename replaces a name where it stands, in its quotes.
func (p *policies) rename(name *yaml.Node) {
	before, rest := p.split(name)
	p.replace(name.Line-1, name.Line, before+strings.Replace(rest, p.from, p.to, 1))
}

// split returns the line of a node up to it, and from it on. The columns of YAML count characters.
func (p *policies) split(n *yaml.Node) (before, rest string) {
	line := []rune(p.lines[n.Line-1])
	return string(line[:n.Column-1]), string(line[n.Column-1:])
}

// withoutItem removes a name from a list in brackets on one line.
func (p *policies) withoutItem(names, name *yaml.Node) {
	var rest []string
	for _, n := range names.Content {
		if n != name {
			rest = append(rest, n.Value)
		}
	}
	before, list := p.split(names)
	_, after, ok := strings.Cut(list, "]")
	if !ok {
		p.byHand(name, "its name")
		return
	}
	p.replace(name.Line-1, name.Line, before+"["+strings.Join(rest, ", ")+"]"+after)
}

// blockEnd returns the line behind the entry of a block mapping: the next one with text that is not deeper.
func (p *policies) blockEnd(key *yaml.Node) int {
	end := key.Line
	for n := key.Line; n < len(p.lines); n++ {
		text := strings.TrimLeft(p.lines[n], " ")
		if strings.TrimSpace(text) == "" {
			continue
		}
		if len(p.lines[n])-len(text) < key.Column {
			break
		}
		end = n + 1
	}
	return end
}

// itemEnd returns the line behind an item of a block list that begins in a line.
func (p *policies) itemEnd(first int) int {
	dash := strings.Index(p.lines[first], "-")
	return p.blockEnd(&yaml.Node{Line: first + 1, Column: dash + 1})
}

// replace adds an edit.
func (p *policies) replace(first, last int, lines ...string) {
	p.edits = append(p.edits, lineEdit{first, last, lines})
}

// byHand reports a place that a person must edit.
func (p *policies) byHand(name *yaml.Node, what string) {
	p.err = errors.Join(p.err, fmt.Errorf("%s:%d: %s is named there in a form that is not edited by a program; remove %s by hand first", alertsFile, name.Line, p.from, what))
}
