package alertstest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// WantStored checks that state, a pointer to a zero value, reads every field of a stored item and writes it again under the same key.
// file is its name in testdata/state, and in the folders of later versions below; root is the path of the project's root.
func WantStored(t *testing.T, root, file string, state any) {
	t.Helper()
	folder := filepath.Join(root, "testdata", "state")
	later, err := filepath.Glob(filepath.Join(folder, "*", file))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(later, filepath.Join(folder, file)) {
		wantStored(t, path, reflect.New(reflect.TypeOf(state).Elem()).Interface())
	}
}

func wantStored(t *testing.T, path string, state any) {
	t.Helper()
	stored, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(stored, state); err != nil {
		t.Fatalf("decode %s: %v", path, err)
	}
	written, err := json.Marshal(state)
	if err != nil {
		t.Fatalf("encode %s: %v", path, err)
	}
	var want, got any
	for text, into := range map[string]*any{string(stored): &want, string(written): &got} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s, stored and written again (-stored +written):\n%s", path, diff)
	}
}
