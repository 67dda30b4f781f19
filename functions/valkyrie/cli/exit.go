package cli

import (
	"errors"
	"fmt"
)

// Exit codes, which scripts rely on.
const (
	ExitOK     = 0 // every journey passed, or was slow
	ExitFailed = 1 // a journey failed: the site's fault
	ExitUsage  = 2 // wrong usage or configuration
	ExitBroken = 3 // our own environment is broken, so the state of the site is unknown
)

// An ExitCode is an exit code with its meaning.
type ExitCode struct {
	Code    int
	Meaning string
}

// ExitCodes lists the exit codes for the documentation.
var ExitCodes = []ExitCode{
	{ExitOK, "every journey passed, or was slow"},
	{ExitFailed, "a journey failed: the site's fault"},
	{ExitUsage, "wrong usage or configuration"},
	{ExitBroken, "our own environment is broken, so the state of the site is unknown"},
}

// exitError is an error with an exit code.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string { return e.err.Error() }
func (e exitError) Unwrap() error { return e.err }

// errSilent is the error of a command whose output already explains its exit code.
var errSilent = errors.New("")

// Exit returns err with an exit code.
func Exit(code int, err error) error { return exitError{code, err} }

// Silent returns an error that sets the exit code and prints nothing.
func Silent(code int) error { return exitError{code, errSilent} }

// Usage formats an error with ExitUsage.
func Usage(format string, args ...any) error { return Exit(ExitUsage, fmt.Errorf(format, args...)) }

// Broken formats an error with ExitBroken.
func Broken(format string, args ...any) error { return Exit(ExitBroken, fmt.Errorf(format, args...)) }

// exitCode returns the code of an error. An error without one is ours, hence ExitBroken.
func exitCode(err error) int {
	var e exitError
	switch {
	case err == nil:
		return ExitOK
	case errors.As(err, &e):
		return e.code
	}
	return ExitBroken
}
