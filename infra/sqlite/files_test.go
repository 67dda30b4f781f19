package sqlite

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"
)

// The content of the path that a user names.

// contents returns the content of a file, and nil for anything else.
func contents(path string) []byte {
	data, _ := os.ReadFile(path)
	return data
}

func nothing(*testing.T, string) {}

func textFile(text string) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func folder(t *testing.T, path string) {
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
}

func danglingLink(t *testing.T, path string) {
	if err := os.Symlink(filepath.Join(t.TempDir(), "gone"), path); err != nil {
		t.Fatal(err)
	}
}

func foreignDatabase(t *testing.T, path string) {
	execIn(t, path, "CREATE TABLE bookmarks (url TEXT); PRAGMA user_version = 1")
}

func newerDatabase(t *testing.T, path string) {
	textFile("")(t, path)
	execIn(t, path, releases()[0]+"; PRAGMA application_id = 1447119947; PRAGMA user_version = 99")
}

// damagedDatabase overwrites a database except for its header.
func damagedDatabase(t *testing.T, path string) {
	newerDatabase(t, path)
	data := contents(path)
	const header = 100
	for i := header; i < len(data); i++ {
		data[i] = 0xff
	}
	textFile(string(data))(t, path)
}

// execIn executes SQL on the file at path, bypassing the store.
func execIn(t *testing.T, path, script string) {
	t.Helper()
	textFile("")(t, path)
	source, err := dataSource(path)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(script); err != nil {
		t.Fatal(err)
	}
}
