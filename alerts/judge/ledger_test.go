package judge_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/judge"
)

// TestLedgerKeepsThirteenMonths: of two years, 13 months remain, whether each day was added once, or some were added later.
func TestLedgerKeepsThirteenMonths(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	var each, some judge.Ledger
	for day := range 730 {
		k.Run(orderRun(day*24, 900))
		k.Decisions = nil
		each = each.Add("eu", k.State.Regions["eu"])
		if day%30 == 9 || day == 729 {
			some = some.Add("eu", k.State.Regions["eu"])
		}
	}
	if diff := cmp.Diff(each, some); diff != "" {
		t.Error(diff)
	}
	for key, days := range each.Steps {
		if region, step := each.Step(key); region != "eu" || step != "place the order" || len(days) != 397 {
			t.Errorf("%s: %d days", key, len(days))
		}
	}
	if n := len(k.State.Regions["eu"].Steps[0].Days); n != 42 {
		t.Errorf("judging remembers %d days", n)
	}
}
