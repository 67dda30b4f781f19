package status

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// A Publisher puts a file where customers find it, in place of the one of that name: whole, or not at all.
type Publisher interface {
	Publish(ctx context.Context, name, contentType string, data []byte) error
}

// A Folder publishes into a folder that a web server serves.
type Folder string

// Publish implements [Publisher].
func (f Folder) Publish(_ context.Context, name, _ string, data []byte) error {
	if err := f.write(filepath.Base(name), data); err != nil {
		return fmt.Errorf("%s could not be written: %w", filepath.Join(string(f), name), err)
	}
	return nil
}

func (f Folder) write(name string, data []byte) error {
	const readable, searchable = 0o644, 0o755 // by the web server
	if err := os.MkdirAll(string(f), searchable); err != nil {
		return err
	}
	part, err := os.CreateTemp(string(f), "."+name+".*.part")
	if err != nil {
		return err
	}
	_, err = part.Write(data)
	if err = errors.Join(err, part.Chmod(readable), part.Close()); err == nil {
		err = os.Rename(part.Name(), filepath.Join(string(f), name))
	}
	if err != nil {
		return errors.Join(err, os.Remove(part.Name()))
	}
	return nil
}
