package regions_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"valkyrie/infra/suite"
)

// A mutant is a mistake that the tests must find: it replaces one piece of a file of this package.
type mutant struct{ name, file, old, new string }

var mutants = []mutant{
	{"a home that cannot page beats", "beat.go", "if r.Phone == nil && r.Pages == nil {", "if true {"},
	{"a heartbeat from the future counts", "beat.go", "at := incident.Earliest(b.At, now)", "at := b.At"},
	{"a home whose clock is behind is taken for silent", "beat.go", "if at.Before(c.Looked) {", "if false {"},
	{"runs are brought from the beginning each turn", "bring.go", "c.Brought, stuck = failed[0].Slot, err", "stuck = err"},
	{"a run that no pager judged is not judged at home", "bring.go", "if err := s.judgeLeft(ctx, runs, now); err != nil {", "if err := error(nil); err != nil {"},
	{"a run from the future blocks the others", "bring.go", "if e != nil && !errors.Is(e, judge.ErrFutureRun) {", "if e != nil && (true || !errors.Is(e, judge.ErrFutureRun)) {"},
	{"a run that is not taken holds up the progress for ever", "bring.go", "if stuck != nil && (stored == 0 || c.Stalled < skipAfter) {", "if stuck != nil {"},
	{"a table that was lost keeps its incidents at the standby", "copy.go", "case home.Version == t.Home && here.Version == t.Here && (t.Sum == sum || t.Sum == 0):", "case home.Version == t.Home && here.Version == t.Here:"},
	{"a copy does not say that it is one", "copy.go", "return json.Marshal(s.AsCopy())", "return home.Data, nil"},
	{"a state that was not handed over is overwritten", "copy.go", "if kept[home[i].Key] {", "if false {"},
	{"a change here is not noticed", "copy.go", "if item.Version != c.Versions[item.Key].Here {", "if item.Version < c.Versions[item.Key].Here {"},
	{"home does not take over", "home.go", "(silence >= takeOverAfter || silence < -takeOverAfter)", "false && silence > takeOverAfter"},
	{"a standby that becomes home misses no region", "home.go", "*s = s.AsHome()", "_ = s"},
	{"the standby's webhook is not known at home", "standby.go", "if s.Webhook != c.Webhook || v.beat.At.IsZero() {", "if false {"},
	{"a run from the future goes to the standby", "pair.go", "if ctx.Err() != nil || errors.Is(missed, judge.ErrFutureRun) {", "if ctx.Err() != nil {"},
	{"a page that the standby sent is looked for at home", "pair.go", "if has(theirs, pageID, incident.Page.Live) || has(theirs, pageID, inAny) && !has(route, pageID, inAny) {", "if false && has(theirs, pageID, inAny) {"},
	{"a key press counts as stored while a table is away", "pair.go", "pager.Incomplete = !sure", "_ = sure"},
	{"a hand-over without an end is not reported", "standby.go", "if c.Stalled < stalledTurns {", "if true {"},
	{"the standby pages from home's table only while its own answers", "standby.go", "assigned.Place == paging.StandbyOnHomeTable {\n\t\tassigned.Store = s.Pair.Home\n\t}\n\treturn assigned, own", "false {\n\t}\n\treturn assigned, own"},
	{"it texts each minute that it cannot see home", "standby.go", "if !c.Blind.IsZero() {", "if false {"},
	{"a page that waits at home is not noticed", "waiting.go", "!since.IsZero() && now.Sub(since) >= paging.HomeSilence", "false && now.Sub(since) > 0"},
	{"an incident that waits in an outbox is not noticed", "waiting.go", "if i.State != incident.Resolved && i.Rings() && !route.Knows(i) {", "if false && route.Knows(i) {"},
}

// slow are the tests that play many histories, and this one.
const slow = "^(TestMutants|TestTable|TestAnyWeather|TestHomeGoesAndComesBack|TestStoryRepeats|TestTwoClocks|TestOneOutageOneIncident|TestHandOverEnds|TestAwayForAMinute)$"

// TestMutants tests the tests: with any of the mutants they must fail. A run tries two, others each day, and a full one all.
func TestMutants(t *testing.T) {
	for _, m := range mutants {
		if text, err := os.ReadFile(m.file); err != nil || strings.Count(string(text), m.old) != 1 {
			t.Errorf("%s: %s does not have the piece that it replaces exactly once (%v): %s", m.name, m.file, err, m.old)
		}
	}
	failed := regexp.MustCompile(`--- FAIL: Test\w+`)
	for _, m := range suite.Pick(t, mutants, 2) {
		t.Run(m.name, func(t *testing.T) {
			out, err := exec.CommandContext(t.Context(), "go", "test", "-vet=off", "-count=1", "-failfast", "-overlay", m.overlay(t), "-skip", slow, ".").CombinedOutput()
			found := failed.Find(out)
			if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || found == nil {
				t.Fatalf("the mutant lives: %v\n%s", err, out)
			}
			t.Logf("%s", found)
		})
	}
}

// overlay writes the file with the mutant, and returns the name of the overlay for the go command.
func (m mutant) overlay(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs(m.file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	changed, overlay := filepath.Join(dir, m.file), filepath.Join(dir, "overlay.json")
	data, err := json.Marshal(map[string]any{"Replace": map[string]string{path: changed}})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(changed, []byte(strings.Replace(string(text), m.old, m.new, 1)), 0o600), os.WriteFile(overlay, data, 0o600)); err != nil {
		t.Fatal(err)
	}
	return overlay
}
