package alertstest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// WantStored checks that state, a pointer, reads every field of a stored item and writes it again under the same key. file
// is its name in testdata/state; root is the path of the project's root.
func WantStored(t *testing.T, root, file string, state any) {
	t.Helper()
	stored, err := os.ReadFile(filepath.Join(root, "testdata", "state", file))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(stored, state); err != nil {
		t.Fatalf("decode %s: %v", file, err)
	}
	written, err := json.Marshal(state)
	if err != nil {
		t.Fatalf("encode %s: %v", file, err)
	}
	var want, got any
	for text, into := range map[string]*any{string(stored): &want, string(written): &got} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s, stored and written again (-stored +written):\n%s", file, diff)
	}
}
