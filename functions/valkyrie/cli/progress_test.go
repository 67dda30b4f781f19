package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestProgress: nothing is said of a short command. A terminal has one line, which is gone in the end; elsewhere, lines are few.
func TestProgress(t *testing.T) {
	for _, c := range []struct {
		about    string
		terminal bool
		at       []time.Duration // of updates, since the beginning
		want     string
	}{
		{"short", true, []time.Duration{0, 500 * time.Millisecond, 999 * time.Millisecond}, ""},
		{"short, to a file", false, []time.Duration{0, 999 * time.Millisecond}, ""},
		{"once", true, []time.Duration{5 * time.Second}, ""},
		{"long", true, []time.Duration{0, time.Second, 1100 * time.Millisecond, 1200 * time.Millisecond, 11 * time.Second}, "\rread 1s\rread 1.2s\rread 11s \r         \r"},
		{"long, to a file", false, []time.Duration{0, time.Second, 2 * time.Second, 10 * time.Second, 11 * time.Second, 30 * time.Second}, "read 1s\nread 11s\nread 30s\n"},
	} {
		var out bytes.Buffer
		now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
		p := Progress{Out: &out, Terminal: c.terminal}
		for _, at := range c.at {
			p.Now = func() time.Time { return now.Add(at) }
			p.Update("read %v", at)
		}
		p.End()
		p.End()
		if out.String() != c.want {
			t.Errorf("%s: got %q, want %q", c.about, out.String(), c.want)
		}
	}
	var none *Progress
	none.Update("unheard")
	none.End()
}

// TestKindOfOutput: a buffer and a file are no terminal, and a pipe is no file.
func TestKindOfOutput(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	for about, c := range map[string]struct {
		out  any
		file bool
	}{"a buffer": {&bytes.Buffer{}, false}, "a file": {f, true}, "a pipe": {w, false}, "nothing": {nil, false}} {
		if IsTerminal(c.out) || IsFile(c.out) != c.file {
			t.Errorf("%s: terminal %v, file %v", about, IsTerminal(c.out), IsFile(c.out))
		}
	}
	if p := NewProgress(w); p.Terminal {
		t.Error("a pipe counts as a terminal")
	}
}
