package journey

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// Exhausted reports whether an error means that this machine has run out of descriptors, memory, disk or ports. That is the
// probe's fault: customers are not affected.
func Exhausted(err error) bool {
	for _, ours := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.ENOSPC, syscall.EDQUOT, syscall.ENOBUFS, syscall.EADDRNOTAVAIL} {
		if errors.Is(err, ours) {
			return true
		}
	}
	return false
}

// checkResources returns an error that wraps the cause when this machine cannot open a few files or write a small one. A
// failed step's own error may not say so: a browser without descriptors loads nothing, as if the site did not answer.
func checkResources() error {
	const few, small = 4, 64 << 10
	var open []*os.File
	defer func() {
		for _, f := range open {
			_ = f.Close()
		}
	}()
	for range few {
		f, err := os.Open(os.DevNull)
		if err != nil {
			return ours("the probe cannot open a file", err)
		}
		open = append(open, f)
	}
	f, err := os.CreateTemp("", "valkyrie-room-*")
	if err != nil {
		return ours("the probe cannot create a file", err)
	}
	defer os.Remove(f.Name())
	open = append(open, f)
	_, err = f.Write(make([]byte, small))
	return ours("the probe cannot write a file", err)
}

// ours returns the error if it is one of exhaustion; another one, such as of a folder that is read-only, says nothing.
func ours(what string, err error) error {
	if !Exhausted(err) {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
