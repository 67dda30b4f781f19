package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"
)

// A Driver runs the benchmark's journey once in a given setup, in a fresh Chrome that it starts and ends.
type Driver func(ctx context.Context, at Setup, p *Result) error

// The steps that are measured.
const (
	OrderStep    = "place the order"
	PrintStep    = "print"
	DownloadStep = "download"
)

// Words are those on the card, one per line.
var Words = strings.Join(strings.Fields("bee otter kiwi fox heron newt lynx toad wren mole crab swan yak seal lark hare puma dodo ibis gnu carp moth stag ram"), "\n")

// A Setup is where and how a driver runs.
type Setup struct {
	Site     string
	Chrome   string   // its path
	Env      []string // added to Chrome's environment
	Flags    []string // added to Chrome's command line, such as window-size=1280,900
	Evidence string   // folder for evidence: the suite's, with its film, or bare's picture after each step; empty: none
}

// URL is the address of a path on the site.
func (p Setup) URL(path string) string { return p.Site + path }

// setupKey is the environment variable with a driver program's Setup.
const setupKey = "VALKYRIE_BENCH"

// PageTimes are the times that the page itself recorded, in epoch milliseconds, by event.
type PageTimes map[string]float64

// A Result is the report of one run of the journey.
type Result struct {
	Start  time.Duration            // to the first page
	Waits  map[string]time.Duration // as the driver reports them, by measured step
	Truth  PageTimes
	Starve time.Duration // the run's starvation; only from the suite
	Wall   time.Duration
	Footprint
	Disk int64 // bytes left behind

	aside time.Duration
}

// Measure takes the footprint while Chrome still lives, and reads the page's times. Its own time is not part of Wall.
func (p *Result) Measure(truth func() (string, error)) error {
	at := time.Now()
	defer func() { p.aside += time.Since(at) }()
	p.Footprint = footprint()
	text, err := truth()
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), &p.Truth)
}

// PageTimesScript evaluates to the page's PageTimes.
const PageTimesScript = "sessionStorage.truth"

// Main is the main function of a driver: it runs once in the setup of its environment and reports on stdout.
func Main(h Driver) {
	if err := report(h); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func report(h Driver) error {
	var at Setup
	if err := json.Unmarshal([]byte(os.Getenv(setupKey)), &at); err != nil {
		return fmt.Errorf("%s names no place to play at; this program is run by \"make bench\": %w", setupKey, err)
	}
	if _, err := url.Parse(at.Site); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	defer cancel()
	p := Result{Waits: map[string]time.Duration{}}
	began := time.Now()
	if err := h(ctx, at, &p); err != nil {
		return err
	}
	p.Wall = time.Since(began) - p.aside
	p.Peak = procField(os.Getpid(), "status", "VmHWM:")
	p.Disk = diskUnder(os.TempDir())
	return json.NewEncoder(os.Stdout).Encode(p)
}
