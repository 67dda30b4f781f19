package proof

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// mutants are mistakes that the histories have to find. Each replaces one piece of a file of package alerts, which must be
// there exactly once.
var mutants = []struct{ name, file, old, new string }{
	{
		"an outcome in doubt is never settled", "route.go",
		"commands = append(commands, r.lostPages()...)", "_ = r.lostPages",
	},
	{
		"a page is sent without a claim", "claim.go",
		"p.State, p.ClaimedAt, p.LeaseUntil = Claimed, now, now.Add(lease)", "p.ClaimedAt, p.LeaseUntil = now, now.Add(lease)",
	},
	{
		"a lease does not run out", "escalation.go",
		"case p.State == Claimed && !now.Before(p.LeaseUntil):", "case false:",
	},
	{
		"a sender that died has not sent", "escalation.go",
		`r.lost(p.ID, "the sender stopped in the middle")`, `r.end(p.ID, FailedCall, "", now)`,
	},
	{
		"what may have been sent is sent again without looking", "delivery.go",
		"p.State, p.Why = Unknown, why", "p.State, p.Why, p.Resent = Planned, why, true",
	},
	{
		"the carrier's list is believed at once", "delivery.go",
		"case asked.Sub(p.ClaimedAt) < settleAfter:", "case false:",
	},
	{
		"a page is sent again and again", "delivery.go",
		"case p.Resent:", "case false:",
	},
	{
		"the outbox is emptied before the route has it", "pager.go",
		"if err := p.step(ctx, Taken{Incident: i, Fine: s.fine(i)}); err != nil {\n\t\t\treturn err\n\t\t}",
		"_ = p.step(ctx, Taken{Incident: i, Fine: s.fine(i)})",
	},
	{
		"a decision is not handed over", "judge.go",
		"s.Outbox = append(s.Outbox, inc)", "_ = inc",
	},
	{
		"a lost race counts as won", "desk.go",
		"err = items.PutItem(ctx, item)\n", "if err = items.PutItem(ctx, item); errors.Is(err, ErrConflict) {\n\t\t\treturn nil\n\t\t}\n",
	},
	{
		"what could not be written is sent", "pager.go",
		"if err != nil {\n\t\treturn before, err\n\t}\n\tp.remark(before, after)\n\tvar errs []error", "p.remark(before, after)\n\terrs := []error{err}",
	},
	{
		"a voicemail acknowledges", "delivery.go",
		"if rep.Key != \"\" {", "if rep.Result == Machine {\n\t\tr.press(p, AckKey, at)\n\t}\n\tif rep.Key != \"\" {",
	},
	{
		"what is acknowledged is called about", "severity.go",
		"return i.Awaits() && at", "return i.State != Resolved && at",
	},
	{
		"a planned call outlives the acknowledgement", "escalation.go",
		"return i == nil || !i.Awaits() || i.Kind", "return i == nil || i.Kind",
	},
	{
		"the chain is not repeated", "escalation.go",
		"if now.Before(r.Chain.Pause) {", "if r.Chain.Round > 0 || now.Before(r.Chain.Pause) {",
	},
	{
		"several are called at once", "escalation.go",
		"if r.calling() {", "if r.calling() && len(ids) > 1 {",
	},
	{
		"a late callback brings a page back", "delivery.go",
		"if p == nil || p.State == Ended || p.State == Accepted || p.State == Cancelled {", "if p == nil || p.State == Accepted || p.State == Cancelled {",
	},
	{
		"a slot is judged twice", "judge.go",
		"if !run.Slot.After(region.Slot) {", "if run.Slot.Before(region.Slot) {",
	},
	{
		"a text wakes people", "texts.go",
		"Purpose: Alarm, Incidents: []string{i.ID}, Waking: true}", "Purpose: Alarm, Incidents: []string{i.ID}}",
	},
	{
		"a text that is tried again wakes people", "claim.go",
		" || !r.awake(p, at) {", " {",
	},
	{
		"what was in doubt was not sent", "page.go",
		"return p.Resent || p.State", "return p.State",
	},
	{
		"maintenance is no reason to be quiet", "quiet.go",
		"return muted || slices", "return muted || false && slices",
	},
	{
		"an all-clear overtakes a return", "escalation.go",
		"return !r.over(id)", "return false",
	},
	{
		"a callback is believed unsigned", "twilio/callbacks.go",
		"case !signed(c.cfg.Tokens", "case false && !signed(c.cfg.Tokens",
	},
	{
		"an acknowledgement never expires", "route.go",
		"r.lapseAcks(at)\n", "_ = r.lapseAcks\n",
	},
	{
		"an acknowledgement expires too early", "ack.go",
		"inc.stillBad(inc.AckedAt.Add(after), at.now)", "inc.stillBad(inc.AckedAt.Add(after/2), at.now)",
	},
	{
		"a cap swallows the first page", "caps.go",
		" || r.first(p) {", " {",
	},
	{
		"the second carrier is never asked", "route.go",
		"r.fallBack(at)\n", "_ = r.fallBack\n",
	},
	{
		"the second carrier is asked too late", "carrier.go",
		"patience = 35 * time.Second", "patience = 75 * time.Second",
	},
	{
		"calls are not hung up", "route.go",
		"append(r.hangUps(at), r.dispatch(at)...)", "r.dispatch(at)",
	},
	{
		"hanging up is only decided", "hangup.go",
		"phone.HangUp(ctx, page.SID); err != nil {", "error(nil); err != nil {\n\t\t_ = phone",
	},
	{
		"a call that is needed is hung up", "hangup.go",
		"return !needed && (!over", "return (!needed || len(p.Incidents) > 1) && (!over",
	},
	{
		"a first call gathers for ever", "gather.go",
		"p.NotBefore = earlier(at.now.Add(at.onCall.Gather), r.Chain.Gathers)", "p.NotBefore = at.now.Add(2 * gatherMost)",
	},
	{
		"an all-clear that does not arrive is not told again", "texts.go",
		"case again:", "case again && false:",
	},
	{
		"what was judged ahead is believed", "ahead.go",
		"return []Decision{s.putRight(run.Journey, run.Region, run.Slot.Add(-1), now)}", "return nil",
	},
	{
		"what was kept ahead is made up for", "ahead.go",
		"Doubt: latest(r.Slot, r.Doubt), ", "",
	},
	{
		"a clock that was wrong is believed", "clock.go",
		"t.After(limit.Add(apart))", "false",
	},
}

// TestMutants tests the test: with any of the mistakes the histories must fail. (That they pass without one is
// TestHistories.)
func TestMutants(t *testing.T) {
	if testing.Short() {
		t.Skip("each mutant is compiled")
	}
	var caught atomic.Int32
	t.Run("all", func(t *testing.T) {
		slots := make(chan struct{}, runtime.GOMAXPROCS(0))
		for _, m := range mutants {
			t.Run(m.name, func(t *testing.T) {
				t.Parallel()
				slots <- struct{}{}
				defer func() { <-slots }()
				binary := build(t, m.file, m.old, m.new)
				if filepath.Dir(m.file) == "twilio" {
					caughtByStories(t, binary)
					t.Logf("%s: caught by the stories of package twilio", m.name)
				} else {
					t.Logf("%s: caught by history %d", m.name, caughtBy(t, binary, m.file))
				}
				caught.Add(1)
			})
		}
	})
	t.Logf("%d of %d mutants caught", caught.Load(), len(mutants))
}

// quickly compiles in two thirds of the time.
const quickly = "-gcflags=valkyrie/...=-N -l -dwarf=false"

// build compiles the histories with a mistake in a file of package alerts; or the tests of package twilio, if it is there.
func build(t *testing.T, file, from, to string) string {
	t.Helper()
	dir := t.TempDir()
	path, err := filepath.Abs(filepath.Join("..", file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), from); n != 1 {
		t.Fatalf("the mutant is stale: %s has %d of what it replaces, and should have one: %s", file, n, from)
	}
	mutated, overlay, binary := filepath.Join(dir, "mutated.go"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "proof.test")
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {path: mutated}})
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{mutated: []byte(strings.Replace(string(text), from, to, 1)), overlay: replace} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pkg := "."
	if sub := filepath.Dir(file); sub != "." {
		pkg = "valkyrie/alerts/" + sub
	}
	if out, err := exec.CommandContext(t.Context(), "go", "test", "-c", quickly, "-ldflags=-s -w", "-overlay", overlay, "-o", binary, pkg).CombinedOutput(); err != nil {
		t.Fatalf("the mutant is stale: it does not compile: %v\n%s", err, out)
	}
	return binary
}

var failedAfter = regexp.MustCompile(`\[rapid\] (?:failed|panic) after (\d+) tests`)

// caughtBy plays histories until one fails, and says which it was, from 1.
func caughtBy(t *testing.T, binary, file string) int {
	t.Helper()
	const most = "10000" // as many as TestHistories plays
	clocks := "steady"
	if file == "clock.go" || file == "ahead.go" {
		clocks = "step"
	}
	cmd := exec.CommandContext(t.Context(), binary, "-test.run=^TestHistories$/"+clocks,
		"-rapid.checks="+most, "-rapid.nofailfile", "-rapid.shrinktime=0s")
	cmd.Dir = t.TempDir() // away from histories that have failed before, which rapid would play first
	out, err := cmd.CombinedOutput()
	found := failedAfter.FindSubmatch(out)
	if err == nil || found == nil {
		t.Fatalf("the mutant lives: %v\n%s", err, out)
	}
	n, err := strconv.Atoi(string(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n + 1
}

// caughtByStories runs the tests of package twilio about callbacks.
func caughtByStories(t *testing.T, binary string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), binary, "-test.run=^(TestCallStories|TestTokenRotation|TestMannersOfCallbacks)$").CombinedOutput()
	if failed := (*exec.ExitError)(nil); !errors.As(err, &failed) || !strings.Contains(string(out), "--- FAIL") {
		t.Fatalf("the mutant lives: %v\n%s", err, out)
	}
}
