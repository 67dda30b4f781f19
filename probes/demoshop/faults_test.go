package demoshop

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWorkersDown(t *testing.T) {
	_, server := open(t, instant())
	c := teacher(t, server)
	c.waitsFor(c.printsCards("Before", "1"), jobReady)
	c.sets("workers-down", "true")

	job := c.printsCards("During", "1")
	c.get("/healthz").shows(t, http.StatusOK, "ok")
	c.get("/cards/new")
	c.post("/cards/preview", "title", "During", "words", words, "copies", "1").shows(t, http.StatusOK, ">FREE</td>")
	for range 20 {
		if got := c.statusOf(job); got != jobQueued {
			t.Fatalf("a job without workers is %q, want queued", got)
		}
	}
	c.get(job).shows(t, http.StatusOK, "Printing your cards…")
	c.get(job+"/cards.pdf").shows(t, http.StatusNotFound)
	d := c.diagnosis()
	if d.PendingJobs != 1 || d.Workers != 0 || d.OldestJobAge <= 0 {
		t.Errorf("diagnostics %+v, want one pending job, no workers and an age", d)
	}

	c.sets("workers-down", "false")
	c.waitsFor(job, jobReady)
	if d := c.diagnosis(); d.PendingJobs != 0 || d.Workers != 2 || d.OldestJobAge != 0 {
		t.Errorf("diagnostics %+v, want nothing pending and two workers", d)
	}
}

func TestWorkersKilledAtWork(t *testing.T) {
	cfg := instant()
	cfg.PrintTime = time.Hour
	shop, server := open(t, cfg)
	c := teacher(t, server)
	job := c.printsCards("Interrupted", "1")
	c.waitsFor(job, jobPrinting)
	c.sets("workers-down", "true")
	if got := c.statusOf(job); got != jobQueued {
		t.Fatalf("the job of a killed worker is %q, want queued", got)
	}
	shop.printers.printTime = time.Nanosecond // nobody reads it: the workers are gone
	c.sets("workers-down", "false")
	c.waitsFor(job, jobReady)
}

func TestCacheDown(t *testing.T) {
	cfg := instant()
	cfg.RenderTime = 40 * time.Millisecond
	_, server := open(t, cfg)
	c := teacher(t, server)
	drawAll := time.Duration(len(products)) * cfg.RenderTime

	healthy, quick := c.times("/catalogue")
	if quick >= drawAll {
		t.Errorf("a healthy catalogue takes %v, want far less than %v", quick, drawAll)
	}
	c.sets("cache-down", "true")
	slow, took := c.times("/catalogue")
	if took < drawAll {
		t.Errorf("the catalogue without a cache takes %v, want at least %v", took, drawAll)
	}
	if diff := cmp.Diff(healthy.body, slow.body); diff != "" {
		t.Errorf("the slow catalogue must be the right one (-healthy +slow):\n%s", diff)
	}
	c.get("/cards/new")
	start := time.Now()
	c.post("/cards/preview", "title", "Slow", "words", words, "copies", "1").shows(t, http.StatusOK)
	if took := time.Since(start); took < 5*cfg.RenderTime {
		t.Errorf("a preview without a cache takes %v, want at least %v", took, 5*cfg.RenderTime)
	}
	c.waitsFor(c.printsCards("Prints all the same", "1"), jobReady)
	if got := c.diagnosis().Cache; got != "down" {
		t.Errorf("diagnostics say the cache is %q, want down", got)
	}

	c.sets("cache-down", "false")
	if _, cold := c.times("/catalogue"); cold < drawAll {
		t.Errorf("the first catalogue after the repair takes %v, want at least %v: the cache comes back cold", cold, drawAll)
	}
	if _, warm := c.times("/catalogue"); warm >= drawAll {
		t.Errorf("the second catalogue after the repair takes %v, want far less than %v", warm, drawAll)
	}
}

// times gets a page and says how long that took.
func (c *customer) times(path string) (page, time.Duration) {
	c.t.Helper()
	start := time.Now()
	p := c.get(path)
	took := time.Since(start)
	p.shows(c.t, http.StatusOK)
	return p, took
}

func TestBrokenAsset(t *testing.T) {
	_, server := open(t, instant())
	c := teacher(t, server)
	for _, moment := range []struct {
		on   string
		want int
	}{{"false", http.StatusOK}, {"true", http.StatusNotFound}, {"false", http.StatusOK}} {
		c.sets("broken-asset", moment.on)
		c.get("/cards/new").shows(t, http.StatusOK, "/static/cards.js", ">Print</button>")
		c.get("/static/cards.js").shows(t, moment.want)
		c.get("/static/shop.css").shows(t, http.StatusOK)
	}
}

func TestBrokenPage(t *testing.T) {
	_, server := open(t, instant())
	c := arrives(t, server)
	c.get("/catalogue").shows(t, http.StatusOK, "Add to cart")
	c.sets("broken-page", "true")
	broken := c.get("/catalogue")
	broken.shows(t, http.StatusInternalServerError, "Something went wrong")
	if strings.Contains(broken.body, "Add to cart") {
		t.Error("the broken page is half there")
	}
	c.get("/cart").shows(t, http.StatusOK)
	c.sets("broken-page", "false")
	c.get("/catalogue").shows(t, http.StatusOK, "Add to cart")
}
