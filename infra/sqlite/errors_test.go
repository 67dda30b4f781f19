package sqlite

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"valkyrie/alerts/incident"
	"valkyrie/infra/storetest"
	"valkyrie/probes/journey"
)

// opener is Open or OpenExisting.
type opener func(context.Context, string) (*Store, error)

func TestOpenRefusesOtherFiles(t *testing.T) {
	for _, test := range []struct {
		name string
		open opener
		make func(t *testing.T, path string) // creates the content of path
		want []string                        // words of the error, besides the path
	}{
		{"a text file", Open, textFile("ten lines\nof notes\n"), []string{"is not a Valkyrie database", "choose another --db"}},
		{"a long text file", Open, textFile(strings.Repeat("notes\n", 1000)), []string{"is not a Valkyrie database"}},
		{"a text file, to read", OpenExisting, textFile("notes"), []string{"is not a Valkyrie database"}},
		{"another program's database", Open, foreignDatabase, []string{"another program's", "choose another --db"}},
		{"a newer version", Open, newerDatabase, []string{"newer Valkyrie", "schema version 99", "update valkyrie"}},
		{"a newer version, to read", OpenExisting, newerDatabase, []string{"newer Valkyrie"}},
		{"a damaged database", Open, damagedDatabase, []string{"is damaged", ".recover"}},
		{"a folder", Open, folder, []string{"is a folder", "expected a database file", "choose another --db"}},
		{"a folder, to read", OpenExisting, folder, []string{"is a folder"}},
		{"nothing, to read", OpenExisting, nothing, []string{"there is no Valkyrie database", "run `valkyrie watch` first"}},
		{"an empty file, to read", OpenExisting, textFile(""), []string{"there is no Valkyrie database"}},
		{"a link to nowhere", Open, danglingLink, []string{"cannot be opened", "choose another --db"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "history 100%?#é.db")
			test.make(t, path)
			before := contents(path)
			s, err := test.open(t.Context(), path)
			if err == nil {
				s.Close()
				t.Fatal("got no error from opening the file")
			}
			wantWords(t, err, append(test.want, path)...)
			if !bytes.Equal(before, contents(path)) {
				t.Error("the existing file was changed")
			}
		})
	}
}

func TestOpenReportsUnwritableFolders(t *testing.T) {
	readOnly := t.TempDir()
	if err := os.Chmod(readOnly, 0o500); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(t.TempDir(), "missing", "valkyrie.db"): "there is no folder",
		filepath.Join(readOnly, "valkyrie.db"):               "is not writable",
		"/dev/null":                                          "not an ordinary file",
		"/dev/null/valkyrie.db":                              "cannot create the database",
	} {
		if path == filepath.Join(readOnly, "valkyrie.db") && os.Geteuid() == 0 {
			continue // root may write anywhere
		}
		s, err := Open(t.Context(), path)
		if err == nil {
			s.Close()
			t.Errorf("%s was opened, want an error", path)
			continue
		}
		wantWords(t, err, path, want, "choose another --db")
	}
}

func TestOpenExistingCreatesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "typo.db")
	_, err := OpenExisting(t.Context(), path)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got error %v, expected one that wraps fs.ErrNotExist", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%q exists now (%v)", path, err)
	}
}

func TestDatabaseIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "valkyrie.db")
	mustOpen(t, path)
	for _, name := range []string{path, path + "-wal"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has permissions %s, expected them for its owner only: it holds phone numbers", name, info.Mode())
		}
	}
}

func TestFullDisk(t *testing.T) {
	s := mustOpen(t, filepath.Join(t.TempDir(), "valkyrie.db"))
	// SQLite reports this limit like a disk without room for another page.
	if _, err := s.db.Exec("PRAGMA max_page_count = 1"); err != nil {
		t.Fatal(err)
	}
	err := s.PutRun(t.Context(), journey.Run{Journey: "print-card", Error: strings.Repeat("x", 1<<20)})
	wantWords(t, err, "print-card", s.path, "disk is full", "make room")
	if runs, err := s.Runs(t.Context(), incident.RunQuery{}); err != nil || len(runs) != 0 {
		t.Errorf("after it: %d runs, error %v; expected none", len(runs), err)
	}
}

func TestReadOnlyFile(t *testing.T) {
	s := mustOpen(t, filepath.Join(t.TempDir(), "valkyrie.db"))
	if _, err := s.db.Exec("PRAGMA query_only = 1"); err != nil {
		t.Fatal(err)
	}
	wantWords(t, storetest.Increment(t.Context(), s, "k"), s.path, "is read-only", "choose another --db")
}

// wantWords checks that an error contains all words.
func wantWords(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("got no error, expected one with %q", words)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the error does not contain %q:\n%v", w, err)
		}
	}
}
