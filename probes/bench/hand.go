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

// A Hand plays the bench's journey once at a place, in a fresh Chrome that it starts and ends. The same customer, two
// hands.
type Hand func(ctx context.Context, at Place, p *Played) error

// The steps that are measured.
const (
	OrderStep    = "place the order"
	PrintStep    = "print"
	DownloadStep = "download"
)

// Words are those on the card, one a line.
var Words = strings.Join(strings.Fields("bee otter kiwi fox heron newt lynx toad wren mole crab swan yak seal lark hare puma dodo ibis gnu carp moth stag ram"), "\n")

// A Place is where a hand plays, and how.
type Place struct {
	Site     string
	Chrome   string   // its path
	Env      []string // added to Chrome's environment
	Flags    []string // added to Chrome's command line, such as window-size=1280,900
	Evidence string   // folder for evidence, so that a film is made; empty: none; only ours does
}

// URL is the address of a path on the site.
func (p Place) URL(path string) string { return p.Site + path }

// placeKey holds a Place for the program of a hand.
const placeKey = "VALKYRIE_BENCH"

// A Truth is what the page itself saw: epoch milliseconds by what happened.
type Truth map[string]float64

// Played is what one run of the journey has to say.
type Played struct {
	Start  time.Duration            // to the first page
	Waits  map[string]time.Duration // what the hand reports of the steps that are measured
	Truth  Truth
	Starve time.Duration // what the run says of it; only ours does
	Wall   time.Duration
	Footprint
	Disk int64 // bytes left behind

	aside time.Duration
}

// Aside takes the footprint while Chrome still lives and reads what the page saw. None of it is the journey's work, so the
// time that it takes is not in Wall.
func (p *Played) Aside(truth func() (string, error)) error {
	at := time.Now()
	defer func() { p.aside += time.Since(at) }()
	p.Footprint = footprint()
	text, err := truth()
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), &p.Truth)
}

// TruthScript is evaluated in the page to read a Truth.
const TruthScript = "sessionStorage.truth"

// Main is the program of a hand: it plays once at the place that the environment names, and reports on stdout.
func Main(h Hand) {
	if err := report(h); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func report(h Hand) error {
	var at Place
	if err := json.Unmarshal([]byte(os.Getenv(placeKey)), &at); err != nil {
		return fmt.Errorf("%s names no place to play at; this program is run by \"make bench\": %w", placeKey, err)
	}
	if _, err := url.Parse(at.Site); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	defer cancel()
	p := Played{Waits: map[string]time.Duration{}}
	began := time.Now()
	if err := h(ctx, at, &p); err != nil {
		return err
	}
	p.Wall = time.Since(began) - p.aside
	p.Peak = procField(os.Getpid(), "status", "VmHWM:")
	p.Disk = diskUnder(os.TempDir())
	return json.NewEncoder(os.Stdout).Encode(p)
}
