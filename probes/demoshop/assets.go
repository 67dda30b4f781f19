package demoshop

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"fmt"
	"net/http"
	"path"
	"sync"
	"time"
)

//go:embed web/static
var staticFiles embed.FS

// assetSet is the styles, scripts and icons that the last deploy put in place.
type assetSet struct {
	mu    sync.RWMutex
	files map[string][]byte
}

func loadAssets() *assetSet {
	a := &assetSet{files: map[string][]byte{}}
	entries, _ := staticFiles.ReadDir("web/static") // embedded: it is there, or the package does not compile
	for _, e := range entries {
		a.restore(e.Name())
	}
	return a
}

// lose removes a file, as a bad deploy does.
func (a *assetSet) lose(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.files, name)
}

// restore puts a file of the original deploy back.
func (a *assetSet) restore(name string) {
	content, err := staticFiles.ReadFile(path.Join("web/static", name))
	if err != nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.files[name] = content
}

// serve answers with the named file. Browsers must ask each time whether theirs is current: a lost file must be
// missed by those who have been here before, too.
func (a *assetSet) serve(w http.ResponseWriter, r *http.Request, name string) {
	a.mu.RLock()
	content, ok := a.files[name]
	a.mu.RUnlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	sum := sha256.Sum256(content)
	w.Header().Set("ETag", fmt.Sprintf(`"%x"`, sum[:8]))
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
}
