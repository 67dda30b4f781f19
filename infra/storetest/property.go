package storetest

import (
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"valkyrie/alerts/incident"
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
