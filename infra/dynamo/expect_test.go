package dynamo_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/infra/dynamo"
	"valkyrie/probes/journey"
)

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func open(tb testing.TB, cfg dynamo.Config) *dynamo.Store {
	tb.Helper()
	s, err := dynamo.Open(tb.Context(), cfg)
	must(tb, err)
	return s
}

// runAt returns a passed run of print-card, minute minutes after noon.
func runAt(minute int) journey.Run {
	run := journey.Run{
		ID: "id", Journey: "print-card", Region: "eu-west-1", Outcome: journey.Passed,
		Slot: noon.Add(time.Duration(minute) * time.Minute), EveryMS: time.Minute.Milliseconds(),
	}
	for _, name := range []string{"sign in", "make a card", "press Print", "wait for the PDF", "read the PDF"} {
		run.Steps = append(run.Steps, journey.StepResult{Name: name, Outcome: journey.Passed, DurationMS: 400 + int64(minute%13), LimitMS: 5000})
	}
	return run
}

func wantItem(t *testing.T, s incident.Items, key string, version int64, data string) {
	t.Helper()
	item, err := s.Item(t.Context(), key)
	must(t, err)
	if item.Version != version || string(item.Data) != data {
		t.Errorf("item %q: version %d, data %q; expected version %d, data %q", key, item.Version, item.Data, version, data)
	}
}

func wantWords(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("got no error, expected one that mentions %q", words)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q does not mention %q", err, w)
		}
	}
}

// put writes a value as an item's first version.
func put(t *testing.T, s incident.Items, key string, value any) error {
	t.Helper()
	data, err := json.Marshal(value)
	must(t, err)
	return s.PutItem(t.Context(), incident.Item{Key: key, Data: data})
}
