package suite

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestPoolHasSizePlaces: a pool hands out as many places as it has, to tests of any process, and takes them back.
func TestPoolHasSizePlaces(t *testing.T) {
	dir := t.TempDir()
	here, elsewhere := &pool{dir: dir, size: 2}, &pool{dir: dir, size: 2}
	free := func() (n int) {
		for _, name := range []string{"core-0", "core-1"} {
			if file, err := tryLock(dir + "/" + name); err != nil {
				t.Fatal(err)
			} else if file != nil {
				n++
				defer file.Close()
			}
		}
		return n
	}
	t.Run("holding", func(t *testing.T) {
		here.reserve(t)
		if n := free(); n != 1 {
			t.Errorf("%d places are free beside one holder, want 1", n)
		}
		here.reserve(t) // shares its own
		t.Run("part", func(t *testing.T) { here.reserve(t) })
		if n := free(); n != 1 {
			t.Errorf("%d places are free after a holder reserved again, want 1", n)
		}
		elsewhere.reserve(t)
		if n := free(); n != 0 {
			t.Errorf("%d places are free beside two holders, want 0", n)
		}
	})
	if n := free(); n != 2 {
		t.Errorf("%d places are free after all tests ended, want 2", n)
	}
}

// TestPoolWaits: a test that finds no place free waits for one, and says so once after a while.
func TestPoolWaits(t *testing.T) { synctest.Test(t, testPoolWaits) }

func testPoolWaits(t *testing.T) {
	var notes strings.Builder
	p := &pool{dir: t.TempDir(), size: 1, notes: &notes}
	first, err := p.lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan error)
	go func() {
		second, err := p.lock(t.Context())
		if err == nil {
			err = second.Close()
		}
		got <- err
	}()
	time.Sleep(noteTime - time.Second)
	synctest.Wait()
	if notes.Len() > 0 {
		t.Errorf("after a short wait it says %q", notes.String())
	}
	time.Sleep(time.Minute)
	synctest.Wait()
	if n := strings.Count(notes.String(), "waiting for a core: other tests hold all 1"); n != 1 {
		t.Errorf("after a long wait it says %q", notes.String())
	}
	select {
	case <-got:
		t.Fatal("a second test got the only place")
	default:
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-got; err != nil {
		t.Error(err)
	}
}

func TestParent(t *testing.T) {
	for name, want := range map[string]string{"TestA": "", "TestA/b": "TestA", "TestA/b/c": "TestA/b"} {
		if got := parent(name); got != want {
			t.Errorf("parent of %s: %q, want %q", name, got, want)
		}
	}
}
