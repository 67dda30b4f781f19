package tree

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// Commit writes the staged changes. After an error no file has changed. A file that was changed since it was read is an error.
func (t *Tree) Commit() error {
	unlock := t.lock()
	defer unlock()
	if err := t.unchanged(); err != nil {
		return err
	}
	type undo struct {
		name   string
		body   []byte // nil: it did not exist
		before fs.FileMode
	}
	var done []undo
	back := func(err error) error {
		for _, u := range slices.Backward(done) {
			if u.body == nil {
				err = errors.Join(err, os.Remove(t.path(u.name)))
			} else {
				err = errors.Join(err, replace(t.path(u.name), u.body, u.before))
			}
		}
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(t.staged)) {
		u := undo{name: name, before: 0o644}
		if info, err := os.Stat(t.path(name)); err == nil {
			u.before = info.Mode().Perm()
			if u.body, err = os.ReadFile(t.path(name)); err != nil {
				return back(err)
			}
			if u.body == nil {
				u.body = []byte{}
			}
		}
		var err error
		switch body := t.staged[name]; {
		case body == nil && u.body == nil:
			continue
		case body == nil:
			err = os.Remove(t.path(name))
		default:
			err = replace(t.path(name), body, u.before)
		}
		if err != nil {
			return back(fmt.Errorf("write %s: %w; nothing was changed", name, err))
		}
		done = append(done, u)
	}
	clear(t.staged)
	clear(t.found)
	return nil
}

// lock waits until no other command commits to the tree. On a file system without locks it has no effect.
func (t *Tree) lock() (unlock func()) {
	root, err := os.Open(t.Root)
	if err != nil {
		return func() {}
	}
	_ = syscall.Flock(int(root.Fd()), syscall.LOCK_EX)
	return func() { root.Close() }
}

// unchanged returns an error for a file that was changed on disk since it was read: writing it would lose that change.
func (t *Tree) unchanged() error {
	for _, name := range slices.Sorted(maps.Keys(t.staged)) {
		body, err := t.readDisk(name)
		if err != nil {
			return err
		}
		if found := t.found[name]; !bytes.Equal(body, found) || (body == nil) != (found == nil) {
			return fmt.Errorf("%s: expected the file as this command has read it, but it was changed meanwhile; nothing was written, run it again", name)
		}
	}
	return nil
}

// replace replaces a file at once, so that a reader sees the old content or the new.
func replace(path string, body []byte, mode fs.FileMode) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), ".valkyrie-*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name()) // no effect once it was renamed
	_, err = temporary.Write(body)
	if err = errors.Join(err, temporary.Chmod(mode), temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}
