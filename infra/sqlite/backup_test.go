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

// TestGoesBack checks that a database which went back in time is reported with the time that it goes back to: a copy without its
// log, one whose log was deleted, an older copy in its place; and that one which was closed in order is not.
func TestGoesBack(t *testing.T) {
	slot := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)
	put := func(s *Store, minute int) {
		t.Helper()
		if err := s.PutRun(t.Context(), journey.Run{ID: fmt.Sprint(minute), Journey: "print-card", Slot: slot.Add(time.Duration(minute) * time.Minute)}); err != nil {
			t.Fatal(err)
		}
	}
	reopen := func(path string) string {
		t.Helper()
		s, err := OpenExisting(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		return s.Loss()
	}
	for name, c := range map[string]struct {
		harm func(path, copied string) (opened string)
		want string // in the report; empty: none
	}{
		"closed in order":              {func(path, _ string) string { return path }, ""},
		"copied while in use, no log":  {func(_, copied string) string { return copied }, "copy.db\" ends at 2026-11-21 03:01:00 UTC: it was not closed by valkyrie, and its write-ahead log"},
		"an older copy in its place":   {func(path, copied string) string { return path + rename(t, copied, path) }, "ends at 2026-11-21 03:01:00 UTC, and held runs until 2026-11-21 03:07 UTC: an older copy"},
		"a new file in its place":      {func(path, _ string) string { return path + remake(t, path) }, "holds no run, and held runs until 2026-11-21 03:07 UTC"},
		"killed, then tidied up":       {func(path, _ string) string { leaveLogMode(t, path); return path }, ""},
		"of a version that left it so": {func(path, _ string) string { outdated(t, path+".old"); return path + ".old" }, ""},
		"restored from the older copy": {func(path, copied string) string { return path + restore(t, copied, path) }, "it was not closed by valkyrie"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path, copied := filepath.Join(dir, "valkyrie.db"), filepath.Join(dir, "copy.db")
			s := mustOpen(t, path)
			put(s, 0)
			put(s, 1)
			if _, err := s.db.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
				t.Fatal(err)
			}
			if err := copyFile(path, copied); err != nil {
				t.Fatal(err)
			}
			put(s, 7)
			if loss := reopen(path); loss != "" { // while another has it open
				t.Errorf("it is in use: %s", loss)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if loss := reopen(path); loss != "" {
				t.Fatalf("closed in order: %s", loss)
			}
			opened := c.harm(path, copied)
			if loss := reopen(opened); !strings.Contains(loss, c.want) || (loss == "") != (c.want == "") {
				t.Errorf("it reports %q, want %q", loss, c.want)
			}
		})
	}
}

func rename(t *testing.T, from, to string) string {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
	return ""
}

// remake replaces a database by a new one.
func remake(t *testing.T, path string) string {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	return ""
}

func restore(t *testing.T, backup, path string) string {
	t.Helper()
	if _, err := Restore(t.Context(), backup, path, time.Now()); err != nil {
		t.Fatal(err)
	}
	return ""
}

// TestLostLogAfterKill checks that the write-ahead log of a killed program may be deleted, and that this is reported.
func TestLostLogAfterKill(t *testing.T) {
	dir := t.TempDir()
	path, killed := filepath.Join(dir, "valkyrie.db"), filepath.Join(dir, "killed.db")
	s := mustOpen(t, path)
	for n := range 3 {
		if err := s.PutRun(t.Context(), journey.Run{ID: fmt.Sprint(n), Journey: "print-card", Slot: time.Date(2026, 11, 21, 3, n, 0, 0, time.UTC)}); err != nil {
			t.Fatal(err)
		}
		if n == 1 {
			if _, err := s.db.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, suffix := range []string{"", "-wal", "-latest"} { // as a program leaves them that is killed
		if err := copyFile(path+suffix, killed+suffix); err != nil {
			t.Fatal(err)
		}
	}
	for n, want := range []string{"", "ends at 2026-11-21 03:01:00 UTC, and held runs until 2026-11-21 03:02 UTC"} {
		if n == 1 {
			if err := copyFile(path, killed); err != nil {
				t.Fatal(err)
			}
			if err := os.RemoveAll(killed + "-wal"); err != nil {
				t.Fatal(err)
			}
		}
		b, err := OpenExisting(t.Context(), killed)
		if err != nil {
			t.Fatal(err)
		}
		if loss := b.Loss(); !strings.Contains(loss, want) || (loss == "") != (want == "") {
			t.Errorf("with log %t: it reports %q", n == 0, loss)
		}
		b.Close()
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

// TestRestoreKeepsALink checks that the store behind a symbolic link is replaced, and not the link.
func TestRestoreKeepsALink(t *testing.T) {
	dir := t.TempDir()
	file, link, backup := filepath.Join(dir, "disk.db"), filepath.Join(dir, "valkyrie.db"), filepath.Join(dir, "backup.db")
	mustOpen(t, file).Close()
	if err := Backup(t.Context(), file, backup); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Skip(err)
	}
	kept, err := Restore(t.Context(), backup, link, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if target, err := os.Readlink(link); err != nil || target != file || !strings.HasPrefix(kept, file+".") {
		t.Errorf("the link leads to %q, %v; what was there is in %q", target, err, kept)
	}
	restored, err := OpenExisting(t.Context(), link)
	if err != nil {
		t.Fatal(err)
	}
	restored.Close()
}

// leaveLogMode leaves a database as another program does that moves the write-ahead log of a killed one into it: in the mode of a
// log, without one.
func leaveLogMode(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("PRAGMA journal_mode = WAL; PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
}

// outdated makes a database of the last version that left the mode of a log when it closed one.
func outdated(t *testing.T, path string) {
	t.Helper()
	openRelease(t, path, releases()[:firstClosingVersion-1]).Close()
	leaveLogMode(t, path)
}
