package storetest

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

// behavesLikeModel runs the same random calls on a store and on the model, with so few keys that calls meet, and compares
// all results.
func behavesLikeModel(tb testing.TB, fresh Backing) {
	rapid.Check(tb, func(t *rapid.T) {
		s := fresh(tb)()
		if c, ok := s.(io.Closer); ok {
			defer c.Close()
		}
		t.Repeat(comparison{s, newModel()}.actions())
	})
}

// A comparison is a store and the model that had the same calls.
type comparison struct {
	store incident.Store
	model *model
}

func (w comparison) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"PutRun": func(t *rapid.T) {
			r := anyRun(t)
			agree(t, nil, w.store.PutRun(t.Context(), r), w.model.PutRun(t.Context(), r))
		},
		"Runs": func(t *rapid.T) {
			q := anyQuery(t)
			got, err := w.store.Runs(t.Context(), q)
			want, wantErr := w.model.Runs(t.Context(), q)
			agree(t, []any{want, got}, err, wantErr)
			var streamed []journey.Run
			for run, err := range incident.StreamRuns(t.Context(), w.store, q) {
				agree(t, nil, err, nil)
				streamed = append(streamed, run)
			}
			agree(t, []any{want, streamed}, nil, nil)
		},
		"PutItem": func(t *rapid.T) {
			i := anyItem(t)
			agree(t, nil, w.store.PutItem(t.Context(), i), w.model.PutItem(t.Context(), i))
		},
		"Item": func(t *rapid.T) {
			key := anyKey.Draw(t, "key")
			got, err := w.store.Item(t.Context(), key)
			want, wantErr := w.model.Item(t.Context(), key)
			agree(t, []any{want, got}, err, wantErr)
		},
		"PutIncident": func(t *rapid.T) {
			r := anyRecord(t)
			agree(t, nil, w.store.PutIncident(t.Context(), r), w.model.PutIncident(t.Context(), r))
		},
		"Incidents": func(t *rapid.T) {
			since := anyTime.Draw(t, "since")
			got, err := w.store.Incidents(t.Context(), since)
			want, wantErr := w.model.Incidents(t.Context(), since)
			agree(t, []any{want, got}, err, wantErr)
		},
	}
}

// agree checks that both returned the same error and the same results: want and got, where there are any.
func agree(t *rapid.T, answers []any, err, wantErr error) {
	if err != nil && !errors.Is(err, wantErr) || err == nil && wantErr != nil {
		t.Fatalf("got error %v, expected %v", err, wantErr)
	}
	if answers == nil {
		return
	}
	if diff := cmp.Diff(answers[0], answers[1], cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("-want +got:\n%s", diff)
	}
}

// The values of random calls: few, so that calls meet, and including the zero time and arbitrary text.
var (
	anyTime = rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.IntRange(0, 9).Draw(t, "zero") == 0 {
			return time.Time{}
		}
		return noon.Add(time.Duration(rapid.IntRange(0, 8).Draw(t, "quarters")) * 250 * time.Millisecond)
	})
	anyJourney = rapid.SampledFrom([]string{"print-card", "create-order"})
	anyRegion  = rapid.SampledFrom([]string{"eu-west-1", "us-east-1"})
	anyKey     = rapid.SampledFrom([]string{"JOURNEY#print-card", "ROUTE#default"})
	anyOutcome = rapid.SampledFrom([]journey.Outcome{journey.Passed, journey.Slow, journey.Failed, journey.Broken})
	anyState   = rapid.SampledFrom([]incident.IncidentState{incident.Open, incident.Acknowledged, incident.Resolved})
)

// anyRun draws a run. Its id begins with the journey, as the order of equal ids is unspecified.
func anyRun(t *rapid.T) journey.Run {
	name := anyJourney.Draw(t, "journey")
	r := journey.Run{
		ID: fmt.Sprint(rapid.IntRange(0, 3).Draw(t, "id"), name), Journey: name, Region: anyRegion.Draw(t, "region"),
		Slot:    noon.Add(time.Duration(rapid.IntRange(0, 6).Draw(t, "slot")) * 250 * time.Millisecond),
		Outcome: anyOutcome.Draw(t, "outcome"), Started: anyTime.Draw(t, "started"),
		Error: rapid.String().Draw(t, "error"),
	}
	if kind := rapid.SampledFrom([]string{"", "pending", "html"}).Draw(t, "evidence"); kind != "" {
		r.Evidence = []journey.Evidence{{Kind: kind, Path: rapid.String().Draw(t, "path")}}
	}
	for range rapid.IntRange(0, 3).Draw(t, "steps") {
		r.Steps = append(r.Steps, journey.StepResult{
			Name: rapid.String().Draw(t, "step"), DurationMS: rapid.Int64().Draw(t, "ms"),
			Started: anyTime.Draw(t, "step started"), Cleanup: rapid.Bool().Draw(t, "cleanup"),
		})
	}
	return r
}

func anyQuery(t *rapid.T) incident.RunQuery {
	return incident.RunQuery{
		Journey: rapid.SampledFrom([]string{"", "print-card", "create-order"}).Draw(t, "journey"),
		Since:   anyTime.Draw(t, "since"),
		Until:   anyTime.Draw(t, "until"),
		Limit:   rapid.IntRange(0, 4).Draw(t, "limit"),
	}
}

func anyItem(t *rapid.T) incident.Item {
	return incident.Item{
		Key: anyKey.Draw(t, "key"), Version: rapid.Int64Range(0, 3).Draw(t, "version"),
		Data: rapid.SliceOfN(rapid.Byte(), 0, 8).Draw(t, "data"),
	}
}

func anyRecord(t *rapid.T) incident.Record {
	r := incident.Record{Incident: incident.Incident{
		ID:  rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "id"),
		Rev: rapid.Int64Range(0, 3).Draw(t, "rev"), State: anyState.Draw(t, "state"),
		Opened: anyTime.Draw(t, "opened"), ResolvedAt: anyTime.Draw(t, "resolved at"),
		Reason: rapid.String().Draw(t, "reason"), Regions: rapid.SliceOfN(anyRegion, 0, 2).Draw(t, "regions"),
	}}
	for range rapid.IntRange(0, 3).Draw(t, "pages") {
		r.Pages = append(r.Pages, incident.Page{
			ID: rapid.StringMatching("[pq]").Draw(t, "page"), Words: rapid.String().Draw(t, "words"),
			PlannedAt: anyTime.Draw(t, "planned"), Resent: rapid.Bool().Draw(t, "resent"),
		})
	}
	return r
}
