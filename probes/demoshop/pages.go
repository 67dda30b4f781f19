package demoshop

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
	"sync"
)

//go:embed web/pages web/releases web/parts
var pageFiles embed.FS

// springRelease is a later catalogue, written against a field that was never merged.
const springRelease = "web/releases/catalogue-spring.html"

// pageSet is the templates that the last deploy put in place: whole pages by name, and the parts they share.
type pageSet struct {
	parts     *template.Template // only ever copied: a template that has run takes no more pages
	fragments *template.Template // the copy that runs when a script asks for a part

	mu    sync.RWMutex
	pages map[string]*template.Template
}

func loadPages() (*pageSet, error) {
	parts, err := template.ParseFS(pageFiles, "web/parts/*.html")
	if err != nil {
		return nil, err
	}
	fragments, err := parts.Clone()
	if err != nil {
		return nil, err
	}
	ps := &pageSet{parts: parts, fragments: fragments, pages: map[string]*template.Template{}}
	files, err := fs.Glob(pageFiles, "web/pages/*.html")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if err := ps.deploy(strings.TrimSuffix(path.Base(file), ".html"), file); err != nil {
			return nil, err
		}
	}
	_, err = ps.parse(springRelease)
	return ps, err
}

// parse reads a page into a copy of the shared parts, of which "layout" is the whole and the page its "content".
func (ps *pageSet) parse(file string) (*template.Template, error) {
	t, err := ps.parts.Clone()
	if err != nil {
		return nil, err
	}
	return t.ParseFS(pageFiles, file)
}

// deploy puts the page in file in the place of the one called name.
func (ps *pageSet) deploy(name, file string) error {
	t, err := ps.parse(file)
	if err != nil {
		return fmt.Errorf("page %q: %w", name, err)
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.pages[name] = t
	return nil
}

// ship deploys a later release of a page; loadPages has seen that it parses, which is all that its authors checked.
func (ps *pageSet) ship(name, file string) { _ = ps.deploy(name, file) }

// rollBack returns a page to the release the shop started with.
func (ps *pageSet) rollBack(name string) { ps.ship(name, "web/pages/"+name+".html") }

// execute writes a whole page into memory, so that a page that fails half-way is never half-sent.
func (ps *pageSet) execute(name string, data any) (*bytes.Buffer, error) {
	ps.mu.RLock()
	t := ps.pages[name]
	ps.mu.RUnlock()
	return run(t, "layout", data)
}

// part writes one of the shared parts on its own.
func (ps *pageSet) part(name string, data any) (*bytes.Buffer, error) {
	return run(ps.fragments, name, data)
}

func run(t *template.Template, name string, data any) (*bytes.Buffer, error) {
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, name, data); err != nil {
		return nil, err
	}
	return &out, nil
}
