package demoshop

import (
	"errors"
	"fmt"
	"strings"
)

// errUnknownFault is behind the error of SetFault for a name that is not in the catalogue.
var errUnknownFault = errors.New("unknown fault")

// SetFault breaks the named mechanism, or repairs it. Repairing is complete: workers come back and work off the
// queue, the cache comes back cold, order numbers are free again. Setting a fault to what it is already changes
// nothing. It fails for an unknown name, with a hint, and after Close.
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
		m.breakIt(s)
	} else {
		m.repairIt(s)
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
