package demoshop

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// simulated opens a shop on a simulated clock, without a server.
func simulated(t *testing.T, cfg Config) (*Shop, *Simulated) {
	t.Helper()
	clock := newFakeClock()
	cfg.Clock = clock
	shop, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shop.Close() })
	return shop, clock
}

// serve sends one request to the shop and returns its duration by the shop's clock; status 0: no answer.
func serve(t *testing.T, shop *Shop, clock *Simulated, patience time.Duration, method, path, body string) (status int, took time.Duration) {
	t.Helper()
	ctx, cancel := clock.WithTimeout(t.Context(), patience, context.DeadlineExceeded)
	defer cancel()
	began := clock.Now()
	w := httptest.NewRecorder()
	w.Code = 0
	defer func() {
		if p := recover(); p != nil && p != http.ErrAbortHandler {
			panic(p)
		}
		took = clock.Now().Sub(began)
	}()
	shop.ServeHTTP(w, httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body)))
	if w.Body.Len() == 0 {
		return 0, 0
	}
	return w.Code, 0
}

func TestRestartLoop(t *testing.T) {
	shop, clock := simulated(t, Config{})
	setFault(t, shop, "restart-loop", true)
	outages, down := 0, 0
	var last int
	for range 24 * 60 {
		status, _ := serve(t, shop, clock, time.Second, "GET", "/healthz", "")
		if status == 0 {
			down++
			if last != 0 || outages == 0 {
				outages++
			}
		}
		last = status
		clock.Set(clock.Now().Add(time.Minute))
	}
	if outages < 12 || outages > 16 || down != 3*outages {
		t.Errorf("%d outages of %d minutes together in a day; want about a dozen of three minutes", outages, down)
	}
	setFault(t, shop, "restart-loop", false)
	if status, _ := serve(t, shop, clock, time.Second, "GET", "/healthz", ""); status != http.StatusOK {
		t.Errorf("after the repair: status %d", status)
	}
}

func TestACrashForgetsSignIns(t *testing.T) {
	cfg := instant()
	cfg.BootTime = time.Nanosecond
	_, server := open(t, cfg)
	c := teacher(t, server)
	c.switchFault("restart-loop", "true")
	if got := c.get("/cards"); got.path != "/sign-in" {
		t.Errorf("after a crash the teacher is on %s, want to be asked to sign in", got.path)
	}
}

func TestIntermittent(t *testing.T) {
	shop, clock := simulated(t, Config{Seed: 7})
	setFault(t, shop, "intermittent", true)
	job := `{"title": "Animals", "words": ["` + strings.Join(strings.Fields(words), `","`) + `"]}`
	type outage struct{ from, to time.Time }
	var outages []outage
	for begin := clock.Now(); clock.Now().Sub(begin) < 48*time.Hour; {
		now := clock.Now()
		switch status, took := serve(t, shop, clock, 5*time.Second, "POST", "/api/jobs", job); {
		case status == http.StatusCreated:
			if took >= 5*time.Second {
				t.Fatalf("a job was taken after %v", took)
			}
		case took != 5*time.Second || status != 0:
			t.Fatalf("status %d after %v", status, took)
		case len(outages) == 0 || now.Sub(outages[len(outages)-1].to) > time.Minute:
			outages = append(outages, outage{now, now})
		default:
			outages[len(outages)-1].to = now
		}
		clock.Set(now.Add(time.Minute))
	}
	if len(outages) < 8 || len(outages) > 23 {
		t.Errorf("%d outages in two days", len(outages))
	}
	for i, o := range outages {
		if length := o.to.Sub(o.from); length < 4*time.Minute || length > 10*time.Minute {
			t.Errorf("outage %d took %v", i, length)
		}
		if i > 0 && o.from.Sub(outages[i-1].to) < 2*time.Hour-time.Minute {
			t.Errorf("outage %d began %v after the one before", i, o.from.Sub(outages[i-1].to))
		}
	}
	if status, _ := serve(t, shop, clock, time.Second, "GET", "/healthz", ""); status != http.StatusOK {
		t.Error("the process must look fine all the time")
	}
}

func TestLockedDatabaseHoldsUpPrinting(t *testing.T) {
	_, server := open(t, instant())
	c := teacher(t, server)
	c.switchFault("intermittent", "true")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	request, _ := http.NewRequestWithContext(ctx, "GET", server.URL+"/api/jobs/x", nil)
	if res, err := c.http.Do(request); err == nil {
		t.Errorf("the job queue answers %s while its database is locked", res.Status)
		res.Body.Close()
	}
	c.switchFault("intermittent", "false")
	if job := c.printCards("After", "1"); job == "" {
		t.Error("no job after the repair")
	}
}

func TestNotificationsLost(t *testing.T) {
	shop, clock := simulated(t, Config{})
	for day, want := range []int{400, 150, 150, 400} {
		setFault(t, shop, "notifications-lost", want == 150)
		clock.Set(clock.Now().Add(24 * time.Hour))
		if planned, sent := shop.texts.lastNight(); planned != 400 || sent != want {
			t.Errorf("night %d: %d of %d texts, want %d", day, sent, planned, want)
		}
	}
}

func TestOrdersCollapse(t *testing.T) {
	shop, clock := simulated(t, Config{Customers: 20_000, Seed: 3})
	clock.Set(time.Date(2026, 12, 28, 16, 0, 0, 0, time.UTC))
	usual := shop.customers.lastMinutes()
	setFault(t, shop, "orders-collapse", true)
	clock.Set(clock.Now().Add(time.Hour))
	if now := shop.customers.lastMinutes(); usual < 250 || now > usual/4 || now == 0 {
		t.Errorf("%d orders in 15 minutes before, %d after; want a tenth", usual, now)
	}
	if free := shop.orders.numbers.freeCount(); free > numberCount-historySize-80_000 {
		t.Errorf("%d numbers free: customers take theirs as well", free)
	}
	clock.Set(time.Date(2026, 12, 30, 4, 0, 0, 0, time.UTC))
	setFault(t, shop, "orders-collapse", false)
	clock.Set(clock.Now().Add(time.Hour))
	if night := shop.customers.lastMinutes(); night == 0 || night > usual/5 {
		t.Errorf("%d orders in 15 minutes of the night, %d in those of the day", night, usual)
	}
}

func TestWeeklyBatch(t *testing.T) {
	for _, tc := range []struct {
		fault    string
		teachers int
		taken    bool
		last     Beat
		beats    int
	}{
		{"", weeklyUsual, true, Beat{"finish", weeklyUsual, weeklyUsual}, 9},
		{"", 5 * weeklyUsual, true, Beat{"finish", 5 * weeklyUsual, 5 * weeklyUsual}, 41},
		{"batch-halfway", weeklyUsual, true, Beat{"finish", weeklyUsual, weeklyUsual}, 9},
		{"batch-halfway", 5 * weeklyUsual, true, Beat{"progress", 1500, 5 * weeklyUsual}, 16},
		{"long-address", weeklyUsual, true, Beat{"finish", weeklyUsual, weeklyUsual}, 9},
		{"long-address", 5 * weeklyUsual, false, Beat{}, 0},
		{"refused-form", weeklyUsual, true, Beat{"finish", weeklyUsual, weeklyUsual}, 9},
		{"refused-form", 5 * weeklyUsual, false, Beat{}, 0},
	} {
		var beats []Beat
		shop, clock := simulated(t, Config{Beat: func(_ context.Context, b Beat) { beats = append(beats, b) }})
		if tc.fault != "" {
			setFault(t, shop, tc.fault, true)
		}
		began := clock.Now()
		if taken := shop.MailWeekly(t.Context(), tc.teachers); taken != tc.taken {
			t.Errorf("%s, %d teachers: taken %t", tc.fault, tc.teachers, taken)
		}
		var last Beat
		if len(beats) > 0 {
			last = beats[len(beats)-1]
		}
		if diff := cmp.Diff(tc.last, last); diff != "" || len(beats) != tc.beats {
			t.Errorf("%s, %d teachers: %d beats, the last (-want +got):\n%s", tc.fault, tc.teachers, len(beats), diff)
		}
		if tc.last.State == "finish" && clock.Now().Sub(began) != time.Duration(tc.teachers)*weeklyTime {
			t.Errorf("%d teachers took %v", tc.teachers, clock.Now().Sub(began))
		}
	}
}

func TestStaffSendTheWeeklyCards(t *testing.T) {
	beats := make(chan Beat, 100)
	cfg := instant()
	cfg.Beat = func(_ context.Context, b Beat) { beats <- b }
	_, server := open(t, cfg)
	c := teacher(t, server)
	c.get("/weekly").wantPage(t, http.StatusOK, "Send the weekly cards", `value="800"`)
	c.post("/weekly", "teachers", "0").wantPage(t, http.StatusUnprocessableEntity, "Say a number from 1 to 20000.")
	c.post("/weekly", "teachers", "20").wantPage(t, http.StatusOK, "on their way", "20 teachers")
	if first, second := <-beats, <-beats; first != (Beat{"start", 0, 20}) || second != (Beat{"finish", 20, 20}) {
		t.Errorf("beats %v, %v", first, second)
	}
	c.switchFault("long-address", "true")
	c.post("/weekly", "teachers", "4000").wantPage(t, http.StatusBadGateway, "414 URI Too Long", "at most 8192")
}

// setFault switches a fault and fails the test for an unknown name.
func setFault(t *testing.T, shop *Shop, name string, on bool) {
	t.Helper()
	if err := shop.SetFault(name, on); err != nil {
		t.Fatal(err)
	}
}
