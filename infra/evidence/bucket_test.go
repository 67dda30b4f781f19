package evidence_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"valkyrie/infra/cloudtest"
	"valkyrie/infra/evidence"
	"valkyrie/infra/evidence/link"
	"valkyrie/probes/journey"
)

var run = journey.Run{ID: "01990a5c-1111-7abc-8def-0123456789ab", Journey: "print-card", Region: "eu-west-1", Slot: time.Date(2026, 11, 21, 4, 23, 0, 0, time.UTC)}

// bucket returns a Bucket with a real client and an in-process S3 server.
func bucket(t *testing.T) (evidence.Bucket, *cloudtest.Cloud) {
	t.Helper()
	c := cloudtest.New()
	t.Cleanup(c.Close)
	if err := c.Bucket("eu-west-1", "valkyrie-evidence"); err != nil {
		t.Fatal(err)
	}
	return evidence.Bucket{Client: s3.NewFromConfig(c.Config("eu-west-1")), Name: "valkyrie-evidence", Region: "eu-west-1"}, c
}

func TestBucket(t *testing.T) {
	b, _ := bucket(t)
	saver := b.Within(t.Context())
	for name, c := range map[string]struct{ kind, disposition string }{
		"screenshot.png":    {"image/png", ""},
		"page.html":         {"text/html; charset=utf-8", "attachment"},
		"console.txt":       {"text/plain; charset=utf-8", ""},
		"run.har":           {"application/json", ""},
		"download-card.pdf": {"application/pdf", ""},
		"film.jpg":          {"image/jpeg", ""},
		"../../odd &name+":  {"application/octet-stream", ""},
	} {
		where, err := saver.Save(run, name, []byte(name))
		if err != nil {
			t.Fatal(err)
		}
		const console = "https://console.aws.amazon.com/s3/object/valkyrie-evidence?region=eu-west-1&prefix="
		key, ok := strings.CutPrefix(where, console)
		base := name[strings.LastIndex(name, "/")+1:]
		want := "2026-11-21/print-card/042300Z-eu-west-1-01990a5c-1111/" + base
		if !ok || key != strings.NewReplacer(" ", "+", "&", "%26", "+", "%2B").Replace(want) || len(where) > 190 {
			t.Errorf("%s is at %s", name, where)
		}
		out, err := b.Client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &b.Name, Key: &want})
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(out.Body)
		if string(data) != name || err != nil || aws.ToString(out.ContentType) != c.kind || aws.ToString(out.ContentDisposition) != c.disposition {
			t.Errorf("%s: %q, %s, %s, %v", name, data, aws.ToString(out.ContentType), aws.ToString(out.ContentDisposition), err)
		}
	}
	b.Name = "missing"
	if _, err := b.Within(t.Context()).Save(run, "page.html", nil); err == nil || !strings.Contains(err.Error(), "NoSuchBucket") {
		t.Errorf("missing bucket: %v", err)
	}
}

// TestEncrypted checks that every upload requests encryption.
func TestEncrypted(t *testing.T) {
	b, c := bucket(t)
	c.Serve("eu-west-1", cloudtest.S3, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Server-Side-Encryption") != "AES256" {
			w.WriteHeader(http.StatusBadRequest)
		}
	}))
	if _, err := b.Within(t.Context()).Save(run, "url.txt", nil); err != nil {
		t.Error(err)
	}
}

// TestUploadsFailIndependently checks that a hanging upload times out before the run does, and does not stop the others.
func TestUploadsFailIndependently(t *testing.T) {
	b, c := bucket(t)
	b.Timeout = 50 * time.Millisecond
	hang := make(chan struct{})
	defer close(hang)
	c.Serve("eu-west-1", cloudtest.S3, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		if strings.HasSuffix(r.URL.Path, "screenshot.png") {
			<-hang
		}
	}))
	saver := b.Within(t.Context())
	if _, err := saver.Save(run, "screenshot.png", []byte("x")); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "upload screenshot.png to bucket valkyrie-evidence") {
		t.Errorf("hanging upload: %v", err)
	}
	if _, err := saver.Save(run, "page.html", []byte("x")); err != nil {
		t.Errorf("next upload: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Within(ended).Save(run, "page.html", []byte("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("after the run's deadline: %v", err)
	}
}

func TestLink(t *testing.T) {
	b := evidence.Bucket{Name: "valkyrie-evidence", Region: "eu-west-1"}
	if got := b.Link(run); got != "" {
		t.Errorf("without evidence: %s", got)
	}
	some := run
	some.Evidence = []journey.Evidence{{Kind: "screenshot", Missing: "no"}, {Kind: "html", Path: "https://"}}
	want := "https://console.aws.amazon.com/s3/buckets/valkyrie-evidence?region=eu-west-1&prefix=2026-11-21/print-card/042300Z-eu-west-1-01990a5c-1111/"
	if got := b.Link(some); got != want {
		t.Error(got)
	}
}

// TestRead: a file is read from its region with the content type of its name; a missing one, and one that the role may not get, are
// no longer there; a huge one is an error.
func TestRead(t *testing.T) {
	b, c := bucket(t)
	where, err := b.Within(t.Context()).Save(run, "page.html", []byte("<html>"))
	if err != nil {
		t.Fatal(err)
	}
	_, key, _ := strings.Cut(where, "prefix=")
	file := link.File{Region: "eu-west-1", Bucket: "valkyrie-evidence", Key: key}
	elsewhere := c.Config("us-east-1") // the webhook's own region is another
	if data, kind, err := evidence.Read(t.Context(), elsewhere, file); string(data) != "<html>" || kind != "text/html; charset=utf-8" || err != nil {
		t.Errorf("%s, %s, %v", data, kind, err)
	}
	missing := file
	missing.Key += "x"
	if _, _, err := evidence.Read(t.Context(), elsewhere, missing); !errors.Is(err, link.ErrNoFile) {
		t.Errorf("missing: %v", err)
	}
	answer := func(status, size int) {
		c.Serve("eu-west-1", cloudtest.S3, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write(make([]byte, size))
		}))
	}
	answer(http.StatusForbidden, 0)
	if _, _, err := evidence.Read(t.Context(), elsewhere, file); !errors.Is(err, link.ErrNoFile) {
		t.Errorf("forbidden: %v", err)
	}
	answer(http.StatusOK, evidence.MaxRead+1)
	if _, _, err := evidence.Read(t.Context(), elsewhere, file); err == nil || errors.Is(err, link.ErrNoFile) {
		t.Errorf("huge: %v", err)
	}
	answer(http.StatusOK, evidence.MaxRead)
	if data, _, err := evidence.Read(t.Context(), elsewhere, file); len(data) != evidence.MaxRead || err != nil {
		t.Errorf("as large as it may be: %d bytes, %v", len(data), err)
	}
}
