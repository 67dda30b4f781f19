package proof

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"valkyrie/infra/suite"
)

// maxHistories is the number of histories that may be played until one of them fails: as many as a full run of
// TestHistories plays. The rarest catch needs about 1,000.
const maxHistories = 10_000

// A hunt is a test binary in which all mutants are planted, with the arguments that find them.
type hunt struct {
	binary string
	folder string // in which it runs; "" for an empty one, without the failed histories that rapid would replay first
	args   []string
	want   *regexp.Regexp // in the output of a run that found its mutant
}

var (
	// Pages are sent concurrently, so a history may fail in one order only, which rapid calls flaky.
	historyFailed = regexp.MustCompile(`\[rapid\] (?:(?:failed|panic) after (\d+) tests|flaky test, can not reproduce a failure)`)
	testFailed    = regexp.MustCompile(`--- FAIL: (\w+)`)
)

// TestMutants tests the tests: with any of the mutants the histories must fail, and without one the same binary passes.
func TestMutants(t *testing.T) {
	if testing.Short() {
		t.Skip("the mutants are compiled")
	}
	sorts := [][]mutant{steadyMutants, clockMutants, endingMutants, judgingMutants, ruleMutants, certificateMutants, repeatMutants, deliveryMutants, beatMutants, callbackMutants}
	all := slices.Concat(sorts...)
	overlay := plant(t, all)
	histories := compile(t, overlay, ".")
	// Slow tests are left out by name. No other test is chosen by name, so that renaming one lets no mutant live.
	without := func(pkg, slow string) hunt {
		return hunt{
			binary: compile(t, overlay, "valkyrie/alerts/"+pkg),
			folder: filepath.Join("..", pkg),
			args:   []string{"-test.failfast", "-test.skip=^(" + slow + ")$", "-rapid.nofailfile"},
			want:   testFailed,
		}
	}
	playing := func(clocks string, checks int) hunt {
		return hunt{binary: histories, args: []string{
			"-test.run=^TestHistories$/" + clocks, "-rapid.checks=" + strconv.Itoa(checks),
			"-rapid.seed=" + strconv.FormatUint(suite.Seed(t), 10), "-rapid.nofailfile", "-rapid.shrinktime=0s",
		}, want: historyFailed}
	}
	endings := playing("", 500)
	endings.args[0] = "-test.run=^TestEndings$"
	judge := without("judge", "TestHealthyMonthsOpenNothing|TestNoiseIsNoTrend|TestSteepHours|TestWatchIsIdempotent")
	pager := without("paging", "TestFullStateTakesLater|TestHistoriesOverTheWire|TestNotificationStateStaysSmall")
	stories := without("twilio", "")
	judging := hunt{binary: histories, args: []string{
		"-test.run=^TestJudging$", "-rapid.seed=" + strconv.FormatUint(suite.Seed(t), 10), "-rapid.nofailfile", "-rapid.shrinktime=0s",
	}, want: historyFailed}
	for _, h := range []hunt{playing("", 20), endings, judging, judge, pager, stories} {
		if out, err := h.run(t, 0); err != nil {
			t.Fatalf("without a mutant the tests fail: %v\n%s", err, out)
		}
	}
	hunts := []hunt{playing("steady", maxHistories), playing("step", maxHistories), endings, judging, judge, judge, pager, pager, judge, stories}
	var caught atomic.Int32
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	t.Run("all", func(t *testing.T) {
		for n, m := range all {
			h := hunts[sortOf(sorts, n)]
			t.Run(m.name, func(t *testing.T) {
				t.Parallel()
				slots <- struct{}{}
				defer func() { <-slots }()
				out, err := h.run(t, n+1)
				found := h.want.FindStringSubmatch(out)
				if failed := (*exec.ExitError)(nil); !errors.As(err, &failed) || found == nil {
					t.Fatalf("the mutant lives: %v\n%s", err, out)
				}
				t.Logf("mutant %d: %s", n+1, strings.TrimSpace(found[0]))
				caught.Add(1)
			})
		}
	})
	t.Logf("%d of %d mutants caught", caught.Load(), len(all))
}

// sortOf returns the index of the list that holds the n-th mutant of all.
func sortOf(sorts [][]mutant, n int) int {
	for i, list := range sorts {
		if n < len(list) {
			return i
		}
		n -= len(list)
	}
	return -1
}

// run runs the tests with a mutant, by its number from 1, and returns their output.
func (h hunt) run(t *testing.T, number int) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), h.binary, h.args...)
	if cmd.Dir = h.folder; cmd.Dir == "" {
		cmd.Dir = t.TempDir()
	}
	cmd.Env = append(os.Environ(), mutantEnv+"="+strconv.Itoa(number))
	out, err := cmd.CombinedOutput()
	return string(out), err
}
