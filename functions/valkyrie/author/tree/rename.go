package tree

import (
	"fmt"
	"go/ast"
	"strconv"
	"strings"

	"valkyrie/infra/schedule"
)

// Rename stages the tree with a journey under another name: in its file, its schedule and its policies. Its function, its file and its
// title follow if they were called after it.
func (t *Tree) Rename(from, to string) error {
	if err := CheckName(to); err != nil {
		return err
	}
	l, err := t.list()
	if err != nil {
		return err
	}
	j, err := l.find(from)
	if err != nil {
		return err
	}
	if j.Practice {
		return fmt.Errorf("%s: %q is one of the practice shop's journeys, which keep their names: the demo and the tests play them", j.Where, from)
	}
	for _, other := range l.journeys {
		if other.Name == to {
			return fmt.Errorf("journey %q: expected a name of its own, but %s in %s has it; use another", to, other.Func, other.Where)
		}
	}
	template, err := t.template()
	if err != nil {
		return err
	}
	if template, err = template.Rename(from, to); err != nil {
		return err
	}
	t.write(templateFile, []byte(template.Text()))
	if err := t.editPolicies(from, to); err != nil {
		return err
	}
	return t.renameSource(j, to)
}

// renameSource stages the journey's source under another name.
func (t *Tree) renameSource(j Declaration, to string) error {
	function := j.Func
	if strings.EqualFold(j.Func, schedule.Key(j.Name)) {
		function = schedule.Key(to)
	}
	if function != j.Func {
		if err := t.freeFunc(function, to); err != nil {
			return err
		}
	}
	all, err := t.sources(probesFolder)
	if err != nil {
		return err
	}
	for _, s := range all {
		var edits []edit
		for _, ident := range references(s, j) {
			edits = append(edits, edit{s.offset(ident.Pos()), s.offset(ident.End()), function})
		}
		if s.name == j.source.name {
			edits = append(edits, renameIn(s, j, to, function)...)
		}
		if len(edits) == 0 {
			continue
		}
		body, err := s.apply(edits...)
		if err != nil {
			return err
		}
		t.write(s.name, body)
	}
	return t.moveFile(j.source.name, j.Name, to)
}

// renameIn returns the edits of a journey's own file: its name, its title and its comment.
func renameIn(s *source, j Declaration, to, function string) (edits []edit) {
	quoted := func(l *ast.BasicLit, text string) {
		edits = append(edits, edit{s.offset(l.Pos()), s.offset(l.End()), strconv.Quote(text)})
	}
	quoted(j.name, to)
	if j.title != nil && j.title.Value == strconv.Quote(words(j.Name)) {
		quoted(j.title, words(to))
	}
	if doc := j.decl.Doc; doc != nil {
		if text := doc.List[0].Text; strings.HasPrefix(text, "// "+j.Func+" ") {
			at := s.offset(doc.Pos()) + len("// ")
			edits = append(edits, edit{at, at + len(j.Func), function})
		}
	}
	return edits
}

// words returns a name as a customer would say it.
func words(name string) string { return strings.ReplaceAll(name, "-", " ") }

// moveFile stages a journey's file, and its test, under the name that follows from the journey's.
func (t *Tree) moveFile(file, from, to string) error {
	if file != fileOf(from) {
		return nil // a person has chosen its name
	}
	test := func(name string) string { return strings.TrimSuffix(name, ".go") + "_test.go" }
	for was, is := range map[string]string{file: fileOf(to), test(file): test(fileOf(to))} {
		if !exists(t.path(was)) {
			continue
		}
		if exists(t.path(is)) {
			return fmt.Errorf("%s: expected no such file, as %s would get this name, got one; rename it first", is, was)
		}
		body, err := t.read(was)
		if err != nil {
			return err
		}
		t.write(is, body)
		t.remove(was)
	}
	return nil
}
