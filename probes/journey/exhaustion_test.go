package journey_test

import (
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"valkyrie/probes/journey"
)

// TestOurExhaustionIsBroken checks that a step that fails while this machine has no descriptors left is the probe's fault,
// and the same failure with descriptors is the site's.
func TestOurExhaustionIsBroken(t *testing.T) {
	j := journey.Journey{Name: "shop", Title: "buy", Steps: []journey.Step{{Name: "connect", Limit: time.Second, Do: func(t *journey.T) {
		if _, err := net.Dial("tcp", "127.0.0.1:1"); err != nil {
			t.Failf("no answer")
		}
	}}}}
	if run := (journey.Runner{}).Run(t.Context(), j, time.Now()); run.Outcome != journey.Failed {
		t.Fatalf("with descriptors: %s", run)
	}
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 64, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	var open []*os.File
	for {
		f, err := os.Open(os.DevNull)
		if err != nil {
			break
		}
		open = append(open, f)
	}
	run := (journey.Runner{}).Run(t.Context(), j, time.Now())
	for _, f := range open {
		_ = f.Close()
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if run.Outcome != journey.Broken || !strings.Contains(run.Error, "the probe cannot open a file") || !strings.Contains(run.Error, "too many open files") || !strings.Contains(run.Error, "no answer") {
		t.Errorf("without: %s", run)
	}
}

// TestExhausted checks that the errors of exhaustion are recognised by their value, never by words that a site may show.
func TestExhausted(t *testing.T) {
	for _, err := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOSPC, syscall.EDQUOT, syscall.ENOMEM, &net.OpError{Op: "dial", Err: os.NewSyscallError("socket", syscall.EMFILE)}} {
		if !journey.Exhausted(fmt.Errorf("a request: %w", err)) {
			t.Errorf("%v is not recognised", err)
		}
	}
	for _, err := range []error{nil, syscall.ECONNREFUSED, syscall.EROFS, fmt.Errorf("the page says %q", "No space left on device")} {
		if journey.Exhausted(err) {
			t.Errorf("%v is taken for ours", err)
		}
	}
}
