package main

import (
	"encoding/json"
	"flag"
	"strings"
	"sync"
	"testing"
)

// A hearing is output in which something is waited for.
type hearing struct {
	of   string
	then func() // once it is there

	mu    sync.Mutex
	all   strings.Builder
	heard bool
}

func (h *hearing) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n, err := h.all.Write(p)
	if !h.heard && strings.Contains(h.all.String(), h.of) {
		h.heard = true
		h.then()
	}
	return n, err
}

func (h *hearing) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.all.String()
}

// flags is a store as it is named by these arguments.
func flags(t *testing.T, p *program, args ...string) *storeOptions {
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
