package storetest

import (
	"flag"
	"runtime"
	"sync/atomic"
	"testing"
)

// fails reports whether a check fails, without failing the test.
func fails(t *testing.T, c check, fresh Backing) bool {
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() { // Fatal ends the goroutine that calls it
		defer close(done)
		c.run(r, fresh)
	}()
	<-done
	return r.failed.Load()
}

// A recorder records the failures of a check and does not pass them on.
type recorder struct {
	testing.TB
	failed atomic.Bool
}

func (r *recorder) Fail()                 { r.failed.Store(true) }
func (r *recorder) Failed() bool          { return r.failed.Load() }
func (r *recorder) FailNow()              { r.Fail(); runtime.Goexit() }
func (r *recorder) Error(...any)          { r.Fail() }
func (r *recorder) Errorf(string, ...any) { r.Fail() }
func (r *recorder) Fatal(...any)          { r.FailNow() }
func (r *recorder) Fatalf(string, ...any) { r.FailNow() }
func (r *recorder) Log(...any)            {}
func (r *recorder) Logf(string, ...any)   {}

// quietRapid keeps rapid from recording and shrinking failures that are intended.
func quietRapid(t *testing.T) {
	for name, value := range map[string]string{"rapid.nofailfile": "true", "rapid.shrinktime": "0s"} {
		f := flag.Lookup(name)
		before := f.Value.String()
		if err := f.Value.Set(value); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Value.Set(before) })
	}
}
