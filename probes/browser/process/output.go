package process

import (
	"fmt"
	"strings"
	"sync"
)

// output keeps the last outputSize bytes that Chrome wrote to stdout and stderr: they explain most failures to start.
type output struct {
	mu  sync.Mutex
	buf []byte
}

const outputSize = 600

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.buf = append(o.buf, p...)
	if over := len(o.buf) - outputSize; over > 0 {
		o.buf = append(o.buf[:0], o.buf[over:]...)
	}
	return len(p), nil
}

// contains reports whether text is in the kept output.
func (o *output) contains(text string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Contains(string(o.buf), text)
}

// note formats the last line that is neither a warning nor information, ready to follow an error.
func (o *output) note() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(string(o.buf)), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if l := strings.TrimSpace(lines[i]); l != "" && !strings.Contains(l, ":WARNING:") && !strings.Contains(l, ":INFO:") {
			return fmt.Sprintf(" (it said: %s)", l)
		}
	}
	return ""
}
