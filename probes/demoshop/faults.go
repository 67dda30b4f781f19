package demoshop

import (
	"errors"
	"fmt"
	"strings"
)

// Fault is one way in which the shop can be broken.
type Fault struct {
	Name    string // as in POST /faults/{name}
	Summary string // what happened and what customers notice, one line
}

// mechanism is a fault with the functions that start and stop it. They act on the component that failed in the outage,
// never on the pages that show the symptoms.
type mechanism struct {
	Fault
	start func(*Shop)
	stop  func(*Shop)
}

// mechanisms is the catalogue of faults in display order. To add one, add an entry.
var mechanisms = []mechanism{
	{
		Fault{"workers-down", "The background workers are gone: Preview works, Print spins for ever and jobs pile up."},
		func(s *Shop) { s.printers.stop() },
		func(s *Shop) { s.printers.start() },
	},
	{
		Fault{"cache-down", "The cache no longer answers: every picture is drawn again on each request. Right answers, slowly."},
		func(s *Shop) { s.cache.stop() },
		func(s *Shop) { s.cache.start() },
	},
	{
		Fault{"ids-exhausted", "One order number is left: placing an order looks for it until it times out. Test orders pass."},
		func(s *Shop) { s.orders.numbers.fill() },
		func(s *Shop) { s.orders.numbers.drain() },
	},
	{
		Fault{"broken-asset", "A deploy lost the script of the card editor: its page opens, its buttons do nothing."},
		func(s *Shop) { s.assets.remove("cards.js") },
		func(s *Shop) { s.assets.restore("cards.js") },
	},
	{
		Fault{"broken-page", "A deploy shipped a catalogue template that asks for a field that does not exist: /catalogue fails."},
		func(s *Shop) { s.pages.deploySafely("catalogue", springRelease) },
		func(s *Shop) { s.pages.rollBack("catalogue") },
	},
	{
		Fault{"preview-down", "Preview alone fails; what is printed is right. Harmless, as far as printing goes."},
		func(s *Shop) { s.previewDown.Store(true) },
		func(s *Shop) { s.previewDown.Store(false) },
	},
	{
		Fault{"favicon-404", "A deploy lost the site's icon. Harmless: customers can do all they came for."},
		func(s *Shop) { s.assets.remove("favicon.svg") },
		func(s *Shop) { s.assets.restore("favicon.svg") },
	},
	{
		Fault{"analytics-down", "Every page asks for a third party's script, and does not get it. Harmless to customers."},
		func(s *Shop) { s.analytics.Store(true) },
		func(s *Shop) { s.analytics.Store(false) },
	},
	{
		Fault{"slow-database", "Looking up whether an order number is free takes half as long again as the order itself. Harmless for a day."},
		func(s *Shop) { s.orders.numbers.setSlowdown(30) },
		func(s *Shop) { s.orders.numbers.setSlowdown(1) },
	},
	{
		Fault{"restart-loop", "The site's process crashes, is started again, and crashes again: a dozen short outages a day."},
		func(s *Shop) { s.process.crash() },
		func(s *Shop) { s.process.fix() },
	},
	{
		Fault{"intermittent", "A report without an index locks the job queue's database, for 5 to 10 minutes, hours apart."},
		func(s *Shop) { s.database.dropIndex() },
		func(s *Shop) { s.database.addIndex() },
	},
	{
		Fault{"batch-halfway", "The mailer leaks memory: a weekly batch five times as large as usual ends part-way, and says nothing."},
		func(s *Shop) { s.mailer.leak(true) },
		func(s *Shop) { s.mailer.leak(false) },
	},
	{
		Fault{"long-address", "The teachers of the weekly batch travel in the address: a large batch is refused as too long (414)."},
		func(s *Shop) { s.mailer.takeInAddress(true) },
		func(s *Shop) { s.mailer.takeInAddress(false) },
	},
	{
		Fault{"refused-form", "The mailer's firewall takes a form with a field for each teacher for an attack: a large batch is refused."},
		func(s *Shop) { s.mailer.takeInForm(true) },
		func(s *Shop) { s.mailer.takeInForm(false) },
	},
	{
		Fault{"notifications-lost", "The nightly task gives no connection back: of 400 shift texts 150 go, the rest is lost without an error."},
		func(s *Shop) { s.texts.leak(true) },
		func(s *Shop) { s.texts.leak(false) },
	},
	{
		Fault{"orders-collapse", "The app's way in is shut: nine of ten customers are not there, and nothing else is wrong."},
		func(s *Shop) { s.customers.setAppDown(true) },
		func(s *Shop) { s.customers.setAppDown(false) },
	},
}

// Faults lists every fault.
func Faults() []Fault {
	all := make([]Fault, len(mechanisms))
	for i, m := range mechanisms {
		all[i] = m.Fault
	}
	return all
}

// errUnknownFault is wrapped by SetFault for a name that is not in the catalogue.
var errUnknownFault = errors.New("unknown fault")

// SetFault starts or stops the named fault. Stopping restores everything: workers resume the queue, the cache is up and
// empty, order numbers are free again. Setting a fault to its current state does nothing. It fails for an unknown name,
// with a suggestion, and after Close.
func (s *Shop) SetFault(name string, on bool) error {
	m, err := findMechanism(name)
	if err != nil {
		return err
	}
	s.faultMu.Lock()
	defer s.faultMu.Unlock()
	if s.closed {
		return fmt.Errorf("fault %q: the shop is closed", name)
	}
	if s.active[name] == on {
		return nil
	}
	s.active[name] = on
	if on {
		m.start(s)
	} else {
		m.stop(s)
	}
	s.log.Info("fault switched", "fault", name, "on", on)
	if s.cfg.Switched != nil {
		s.cfg.Switched(s.now(), name, on)
	}
	return nil
}

// ActiveFaults lists the faults that are on, in the order of the catalogue. It is never nil.
func (s *Shop) ActiveFaults() []string {
	s.faultMu.Lock()
	defer s.faultMu.Unlock()
	names := []string{}
	for _, m := range mechanisms {
		if s.active[m.Name] {
			names = append(names, m.Name)
		}
	}
	return names
}

func findMechanism(name string) (mechanism, error) {
	for _, m := range mechanisms {
		if m.Name == name {
			return m, nil
		}
	}
	hint, known := "", faultNames()
	if near := Nearest(name, known); near != "" {
		hint = fmt.Sprintf(", did you mean %q?", near)
	}
	return mechanism{}, fmt.Errorf("%w %q%s (known: %s)", errUnknownFault, name, hint, strings.Join(known, ", "))
}

// faultNames are the names of all faults, in the order of the catalogue.
func faultNames() []string {
	names := make([]string, len(mechanisms))
	for i, m := range mechanisms {
		names[i] = m.Name
	}
	return names
}

// Nearest returns the candidate with the smallest edit distance from typed, or "" when none is close: more than a third
// of the letters would have to change.
func Nearest(typed string, candidates []string) string {
	best, bestDistance := "", len(typed)/3+1
	for _, c := range candidates {
		if d := editDistance(typed, c); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// editDistance is the Levenshtein distance in bytes.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
