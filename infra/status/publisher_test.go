package status_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/infra/cloudtest"
	"valkyrie/infra/dynamo"
	"valkyrie/infra/dynamo/local"
	"valkyrie/infra/sqlite"
	"valkyrie/infra/status"
	"valkyrie/probes/journey"
)

// A paper counts the published pages, and can run a hook before each.
type paper struct {
	pages  []status.Page
	before func()
}

func (p *paper) Publish(_ context.Context, name, _ string, data []byte) error {
	if name != "status.json" {
		return nil
	}
	if do := p.before; do != nil {
		p.before = nil
		do()
	}
	var page status.Page
	if err := json.Unmarshal(data, &page); err != nil {
		return err
	}
	p.pages = append(p.pages, page)
	return nil
}

// route stores a route with these incidents.
func route(t *testing.T, store incident.Store, all ...incident.Record) paging.NotificationState {
	t.Helper()
	var r paging.NotificationState
	for _, one := range all {
		r.Incidents = append(r.Incidents, one.Incident)
	}
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	item, err := store.Item(t.Context(), "ROUTE#default")
	if err != nil {
		t.Fatal(err)
	}
	item.Key, item.Data = "ROUTE#default", data
	if err := store.PutItem(t.Context(), item); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestPublisher: a page is published on news and otherwise at intervals, by either of two programs; when both publish at
// once, the final page has the latest news.
func TestPublisher(t *testing.T) {
	store, err := dynamo.Open(t.Context(), local.For(t).Table(t))
	if err != nil {
		t.Fatal(err)
	}
	there := &paper{}
	publisher := func() status.Publisher {
		return status.Publisher{Writer: status.Writer{Store: store, Setting: setting, To: there}, Every: 4 * time.Minute}
	}
	turn := func(r paging.NotificationState, at time.Time, want int, state status.State) {
		t.Helper()
		if err := publisher().Turn(t.Context(), r, at); err != nil {
			t.Fatal(err)
		}
		if n := len(there.pages); n != want || there.pages[n-1].Journeys[0].Now != state {
			t.Errorf("%d pages, want %d; the last: %s, want %s", n, want, there.pages[n-1].Journeys[0].Now, state)
		}
	}
	quiet := route(t, store)
	turn(quiet, now, 1, status.Unknown)
	turn(quiet, now.Add(4*time.Minute-1), 1, status.Unknown)
	turn(quiet, now.Add(4*time.Minute), 2, status.Unknown)
	bad := route(t, store, down(now, time.Time{}))
	turn(bad, now.Add(5*time.Minute), 3, status.Down)
	turn(bad, now.Add(6*time.Minute), 3, status.Down)
	// While one publisher writes the outage once more, the outage ends, and the other one publishes that.
	news := bad
	news.Incidents[0].Regions = []string{"eu-west-1", "us-east-1"}
	there.before = func() {
		over := route(t, store, down(now, now.Add(7*time.Minute)))
		turn(over, now.Add(7*time.Minute), 4, status.Unknown)
	}
	turn(news, now.Add(7*time.Minute), 6, status.Unknown)
}

// TestPublishToBucket: the bucket gets the files as a browser needs them, and a missing bucket is reported.
func TestPublishToBucket(t *testing.T) {
	c := cloudtest.New()
	defer c.Close()
	if err := c.Bucket("eu-west-1", "status"); err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "v.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	to := status.Bucket{Client: s3.NewFromConfig(c.Config("eu-west-1")), Name: "status"}
	writer := status.Writer{Store: store, Setting: setting, To: to}
	if err := writer.Write(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	for name, kind := range map[string]string{
		"index.html": "text/html; charset=utf-8", "status.json": "application/json", "incidents.atom": "application/atom+xml",
	} {
		out, err := to.Client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &to.Name, Key: &name})
		if err != nil {
			t.Fatal(name, err)
		}
		data, err := io.ReadAll(out.Body)
		if err != nil || len(data) == 0 || aws.ToString(out.ContentType) != kind {
			t.Errorf("%s: %d bytes of %s, %v", name, len(data), aws.ToString(out.ContentType), err)
		}
	}
	c.Serve("us-east-1", cloudtest.S3, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cache-Control") != "max-age=30" || r.Header.Get("X-Amz-Server-Side-Encryption") != "AES256" {
			w.WriteHeader(http.StatusBadRequest)
		}
	}))
	writer.To = status.Bucket{Client: s3.NewFromConfig(c.Config("us-east-1")), Name: "status"}
	if err := writer.Write(t.Context(), now); err != nil {
		t.Error(err)
	}
	writer.To = status.Bucket{Client: to.Client, Name: "none"}
	if err := writer.Write(t.Context(), now); err == nil || !strings.Contains(err.Error(), "write status.json to the bucket none") || !strings.Contains(err.Error(), "NoSuchBucket") {
		t.Errorf("a bucket that is not there: %v", err)
	}
}

// patience is a store that answers a limited number of run queries; then the context ends.
type patience struct {
	incident.Store
	left int
	over context.CancelFunc
}

func (p *patience) Runs(ctx context.Context, q incident.RunQuery) ([]journey.Run, error) {
	if p.left--; p.left < 0 {
		p.over()
	}
	return p.Store.Runs(ctx, q)
}

// TestLongHistory: a history too long for one call is read in several, with the same result.
func TestLongHistory(t *testing.T) {
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "v.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for _, run := range runs("print-card", now.Add(-50*time.Hour), now) {
		if err := store.PutRun(t.Context(), run); err != nil {
			t.Fatal(err)
		}
	}
	there, tries := &paper{}, 0
	for len(there.pages) == 0 && tries < 100 {
		ctx, cancel := context.WithCancel(t.Context())
		writer := status.Writer{Store: &patience{store, 20, cancel}, Setting: setting, To: there}
		if err := writer.Write(ctx, now); (err == nil) != (len(there.pages) > 0) || err != nil && !(errors.Is(err, status.ErrBehind) && errors.Is(err, context.Canceled)) {
			t.Fatal(err)
		}
		cancel()
		tries++
	}
	const longest, shortest = 12, 4
	if tries < shortest || tries > longest {
		t.Errorf("%d tries", tries)
	}
	if got := there.pages[0].Journeys[0]; got.Now != status.OK || got.Days[88].Known != 86_400 || got.Days[87].Known != 14*3600 {
		t.Errorf("now %s, %+v", got.Now, got.Days[86:])
	}
}
