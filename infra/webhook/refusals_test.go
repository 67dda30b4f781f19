package webhook

import (
	"testing"
	"time"
)

// TestRefusals checks which warnings are logged, and that the first of a later minute has the number of those left out.
func TestRefusals(t *testing.T) {
	var c refusals
	noon := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for n, want := range map[int]bool{1: true, 10: true, 11: false, 25: false} {
		c = refusals{}
		for range n - 1 {
			c.take(noon)
		}
		if _, ok := c.take(noon); ok != want {
			t.Errorf("warning %d of a minute: logged %v", n, ok)
		}
	}
	c = refusals{}
	for range 25 {
		c.take(noon)
	}
	for _, step := range []struct {
		after time.Duration
		left  int
		ok    bool
	}{{59 * time.Second, 0, false}, {time.Minute, 16, true}, {61 * time.Second, 0, true}} {
		if left, ok := c.take(noon.Add(step.after)); left != step.left || ok != step.ok {
			t.Errorf("after %v: %d left out, logged %v", step.after, left, ok)
		}
	}
}
