//go:build !linux

package chrome

import "errors"

func mountSmallDisk(string) error { return errors.New("no mount namespaces here") }
