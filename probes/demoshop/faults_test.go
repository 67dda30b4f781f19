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
	c.waitForStatus(c.printCards("Before", "1"), jobReady)
	c.switchFault("workers-down", "true")

	job := c.printCards("During", "1")
	c.get("/healthz").wantPage(t, http.StatusOK, "ok")
	c.get("/cards/new")
	c.post("/cards/preview", "title", "During", "words", words, "copies", "1").wantPage(t, http.StatusOK, ">FREE</td>")
	for range 20 {
		if got := c.statusOf(job); got != jobQueued {
			t.Fatalf("a job without workers is %q, want queued", got)
		}
	}
	c.get(job).wantPage(t, http.StatusOK, "Printing your cards…")
	c.get(job+"/cards.pdf").wantPage(t, http.StatusNotFound)
	d := c.getDiagnostics()
	if d.PendingJobs != 1 || d.Workers != 0 || d.OldestJobAge <= 0 {
		t.Errorf("diagnostics %+v, want one pending job, no workers and an age", d)
	}

	c.switchFault("workers-down", "false")
	c.waitForStatus(job, jobReady)
	if d := c.getDiagnostics(); d.PendingJobs != 0 || d.Workers != 2 || d.OldestJobAge != 0 {
		t.Errorf("diagnostics %+v, want nothing pending and two workers", d)
	}
}

func TestWorkersKilledAtWork(t *testing.T) {
	cfg := instant()
	cfg.PrintTime = time.Hour
	shop, server := open(t, cfg)
	c := teacher(t, server)
	job := c.printCards("Interrupted", "1")
	c.waitForStatus(job, jobPrinting)
	c.switchFault("workers-down", "true")
	if got := c.statusOf(job); got != jobQueued {
		t.Fatalf("the job of a killed worker is %q, want queued", got)
	}
	shop.printers.printTime = time.Nanosecond // safe: no worker reads it
	c.switchFault("workers-down", "false")
	c.waitForStatus(job, jobReady)
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
	c.switchFault("cache-down", "true")
	slow, took := c.times("/catalogue")
	if took < drawAll {
		t.Errorf("the catalogue without a cache takes %v, want at least %v", took, drawAll)
	}
	if diff := cmp.Diff(healthy.body, slow.body); diff != "" {
		t.Errorf("the slow catalogue must be the right one (-healthy +slow):\n%s", diff)
	}
	c.get("/cards/new")
	start := time.Now()
	c.post("/cards/preview", "title", "Slow", "words", words, "copies", "1").wantPage(t, http.StatusOK)
	if took := time.Since(start); took < 5*cfg.RenderTime {
		t.Errorf("a preview without a cache takes %v, want at least %v", took, 5*cfg.RenderTime)
	}
	c.waitForStatus(c.printCards("Prints all the same", "1"), jobReady)
	if got := c.getDiagnostics().Cache; got != "down" {
		t.Errorf("diagnostics say the cache is %q, want down", got)
	}

	c.switchFault("cache-down", "false")
	if _, cold := c.times("/catalogue"); cold < drawAll {
		t.Errorf("the first catalogue after the repair takes %v, want at least %v: the cache comes back cold", cold, drawAll)
	}
	if _, warm := c.times("/catalogue"); warm >= drawAll {
		t.Errorf("the second catalogue after the repair takes %v, want far less than %v", warm, drawAll)
	}
}

// times gets a page and returns how long that took.
func (c *customer) times(path string) (page, time.Duration) {
	c.t.Helper()
	start := time.Now()
	p := c.get(path)
	took := time.Since(start)
	p.wantPage(c.t, http.StatusOK)
	return p, took
}

func TestBrokenAsset(t *testing.T) {
	_, server := open(t, instant())
	c := teacher(t, server)
	for _, moment := range []struct {
		on   string
		want int
	}{{"false", http.StatusOK}, {"true", http.StatusNotFound}, {"false", http.StatusOK}} {
		c.switchFault("broken-asset", moment.on)
		c.get("/cards/new").wantPage(t, http.StatusOK, "/static/cards.js", ">Print</button>")
		c.get("/static/cards.js").wantPage(t, moment.want)
		c.get("/static/shop.css").wantPage(t, http.StatusOK)
	}
}

func TestBrokenPage(t *testing.T) {
	_, server := open(t, instant())
	c := arrives(t, server)
	c.get("/catalogue").wantPage(t, http.StatusOK, "Add to cart")
	c.switchFault("broken-page", "true")
	broken := c.get("/catalogue")
	broken.wantPage(t, http.StatusInternalServerError, "Something went wrong")
	if strings.Contains(broken.body, "Add to cart") {
		t.Error("the broken page is half there")
	}
	c.get("/cart").wantPage(t, http.StatusOK)
	c.switchFault("broken-page", "false")
	c.get("/catalogue").wantPage(t, http.StatusOK, "Add to cart")
}
