package tree

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
	"time"

	"valkyrie/infra/schedule"
	"valkyrie/probes/journey"
)

// longestName is the most characters of a schedule's name in EventBridge Scheduler, which is the journey's.
const longestName = 64

// CheckName reports why a name cannot be a new journey's.
func CheckName(name string) error {
	valid := journey.Journey{Name: name, Steps: []journey.Step{{Name: "x", Do: func(*journey.T) {}}}}
	switch err := valid.Validate(); {
	case err != nil:
		return err
	case name[0] < 'a':
		return fmt.Errorf("journey %q: expected a name that begins with a letter, as its Go function is called after it; use another, such as %q", name, "open-"+name)
	case len(name) > longestName:
		return fmt.Errorf("journey %q: expected at most %d characters, which a schedule's name may have on AWS, got %d; use a shorter one", name, longestName, len(name))
	}
	return nil
}

// fileOf returns the path of a journey's file. A name that ends as go gives files a meaning (sign_in_test.go, shop_js.go) gets another end.
func fileOf(name string) string {
	words := strings.Split(name, "-")
	if len(words) > 1 && slices.Contains(special, words[len(words)-1]) {
		words = append(words, "journey")
	}
	return probesFolder + "/" + strings.Join(words, "_") + ".go"
}

// special are the last words of file names by which go leaves a file out: of tests, and of the operating systems and processors that
// go tool dist list names, or named once.
var special = strings.Fields(`test aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 windows zos
	386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm`)

// New stages a journey: its file with this text, which declares the function schedule.Key(name), its place in the list, and its
// schedule. every is its own interval; 0: the default.
func (t *Tree) New(name, text string, every time.Duration) error {
	if err := CheckName(name); err != nil {
		return err
	}
	l, err := t.list()
	if err != nil {
		return err
	}
	if err := t.free(l, name); err != nil {
		return err
	}
	file := fileOf(name)
	if exists(t.path(file)) {
		return fmt.Errorf("%s: expected no such file, as the journey %q is written there, got one; remove it, or list its journey in probes.All by hand", file, name)
	}
	template, err := t.template()
	if err != nil {
		return err
	}
	if l.literal == nil {
		if template, err = withoutAll(template, l.journeys); err != nil {
			return err
		}
	}
	if template, err = template.Add(name, every); err != nil {
		return err
	}
	t.write(file, []byte(text))
	t.write(templateFile, []byte(template.Text()))
	return t.add(schedule.Key(name))
}

// free reports why a name is taken: by a journey, or its function by another declaration.
func (t *Tree) free(l *list, name string) error {
	for _, j := range l.journeys {
		if j.Name == name && !(j.Practice && l.literal == nil) {
			return fmt.Errorf("journey %q: expected a name of its own, but %s in %s has it; use another", name, j.Func, j.Where)
		}
	}
	return t.freeFunc(schedule.Key(name), name)
}

// freeFunc reports a declaration of package probes that has the name of a function.
func (t *Tree) freeFunc(function, name string) error {
	all, err := t.sources(probesFolder)
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.file.Name.Name != probesFolder {
			continue // an external test
		}
		for _, d := range s.file.Decls {
			for _, taken := range names(d) {
				if taken.Name == function {
					return fmt.Errorf("journey %q: its function would be %s, which %s declares already; use another name, or list that function in probes.All by hand", name, function, s.line(taken))
				}
			}
		}
	}
	return nil
}

// names returns the names that a declaration declares in its package.
func names(d ast.Decl) (all []*ast.Ident) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			all = append(all, d.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.ValueSpec:
				all = append(all, spec.Names...)
			case *ast.TypeSpec:
				all = append(all, spec.Name)
			}
		}
	}
	return all
}

func (t *Tree) template() (*schedule.Template, error) {
	text, err := t.read(templateFile)
	if err != nil {
		return nil, err
	}
	return schedule.ParseTemplate(string(text))
}

// withoutAll returns the template without the schedules of journeys.
func withoutAll(template *schedule.Template, all []Declaration) (_ *schedule.Template, err error) {
	for _, j := range all {
		if template, err = template.Remove(j.Name); err != nil {
			return nil, err
		}
	}
	return template, nil
}
