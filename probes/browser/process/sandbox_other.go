//go:build !linux

package process

// canIsolate is always true: Chrome's sandbox needs nothing special on these systems.
func canIsolate() (bool, string) { return true, "" }

func hideMemory() {}
