package evidence_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"valkyrie/infra/cloudtest"
	"valkyrie/infra/evidence"
	"valkyrie/infra/evidence/link"
	"valkyrie/probes/journey"
)

// TestFolder checks where the files of two runs are, that only the owner can read them, and that a file replaces the one before it.
func TestFolder(t *testing.T) {
	folder := evidence.Folder(filepath.Join(t.TempDir(), "evidence"))
	other := run
	other.Region, other.ID = "../us", "02"
	for of, place := range map[*journey.Run]string{&run: "print-card/20261121T042300Z_eu-west-1_01990a5c-1111", &other: "print-card/20261121T042300Z_us_02"} {
		want := filepath.Join(string(folder), place)
		if got := folder.Place(*of); got != want {
			t.Errorf("the evidence is at %s, want %s", got, want)
		}
		for _, text := range []string{"first", "second"} {
			path, err := folder.Save(*of, "../page.html", []byte(text))
			data, readErr := os.ReadFile(path)
			if err != nil || readErr != nil || path != filepath.Join(want, "page.html") || string(data) != text {
				t.Errorf("%s: %q, %v, %v", path, data, err, readErr)
			}
		}
		for path, mode := range map[string]os.FileMode{want: 0o700, filepath.Join(want, "page.html"): 0o600} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
				t.Errorf("%s: %v, %v", path, info.Mode(), err)
			}
		}
		files, err := os.ReadDir(want)
		if err != nil || len(files) != 1 {
			t.Errorf("%v, %v", files, err)
		}
	}
}

// TestFolderFaults checks the error of each step of a file that cannot be saved: the folder, the file and its name.
func TestFolderFaults(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if path, err := evidence.Folder(filepath.Join(root, "file")).Save(run, "page.html", nil); path != "" || err == nil || !strings.HasPrefix(err.Error(), "create folder for evidence: ") {
		t.Errorf("%q, %v", path, err)
	}
	folder := evidence.Folder(root)
	for _, taken := range []string{"a.html.part", "b.html"} { // by a folder that has a file
		if err := os.MkdirAll(filepath.Join(folder.Place(run), taken, "x"), 0o700); err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(taken, ".part")
		if path, err := folder.Save(run, name, []byte("x")); path != "" || err == nil || !strings.HasPrefix(err.Error(), "save evidence "+name+": ") {
			t.Errorf("%s is taken: %q, %v", taken, path, err)
		}
	}
}

// TestPlaces checks the addresses of a run's folder in a bucket, and the request of an upload.
func TestPlaces(t *testing.T) {
	b, c := bucket(t)
	placer, ok := b.Within(t.Context()).(journey.Placer)
	if want := "https://console.aws.amazon.com/s3/buckets/valkyrie-evidence?region=eu-west-1&prefix=2026-11-21/print-card/042300Z-eu-west-1-01990a5c-1111/"; !ok || placer.Place(run) != want {
		t.Errorf("the evidence is at %s, want %s", placer.Place(run), want)
	}
	var got http.Header
	c.Serve("eu-west-1", cloudtest.S3, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		got = r.Header
		got.Set("Method", r.Method+" "+r.URL.Path)
	}))
	if _, err := b.Within(t.Context()).Save(run, "data.json", []byte("{}")); err != nil {
		t.Fatal(err)
	}
	if got.Get("Content-Type") != "application/json" || got.Get("Content-Disposition") != "" || !strings.HasSuffix(got.Get("Method"), "PUT /valkyrie-evidence/2026-11-21/print-card/042300Z-eu-west-1-01990a5c-1111/data.json") {
		t.Errorf("%v", got)
	}
}

// TestTimeout checks that an upload without a limit of its own ends after three seconds.
func TestTimeout(t *testing.T) {
	b, c := bucket(t)
	hang := make(chan struct{})
	defer close(hang)
	c.Serve("eu-west-1", cloudtest.S3, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	}))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	began := time.Now()
	if _, err := b.Within(ctx).Save(run, "page.html", nil); err == nil || time.Since(began) < 2900*time.Millisecond || evidence.DefaultTimeout != 3*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
}

// TestReadFaults checks which answers mean that a file is gone, and which are errors; and a file of exactly the limit.
func TestReadFaults(t *testing.T) {
	_, c := bucket(t)
	file := link.File{Region: "eu-west-1", Bucket: "valkyrie-evidence", Key: "2026-11-21/a/b/film.jpg"}
	for status, want := range map[int]string{404: "gone", 403: "gone", 400: "get 2026-11-21/a/b/film.jpg from bucket valkyrie-evidence: ", 500: "get 2026-11-21/a/b/film.jpg from bucket valkyrie-evidence: "} {
		c.Serve("eu-west-1", cloudtest.S3, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		data, kind, err := evidence.Read(t.Context(), c.Config("us-east-1"), file)
		if err == nil || data != nil || kind != "" || want != "gone" && !strings.HasPrefix(err.Error(), want) || strings.HasPrefix(err.Error(), link.ErrNoFile.Error()) != (want == "gone") {
			t.Errorf("%d: %d bytes, %q, %v", status, len(data), kind, err)
		}
	}
	for size, good := range map[int]bool{4 << 20: true, 4<<20 + 1: false} {
		c.Serve("eu-west-1", cloudtest.S3, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(bytes.Repeat([]byte("x"), size))
		}))
		data, kind, err := evidence.Read(t.Context(), c.Config("us-east-1"), file)
		if (err == nil) != good || good && (len(data) != size || kind != "image/jpeg") || !good && (data != nil || !strings.HasSuffix(err.Error(), "expected at most 4194304 bytes, got more")) {
			t.Errorf("%d bytes: %d, %q, %v", size, len(data), kind, err)
		}
	}
	c.Serve("eu-west-1", cloudtest.S3, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte("cut off"))
	}))
	if data, _, err := evidence.Read(t.Context(), c.Config("us-east-1"), file); err == nil || data != nil || !strings.HasPrefix(err.Error(), "read 2026-11-21/a/b/film.jpg of bucket valkyrie-evidence: ") {
		t.Errorf("cut off: %q, %v", data, err)
	}
}
