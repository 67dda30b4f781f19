package demoshop

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/probes/pdf"
)

func TestUnknownFaultAtStart(t *testing.T) {
	_, err := New(Config{Faults: []string{"cache-donw"}})
	want := `unknown fault "cache-donw", did you mean "cache-down"? ` + "(known: workers-down, cache-down, ids-exhausted, broken-asset, broken-page, " +
		"preview-down, favicon-404, analytics-down, slow-database, restart-loop, intermittent, batch-halfway, long-address, refused-form, notifications-lost, orders-collapse)"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestEveryFaultFromTheStartAndBack(t *testing.T) {
	cfg := instant()
	for _, f := range Faults() {
		if f.Summary == "" || strings.Contains(f.Summary, "\n") {
			t.Errorf("fault %s needs a summary of one line", f.Name)
		}
		cfg.Faults = append(cfg.Faults, f.Name)
	}
	shop, server := open(t, cfg)
	if diff := cmp.Diff(cfg.Faults, shop.ActiveFaults()); diff != "" {
		t.Errorf("active faults (-want +got):\n%s", diff)
	}
	c := arrives(t, server)
	if res, err := c.http.Get(server.URL + "/healthz"); err == nil {
		t.Errorf("a process that has just crashed answers %s", res.Status)
		res.Body.Close()
	}
	for _, name := range cfg.Faults {
		if err := shop.SetFault(name, false); err != nil {
			t.Error(err)
		}
	}
	want := diagnostics{Cache: "up", OrderNumbersFree: numberCount - historySize, Workers: 2, Shifts: 400, ShiftTexts: 400, Faults: []string{}}
	if diff := cmp.Diff(want, c.getDiagnostics()); diff != "" {
		t.Errorf("diagnostics after all repairs (-want +got):\n%s", diff)
	}
}

func TestClosedShop(t *testing.T) {
	shop, err := New(instant())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := shop.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := shop.SetFault("workers-down", false); err == nil {
		t.Error("a closed shop lets its workers be restarted, and nobody would stop them")
	}
}

func TestUnknownAddresses(t *testing.T) {
	_, server := open(t, instant())
	c := arrives(t, server)
	c.get("/no/such/page").wantPage(t, http.StatusNotFound, "Nothing here")
	c.get("/static/no-such.js").wantPage(t, http.StatusNotFound)
	icon := c.get("/favicon.ico")
	icon.wantPage(t, http.StatusOK, "<svg")
	if got := icon.header.Get("Content-Type"); got != "image/svg+xml" {
		t.Errorf("favicon is %q, want image/svg+xml", got)
	}
}

// TestTwentyCustomers has twenty customers print, download, order and cancel while faults are switched.
func TestTwentyCustomers(t *testing.T) {
	shop, server := open(t, instant())
	t.Run("shopping", func(t *testing.T) {
		for range 20 {
			t.Run("customer", func(t *testing.T) {
				t.Parallel()
				c := teacher(t, server)
				job := c.printCards("Together", "2")
				c.fillCart()
				number := c.post("/orders").number(t)
				c.post("/orders/"+number+"/cancel").wantPage(t, http.StatusOK, "This order was cancelled")
				c.waitForStatus(job, jobReady)
				doc, err := pdf.Reader{Limit: time.Minute}.Read(t.Context(), []byte(c.get(job+"/cards.pdf").raw))
				if err != nil || doc.Pages != 2 {
					t.Errorf("%v, %d pages, want 2", err, doc.Pages)
				}
			})
		}
		t.Run("trouble", func(t *testing.T) {
			t.Parallel()
			for i := range 40 {
				for _, name := range []string{"workers-down", "cache-down", "broken-asset"} {
					if err := shop.SetFault(name, i%2 == 0); err != nil {
						t.Error(err)
					}
				}
			}
		})
	})
	if got := arrives(t, server).getDiagnostics(); got.OrdersTotal != 20 || got.PendingJobs != 0 {
		t.Errorf("diagnostics %+v, want 20 orders and nothing pending", got)
	}
}
