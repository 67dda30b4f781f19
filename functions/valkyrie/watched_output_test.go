package main

import (
	"encoding/json"
	"flag"
	"strings"
	"sync"
	"testing"
)

// A watchedOutput calls then once it contains want.
type watchedOutput struct {
	want string
	then func()

	mu   sync.Mutex
	all  strings.Builder
	seen bool
}

func (o *watchedOutput) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n, err := o.all.Write(p)
	if !o.seen && strings.Contains(o.all.String(), o.want) {
		o.seen = true
		o.then()
	}
	return n, err
}

func (o *watchedOutput) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.all.String()
}

// storeFrom returns the store that args choose.
func storeFrom(t *testing.T, p *program, args ...string) *storeOptions {
	t.Helper()
	fs := flag.NewFlagSet("test", flag.ContinueOnError)
	s := p.storeFlags(fs)
	if err := fs.Parse(args); err != nil {
		t.Fatal(err)
	}
	return s
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
