package storetest

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

// A model is a reference store: the interface's comments in Go, simple enough to be checked by reading. Other stores are
// compared with it. It keeps the slices it is given, so its users must not write to them afterwards.
type model struct {
	mu        sync.Mutex
	runs      map[slotKey]journey.Run
	items     map[string]incident.Item
	incidents map[string]incident.Record
}

// A slotKey identifies a run.
type slotKey struct {
	journey, region string
	slot            time.Time // in UTC, so that equal times are equal keys
}

func newModel() *model {
	return &model{
		runs:      map[slotKey]journey.Run{},
		items:     map[string]incident.Item{},
		incidents: map[string]incident.Record{},
	}
}

func keyOf(r journey.Run) slotKey { return slotKey{r.Journey, r.Region, r.Slot.UTC()} }

func (m *model) PutRun(ctx context.Context, run journey.Run) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	stored, taken := m.runs[keyOf(run)]
	ends := stored.Unfinished() && !run.Unfinished() && stored.ID == run.ID
	if (!taken || ends) && ctx.Err() == nil {
		run.Slot = run.Slot.UTC()
		run.Steps = append([]journey.StepResult{}, run.Steps...)
		run.Counts = append([]journey.Count{}, run.Counts...)
		run.Evidence = append([]journey.Evidence{}, run.Evidence...)
		run.Problems = append([]journey.Problem{}, run.Problems...)
		run.Vitals = append([]journey.Vitals{}, run.Vitals...)
		m.runs[keyOf(run)] = run
	}
	return ctx.Err()
}

func (m *model) Runs(ctx context.Context, q incident.RunQuery) ([]journey.Run, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []journey.Run
	for _, r := range m.runs {
		if (q.Journey == "" || q.Journey == r.Journey) && !r.Slot.Before(q.Since) && (q.Until.IsZero() || r.Slot.Before(q.Until)) {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b journey.Run) int {
		return cmp.Or(a.Slot.Compare(b.Slot), strings.Compare(a.Region, b.Region), strings.Compare(a.ID, b.ID))
	})
	if q.Limit > 0 && len(found) > q.Limit {
		found = found[len(found)-q.Limit:]
	}
	return found, ctx.Err()
}

func (m *model) Item(ctx context.Context, key string) (incident.Item, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	item := m.items[key]
	item.Key = key
	return item, ctx.Err()
}

func (m *model) PutItem(ctx context.Context, item incident.Item) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if m.items[item.Key].Version != item.Version {
		return incident.ErrConflict
	}
	m.items[item.Key] = incident.Item{Key: item.Key, Version: item.Version + 1, Data: bytes.Clone(item.Data)}
	return nil
}

func (m *model) PutIncident(ctx context.Context, r incident.Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if old, ok := m.incidents[r.ID]; (!ok || r.Rev >= old.Rev) && ctx.Err() == nil {
		r.Regions = append([]string{}, r.Regions...)
		r.Outages = append([]incident.Outage{}, r.Outages...)
		r.Evidence = append([]journey.Evidence{}, r.Evidence...)
		r.Pages = append([]incident.Page{}, r.Pages...)
		for i := range r.Pages {
			r.Pages[i].Incidents = append([]string{}, r.Pages[i].Incidents...)
		}
		m.incidents[r.ID] = r
	}
	return ctx.Err()
}

func (m *model) Incidents(ctx context.Context, since time.Time) ([]incident.Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	byAge := func(a, b incident.Record) int {
		return cmp.Or(a.Opened.Compare(b.Opened), strings.Compare(a.ID, b.ID))
	}
	found := slices.SortedFunc(maps.Values(m.incidents), byAge)
	found = slices.DeleteFunc(found, func(r incident.Record) bool {
		return r.State == incident.Resolved && r.Opened.Before(since) && r.ResolvedAt.Before(since)
	})
	return found, ctx.Err()
}

// Memory returns a store in memory, for tests of its callers.
func Memory() incident.Store { return newModel() }

func (m *model) RenameRuns(ctx context.Context, from, to string, progress func(int64)) (moved int64, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, r := range m.runs {
		if r.Journey != from || ctx.Err() != nil {
			continue
		}
		delete(m.runs, key)
		r.Journey = to
		if _, taken := m.runs[keyOf(r)]; !taken {
			m.runs[keyOf(r)] = r
			moved++
		}
	}
	progress(moved)
	return moved, ctx.Err()
}
