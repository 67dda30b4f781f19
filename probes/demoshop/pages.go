package demoshop

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

//go:embed web/pages web/releases web/parts
var pageFiles embed.FS

// springRelease is a later catalogue page that uses a field which was never merged.
const springRelease = "web/releases/catalogue-spring.html"

// pageSet holds the deployed templates: whole pages by name, and the parts they share.
type pageSet struct {
	parts     *template.Template // only cloned: an executed template cannot be extended
	fragments *template.Template // the clone that is executed for single parts

	mu    sync.RWMutex
	pages map[string]*template.Template
}

func loadPages() (*pageSet, error) {
	parts, err := template.ParseFS(pageFiles, "web/parts/*.html")
	if err != nil {
		return nil, err
	}
	fragments, err := parts.Clone()
	if err != nil {
		return nil, err
	}
	ps := &pageSet{parts: parts, fragments: fragments, pages: map[string]*template.Template{}}
	files, err := fs.Glob(pageFiles, "web/pages/*.html")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if err := ps.deploy(strings.TrimSuffix(path.Base(file), ".html"), file); err != nil {
			return nil, err
		}
	}
	_, err = ps.parse(springRelease)
	return ps, err
}

// parse parses a page into a clone of the shared parts; "layout" is the whole page, and the file its "content".
func (ps *pageSet) parse(file string) (*template.Template, error) {
	t, err := ps.parts.Clone()
	if err != nil {
		return nil, err
	}
	return t.ParseFS(pageFiles, file)
}

// deploy replaces the page called name by the one in file.
func (ps *pageSet) deploy(name, file string) error {
	t, err := ps.parse(file)
	if err != nil {
		return fmt.Errorf("page %q: %w", name, err)
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.pages[name] = t
	return nil
}

// deploySafely deploys a release that loadPages has parsed, which is all that its authors checked.
func (ps *pageSet) deploySafely(name, file string) { _ = ps.deploy(name, file) }

// rollBack restores a page to the release that the shop started with.
func (ps *pageSet) rollBack(name string) { ps.deploySafely(name, "web/pages/"+name+".html") }

// execute renders a whole page into memory, so that a page that fails half-way is not sent in part.
func (ps *pageSet) execute(name string, data any) (*bytes.Buffer, error) {
	ps.mu.RLock()
	t := ps.pages[name]
	ps.mu.RUnlock()
	return run(t, "layout", data)
}

// part renders one of the shared parts.
func (ps *pageSet) part(name string, data any) (*bytes.Buffer, error) {
	return run(ps.fragments, name, data)
}

func run(t *template.Template, name string, data any) (*bytes.Buffer, error) {
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, name, data); err != nil {
		return nil, err
	}
	return &out, nil
}

//go:embed web/static
var staticFiles embed.FS

// assetSet holds the deployed styles, scripts and icons.
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

// remove deletes a file, as a bad deploy does.
func (a *assetSet) remove(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.files, name)
}

// restore adds a file of the original deploy.
func (a *assetSet) restore(name string) {
	content, err := staticFiles.ReadFile(path.Join("web/static", name))
	if err != nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.files[name] = content
}

// serve answers with the named file. It makes browsers revalidate each time, so that a deleted file is missing for
// returning visitors too.
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
