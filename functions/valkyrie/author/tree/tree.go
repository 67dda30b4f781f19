// Package tree edits the files of a deployment's source tree that name its journeys: the journeys' own files and the list in probes/,
// the schedules in template.yaml, and the policies in alerts/alerts.yaml. What a person wrote there stays as it is, comments included.
//
// Changes are staged in memory, compiled, and written all together or not at all. A file that was rearranged so that the edit is not
// certain is refused, with the line to write by hand.
package tree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// The files that are edited, besides those of the journeys.
const (
	probesFolder = "probes"
	templateFile = "template.yaml"
	alertsFile   = "alerts/alerts.yaml"
)

// A Tree is a source tree with staged changes.
type Tree struct {
	Root   string
	Module string            // its import path
	staged map[string][]byte // by path relative to the root, with slashes; nil: removed
	found  map[string][]byte // the files that the changes come from, as they were on disk at first; nil: no such file
}

// Find returns the tree that holds a folder: this one, or one above it.
func Find(dir string) (*Tree, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	for root := start; ; root = filepath.Dir(root) {
		text, err := os.ReadFile(filepath.Join(root, "go.mod"))
		if err == nil && exists(filepath.Join(root, probesFolder)) && exists(filepath.Join(root, templateFile)) {
			for line := range strings.Lines(string(text)) {
				if module, ok := strings.CutPrefix(strings.TrimSpace(line), "module "); ok {
					return &Tree{Root: root, Module: strings.Trim(strings.TrimSpace(module), `"`), staged: map[string][]byte{}, found: map[string][]byte{}}, nil
				}
			}
		}
		if filepath.Dir(root) == root {
			return nil, fmt.Errorf("find the journeys: expected go.mod, probes/ and template.yaml in %s or a folder above it, got none; run this in your clone of the repository", start)
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// path returns the path on disk.
func (t *Tree) path(name string) string { return filepath.Join(t.Root, filepath.FromSlash(name)) }

// read returns a file as it is staged, or on disk.
func (t *Tree) read(name string) ([]byte, error) {
	if body, ok := t.staged[name]; ok {
		if body == nil {
			return nil, fmt.Errorf("read %s: %w", name, fs.ErrNotExist)
		}
		return body, nil
	}
	body, err := t.readDisk(name)
	if err == nil && body == nil {
		err = fmt.Errorf("read %s: %w", name, fs.ErrNotExist)
	}
	if _, ok := t.found[name]; !ok {
		t.found[name] = body
	}
	return body, err
}

// readDisk returns a file as it is on disk; nil: there is none.
func (t *Tree) readDisk(name string) ([]byte, error) {
	body, err := os.ReadFile(t.path(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", name, err)
	case body == nil:
		body = []byte{}
	}
	return body, nil
}

// files lists the files of a folder with an extension, staged ones included, by their paths.
func (t *Tree) files(folder, ext string) ([]string, error) {
	entries, err := os.ReadDir(t.path(folder))
	if err != nil {
		return nil, fmt.Errorf("list %s/: %w", folder, err)
	}
	names := map[string]bool{}
	for _, e := range entries {
		if !e.IsDir() {
			names[folder+"/"+e.Name()] = true
		}
	}
	for name, body := range t.staged {
		if filepath.ToSlash(filepath.Dir(name)) == folder {
			names[name] = body != nil
		}
	}
	maps.DeleteFunc(names, func(name string, there bool) bool { return !there || filepath.Ext(name) != ext })
	return slices.Sorted(maps.Keys(names)), nil
}

// write stages a file's new content.
func (t *Tree) write(name string, body []byte) {
	if body == nil {
		body = []byte{}
	}
	t.staged[name] = body
}

// remove stages a file's removal.
func (t *Tree) remove(name string) { t.staged[name] = nil }

// Changes lists the staged changes by path, such as "new      probes/sign_in.go".
func (t *Tree) Changes() (lines []string) {
	for _, name := range slices.Sorted(maps.Keys(t.staged)) {
		before, err := os.ReadFile(t.path(name))
		switch {
		case t.staged[name] == nil:
			lines = append(lines, "removed  "+name)
		case err != nil:
			lines = append(lines, "new      "+name)
		case !bytes.Equal(before, t.staged[name]):
			lines = append(lines, "changed  "+name)
		}
	}
	return lines
}

// Compile reports whether the packages of the journeys compile with the staged changes.
func (t *Tree) Compile() error {
	goCommand, err := exec.LookPath("go")
	if err != nil {
		return fmt.Errorf("compile the journeys: %w; put Go's bin folder on the PATH", err)
	}
	dir, err := os.MkdirTemp("", "valkyrie-tree")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for n, name := range slices.Sorted(maps.Keys(t.staged)) {
		overlay.Replace[t.path(name)] = "" // removed
		if body := t.staged[name]; body != nil {
			staged := filepath.Join(dir, fmt.Sprintf("%d-%s", n, filepath.Base(name)))
			overlay.Replace[t.path(name)] = staged
			if err := os.WriteFile(staged, body, 0o600); err != nil {
				return err
			}
		}
	}
	text, err := json.Marshal(overlay)
	if err != nil {
		return err
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, text, 0o600); err != nil {
		return err
	}
	cmd := exec.Command(goCommand, "vet", "-overlay", list, "./"+probesFolder)
	cmd.Dir = t.Root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("compile the journeys: %w; correct this first, nothing was written:\n%s", err, strings.TrimSpace(strings.ReplaceAll(string(out), dir+string(filepath.Separator), "")))
	}
	return nil
}
