package incident_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

var errDisk = errors.New("disk full")

// faulty is a store in memory of which the n-th request fails.
type faulty struct {
	items   map[string]incident.Item
	runs    []journey.Run
	n, fail int
	asked   []string
	races   int // conditional writes that another writer overtakes
}

func (f *faulty) next(what string) error {
	f.asked = append(f.asked, what)
	if f.n++; f.n == f.fail {
		return errDisk
	}
	return nil
}

func (f *faulty) Item(_ context.Context, key string) (incident.Item, error) {
	return f.items[key], f.next("item " + key)
}

func (f *faulty) PutItem(_ context.Context, item incident.Item) error {
	if err := f.next("put " + item.Key); err != nil {
		return err
	}
	if f.races > 0 {
		f.races--
		other := f.items[item.Key]
		other.Key, other.Version, other.Data = item.Key, other.Version+1, []byte(`{"N":10}`)
		f.items[item.Key] = other
	}
	if f.items[item.Key].Version != item.Version {
		return incident.ErrConflict
	}
	item.Version++
	f.items[item.Key] = item
	return nil
}

func (f *faulty) PutRun(_ context.Context, run journey.Run) error {
	if err := f.next("put run"); err != nil {
		return err
	}
	if !slices.ContainsFunc(f.runs, func(r journey.Run) bool {
		return r.Journey == run.Journey && r.Region == run.Region && r.Slot.Equal(run.Slot)
	}) {
		f.runs = append(f.runs, run)
	}
	return nil
}

func (f *faulty) Runs(_ context.Context, q incident.RunQuery) ([]journey.Run, error) {
	if err := f.next("runs"); err != nil {
		return nil, err
	}
	var all []journey.Run
	for _, r := range f.runs {
		if (q.Journey == "" || r.Journey == q.Journey) && !r.Slot.Before(q.Since) && (q.Until.IsZero() || r.Slot.Before(q.Until)) {
			all = append(all, r)
		}
	}
	return all, nil
}

// batches is a store that reads items in one request, adds runs and streams them.
type batches struct{ *faulty }

func (b batches) ItemsOf(_ context.Context, keys []string) (map[string]incident.Item, error) {
	return b.items, b.next("items " + strings.Join(keys, " "))
}

func (b batches) AddRun(ctx context.Context, run journey.Run) (bool, error) {
	before := len(b.runs)
	err := b.PutRun(ctx, run)
	return len(b.runs) > before, err
}

func (b batches) Stream(context.Context, incident.RunQuery) iter.Seq2[journey.Run, error] {
	return func(yield func(journey.Run, error) bool) {
		for _, r := range b.runs {
			if !yield(r, b.next("stream")) {
				return
			}
		}
	}
}

func (batches) Ahead() time.Duration { return 3 * time.Minute }

type counter struct{ N int }

// TestReadItems checks that items come in the order of their keys, by one request or by several, and that each request that fails is an
// error with its key.
func TestReadItems(t *testing.T) {
	store := func(fail int) *faulty {
		return &faulty{fail: fail, items: map[string]incident.Item{"a": {Key: "a", Version: 1, Data: []byte(`{"N":1}`)}, "c": {Key: "c", Version: 2, Data: []byte(`{"N":3}`)}}}
	}
	keys := []string{"c", "b", "a"}
	for name, items := range map[string]incident.Items{"one by one": store(0), "at once": batches{store(0)}} {
		got, err := incident.ReadItems(t.Context(), items, keys)
		if err != nil || len(got) != 3 || got[0].Version != 2 || got[1].Version != 0 || got[2].Version != 1 || got[2].Key != "a" || name == "at once" && got[1].Key != "b" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		states, err := incident.LoadItems[counter](t.Context(), items, keys)
		if err != nil || len(states) != 3 || states[0].N != 3 || states[1].N != 0 || states[2].N != 1 {
			t.Errorf("%s: %+v, %v", name, states, err)
		}
	}
	single := batches{store(0)}
	if got, err := incident.ReadItems(t.Context(), single, []string{"a"}); err != nil || got[0].Version != 1 || !slices.Equal(single.asked, []string{"item a"}) {
		t.Errorf("one key: %+v, %v, by %q", got, err, single.asked)
	}
	for n, key := range keys {
		if _, err := incident.ReadItems(t.Context(), store(n+1), keys); !errors.Is(err, errDisk) || !strings.HasPrefix(err.Error(), "read the state "+key+": ") {
			t.Errorf("request %d fails: %v", n+1, err)
		}
		states, err := incident.LoadItems[counter](t.Context(), store(n+1), keys)
		if !errors.Is(err, errDisk) || states[n] != nil || states[(n+1)%3] == nil || states[(n+2)%3] == nil {
			t.Errorf("request %d fails: %v, %v", n+1, states, err)
		}
	}
	if _, err := incident.ReadItems(t.Context(), batches{store(1)}, keys); !errors.Is(err, errDisk) {
		t.Errorf("the request for all fails: %v", err)
	}
	// What cannot be read at once is read one by one, so that one bad item hides no other.
	again := batches{store(1)}
	if states, err := incident.LoadItems[counter](t.Context(), again, keys); err != nil || states[0].N != 3 || len(again.asked) != 4 {
		t.Errorf("the request for all fails: %v, %v, by %q", states, err, again.asked)
	}
	bad := store(0)
	bad.items["c"] = incident.Item{Key: "c", Version: 1, Data: []byte("{")}
	states, err := incident.LoadItems[counter](t.Context(), bad, keys)
	if err == nil || !strings.HasPrefix(err.Error(), "decode the state under c: ") || states[0] != nil || states[2].N != 1 {
		t.Errorf("a state that is no JSON: %v, %v", states, err)
	}
	var s counter
	if item, err := incident.LoadItem(t.Context(), bad, "c", &s); err == nil || item.Version != 1 {
		t.Errorf("a state that is no JSON: %v, %v", item, err)
	}
	if item, err := incident.LoadItem(t.Context(), bad, "b", &s); err != nil || item.Key != "b" || item.Version != 0 || s.N != 0 {
		t.Errorf("a state that was never written: %v, %v", item, err)
	}
}

// TestUpdateItem checks a change of a state: written once, again after another writer was quicker, not at all, or an error for each request
// that fails.
func TestUpdateItem(t *testing.T) {
	add := func(f *faulty) error {
		return incident.UpdateItem(t.Context(), f, "a", func(c *counter) bool {
			c.N++
			return true
		})
	}
	f := &faulty{items: map[string]incident.Item{}}
	if err := errors.Join(add(f), add(f)); err != nil || string(f.items["a"].Data) != `{"N":2}` || f.items["a"].Version != 2 {
		t.Errorf("%+v, %v", f.items, err)
	}
	f.races, f.asked = 2, nil
	if err := add(f); err != nil || string(f.items["a"].Data) != `{"N":11}` || len(f.asked) != 6 {
		t.Errorf("after two conflicts: %s, %v, by %q", f.items["a"].Data, err, f.asked)
	}
	f.asked = nil
	if err := incident.UpdateItem(t.Context(), f, "a", func(*counter) bool { return false }); err != nil || !slices.Equal(f.asked, []string{"item a"}) {
		t.Errorf("without a change: %v, by %q", err, f.asked)
	}
	for fail := 1; fail <= 2; fail++ {
		f := &faulty{items: map[string]incident.Item{}, fail: fail}
		if err := add(f); !errors.Is(err, errDisk) || len(f.asked) != fail {
			t.Errorf("request %d fails: %v, by %q", fail, err, f.asked)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	always := &faulty{items: map[string]incident.Item{}, races: 1 << 30}
	if err := incident.UpdateItem(ended, always, "a", func(*counter) bool { return true }); !errors.Is(err, context.Canceled) {
		t.Errorf("after its time: %v", err)
	}
	if err := incident.UpdateItem(t.Context(), &faulty{items: map[string]incident.Item{}}, "a", func(c *map[string]any) bool { *c = map[string]any{"f": func() {}}; return true }); err == nil {
		t.Error("what is no JSON was written")
	}
}

// TestKeepRun checks which run a slot has, where another delivery was quicker, and every request that fails.
func TestKeepRun(t *testing.T) {
	first := journey.Run{ID: "1", Journey: "a", Region: "eu", Slot: at(1)}
	second, elsewhere, other := first, first, journey.Run{ID: "0", Journey: "b", Region: "eu", Slot: at(1)}
	second.ID, elsewhere.ID, elsewhere.Region = "2", "3", "us"
	for name, of := range map[string]func(*faulty) incident.RunLog{"put": func(f *faulty) incident.RunLog { return f }, "add": func(f *faulty) incident.RunLog { return batches{f} }} {
		f := &faulty{runs: []journey.Run{other}}
		for _, c := range []struct {
			run  journey.Run
			want string
		}{{first, "1"}, {second, "1"}, {elsewhere, "3"}, {first, "1"}} {
			if got, err := incident.KeepRun(t.Context(), of(f), c.run); got.ID != c.want || err != nil {
				t.Errorf("%s %s: the slot has %s, %v", name, c.run.ID, got.ID, err)
			}
		}
		if name == "add" { // a run that was added need not be read
			added := &faulty{}
			if _, err := incident.KeepRun(t.Context(), of(added), first); err != nil || len(added.asked) != 1 {
				t.Errorf("a run is added by %q, %v", added.asked, err)
			}
		}
		for fail := 1; fail <= 2; fail++ {
			f := &faulty{runs: []journey.Run{first}, fail: fail}
			if got, err := incident.KeepRun(t.Context(), of(f), second); !errors.Is(err, errDisk) || got.ID != "2" || fail == 2 && !strings.HasPrefix(err.Error(), "read the run that the slot has: ") {
				t.Errorf("%s, request %d fails: %s, %v", name, fail, got.ID, err)
			}
		}
	}
}

// TestStreamRuns checks that runs are listed page by page where the store can, all at once where it cannot or the newest are asked for, and
// that a reader may stop.
func TestStreamRuns(t *testing.T) {
	runs := []journey.Run{{ID: "1", Slot: at(1)}, {ID: "2", Slot: at(2)}, {ID: "3", Slot: at(3)}}
	for name, c := range map[string]struct {
		log   incident.RunLog
		limit int
		asked string
	}{"plain": {&faulty{runs: runs}, 0, "runs"}, "stream": {batches{&faulty{runs: runs}}, 0, "stream"}, "the newest": {batches{&faulty{runs: runs}}, 2, "runs"}} {
		var ids []string
		for run, err := range incident.StreamRuns(t.Context(), c.log, incident.RunQuery{Limit: c.limit}) {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if ids = append(ids, run.ID); run.ID == "2" {
				break
			}
		}
		f, ok := c.log.(*faulty)
		if !ok {
			f = c.log.(batches).faulty
		}
		if !slices.Equal(ids, []string{"1", "2"}) || f.asked[0] != c.asked {
			t.Errorf("%s: %q by %q", name, ids, f.asked)
		}
	}
	n := 0
	for _, err := range incident.StreamRuns(t.Context(), &faulty{fail: 1}, incident.RunQuery{}) {
		if n++; !errors.Is(err, errDisk) {
			t.Error(err)
		}
	}
	if n != 1 {
		t.Errorf("a log that fails yields %d times", n)
	}
}

// TestTimeOf checks that a time is by the store's clock, where it has one.
func TestTimeOf(t *testing.T) {
	if got := incident.TimeOf(batches{&faulty{}}, at(10)); !got.Equal(at(7)) {
		t.Errorf("%v", got)
	}
	if got := incident.TimeOf(&faulty{}, at(10)); !got.Equal(at(10)) {
		t.Errorf("%v", got)
	}
	if got := incident.JourneyKey("a"); got != "JOURNEY#a" || incident.NotificationKey != "ROUTE#default" {
		t.Errorf("the keys are %s and %s", got, incident.NotificationKey)
	}
}
