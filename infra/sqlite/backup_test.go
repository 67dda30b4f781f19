package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

// TestBackupWhileRunning: a backup that is made during writes is whole and of one moment: a pair of items that is written in one
// order is never in it the other way round.
func TestBackupWhileRunning(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "valkyrie.db")
	s := mustOpen(t, path)
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := 0; ctx.Err() == nil; n++ {
			for _, key := range []string{"first", "second"} {
				item, err := s.Item(t.Context(), key)
				if err != nil {
					t.Error(err)
					return
				}
				item.Key, item.Data = key, fmt.Appendf(nil, `{"n":%d,"x":%q}`, n, strings.Repeat("x", 2000))
				if err := s.PutItem(t.Context(), item); err != nil {
					t.Error(err)
					return
				}
			}
		}
	})
	for n := range 10 {
		copied := filepath.Join(dir, fmt.Sprint("backup-", n))
		if err := Backup(t.Context(), path, copied); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(copied); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("backup %d: %v, %v", n, info.Mode(), err)
		}
		b, err := OpenExisting(t.Context(), copied)
		if err != nil {
			t.Fatal(err)
		}
		var versions [2]int64
		for i, key := range []string{"first", "second"} {
			item, err := b.Item(t.Context(), key)
			if err != nil {
				t.Fatal(err)
			}
			versions[i] = item.Version
		}
		if d := versions[0] - versions[1]; d < 0 || d > 1 {
			t.Errorf("backup %d: versions %v", n, versions)
		}
		b.Close()
	}
	stop()
	wg.Wait()
	if err := Backup(t.Context(), path, filepath.Join(dir, "backup-0")); err == nil || !strings.Contains(err.Error(), "it exists already") {
		t.Errorf("a backup over another: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.part")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

// TestRestore: a restored store is as of the backup, the replaced one is kept, and a store in use is refused.
func TestRestore(t *testing.T) {
	dir := t.TempDir()
	path, backup := filepath.Join(dir, "valkyrie.db"), filepath.Join(dir, "backup.db")
	slot := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)
	put := func(s *Store, minute int) {
		t.Helper()
		if err := s.PutRun(t.Context(), journey.Run{ID: fmt.Sprint(minute), Journey: "print-card", Slot: slot.Add(time.Duration(minute) * time.Minute)}); err != nil {
			t.Fatal(err)
		}
	}
	s := mustOpen(t, path)
	put(s, 0)
	if err := Backup(t.Context(), path, backup); err != nil {
		t.Fatal(err)
	}
	put(s, 1)
	if _, err := Restore(t.Context(), backup, path, slot); err == nil || !strings.Contains(err.Error(), "stop valkyrie watch first") {
		t.Errorf("over a store in use: %v", err)
	}
	if runs, err := s.Runs(t.Context(), incident.RunQuery{}); err != nil || len(runs) != 2 {
		t.Errorf("after a refusal: %d runs, %v", len(runs), err)
	}
	s.Close()
	kept, err := Restore(t.Context(), backup, path, slot)
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]int{path: 0, kept: 1} {
		b, err := OpenExisting(t.Context(), file)
		if err != nil {
			t.Fatal(err)
		}
		if at, err := b.Latest(t.Context()); err != nil || !at.Equal(slot.Add(time.Duration(want)*time.Minute)) {
			t.Errorf("%s ends at %v, %v", file, at, err)
		}
		b.Close()
	}
	inUse := mustOpen(t, path)
	put(inUse, 2)
	if _, err := Restore(t.Context(), path, filepath.Join(dir, "other.db"), slot); err == nil || !strings.Contains(err.Error(), "expected a file of valkyrie backup") {
		t.Errorf("from a store in use: %v", err)
	}
}

// TestLostWriteAheadLog: a copy of the file without its write-ahead log is refused, and not taken for a new database.
func TestLostWriteAheadLog(t *testing.T) {
	dir := t.TempDir()
	path, moved := filepath.Join(dir, "valkyrie.db"), filepath.Join(dir, "moved.db")
	s := mustOpen(t, path)
	if err := s.PutRun(t.Context(), journey.Run{ID: "1", Journey: "print-card", Slot: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if err := copyFile(path, moved); err != nil {
		t.Fatal(err)
	}
	for _, open := range []func(context.Context, string) (*Store, error){Open, OpenExisting} {
		if s, err := open(t.Context(), moved); err == nil || !strings.Contains(err.Error(), "has lost its write-ahead log") {
			if err == nil {
				s.Close()
			}
			t.Errorf("opened without its log: %v", err)
		}
	}
}

// TestLogShrinks: the write-ahead log that a long reader has made grow is cut at a checkpoint once the reader has ended.
func TestLogShrinks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "valkyrie.db")
	s := mustOpen(t, path)
	put := func(n int, size int) {
		item, err := s.Item(t.Context(), "x")
		if err != nil {
			t.Fatal(err)
		}
		item.Key, item.Data = "x", fmt.Appendf(nil, `{"n":%d,"x":%q}`, n, strings.Repeat(string(rune('a'+n)), size)) // other pages each time
		if err := s.PutItem(t.Context(), item); err != nil {
			t.Fatal(err)
		}
	}
	size := func() int64 {
		info, err := os.Stat(path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	put(0, 10)
	reader, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	tx, err := reader.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := tx.QueryRow("SELECT count(*) FROM items").Scan(&n); err != nil {
		t.Fatal(err)
	}
	const limit, big = 64 << 20, 8 << 20
	for n := range 10 {
		put(n, big)
	}
	if size() <= limit {
		t.Fatalf("the log has %d bytes during a long reader", size())
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		put(n, 10)
	}
	if size() > limit {
		t.Errorf("the log still has %d bytes", size())
	}
}
