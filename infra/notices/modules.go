package main

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// licence matches the names of files with licences, and with notices that a licence asks to pass on.
var licence = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents|third.?party)([-._].*)?$`)

// A module is a part of a program, with the folder of its source. Of Go's own, the folders below hold tools, which no program contains.
type module struct {
	Path, Version, Dir, Error string
	isGo                      bool
}

// ofProgram returns the notices of all modules that are linked into a Go program, and of Go. A licence that several share comes once.
func ofProgram(program string) ([]byte, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, fmt.Errorf("read the modules of the program: build it first: %w", err)
	}
	var names []string
	for _, d := range info.Deps {
		if d.Replace != nil {
			d = d.Replace
		}
		names = append(names, d.Path+"@"+d.Version)
	}
	modules, err := sources(names)
	if err != nil {
		return nil, err
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("find Go's own licence: %w", err)
	}
	modules = append([]module{{Path: "The Go programming language and its standard library", Version: info.GoVersion, Dir: strings.TrimSpace(string(root)), isGo: true}}, modules...)
	texts, users := [][]byte{}, map[[sha256.Size]byte][]string{}
	for _, m := range modules {
		found, err := licences(m)
		if err != nil {
			return nil, err
		}
		for _, text := range found {
			sum := sha256.Sum256(text)
			if users[sum] == nil {
				texts = append(texts, text)
			}
			if name := strings.TrimSpace(m.Path + " " + m.Version); !slices.Contains(users[sum], name) {
				users[sum] = append(users[sum], name)
			}
		}
	}
	var out bytes.Buffer
	out.WriteString("This program contains software of third parties, under these licences.\n")
	for _, text := range texts {
		fmt.Fprintf(&out, "\n%s\n%s\n\n%s\n", strings.Repeat("=", 80), strings.Join(users[sha256.Sum256(text)], "\n"), text)
	}
	return out.Bytes(), nil
}

// sources returns the modules, with the folders of the module cache; those that it lacks are downloaded.
func sources(names []string) (all []module, err error) {
	if len(names) == 0 {
		return nil, nil
	}
	cmd := exec.Command("go", append([]string{"mod", "download", "-json"}, names...)...)
	out, failed := cmd.Output() // the output says why
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var m module
		if err := d.Decode(&m); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("find the source of the modules: %w", errors.Join(err, failed))
		}
		if m.Error != "" {
			return nil, fmt.Errorf("find the source of %s %s: %s", m.Path, m.Version, m.Error)
		}
		all = append(all, m)
	}
	if failed != nil || len(all) != len(names) {
		return nil, fmt.Errorf("find the source of the modules: got %d of %d: %w", len(all), len(names), errors.Join(failed, errors.New("go mod download failed")))
	}
	return all, nil
}

// licences returns the texts of a module's licences and notices. A module without one is an error: it must not be passed on.
func licences(m module) (texts [][]byte, err error) {
	err = fs.WalkDir(os.DirFS(m.Dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != "." && (path.Base(name) == "testdata" || m.isGo) {
				return fs.SkipDir
			}
			return nil
		}
		if !licence.MatchString(path.Base(name)) || path.Ext(name) == ".go" {
			return nil
		}
		text, err := os.ReadFile(filepath.Join(m.Dir, filepath.FromSlash(name)))
		texts = append(texts, bytes.TrimSpace(text))
		return err
	})
	if err == nil && len(texts) == 0 {
		err = fmt.Errorf("%s %s: no file with a licence is in %s", m.Path, m.Version, m.Dir)
	}
	return texts, err
}
