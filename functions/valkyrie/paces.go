package main

import (
	"fmt"
	"time"

	"valkyrie/alerts"
)

// paces is how long a page took: from the slot of the run that decided until it rang, or was sent, and from then to the key;
// with the carrier, where it was the second.
func paces(p alerts.Page) string {
	said := ""
	if p.Times > 1 {
		return fmt.Sprintf("; %d like it until %s", p.Times, p.EndedAt.Format("2 Jan 15:04:05"))
	}
	if ring, ok := p.ToRing(); ok && p.Purpose != alerts.AllClear {
		said = fmt.Sprintf("; %s after the slot", ring.Round(time.Second))
	}
	if key, ok := p.ToKey(); ok {
		said += fmt.Sprintf(", key %s later", key.Round(time.Second))
	}
	if p.Via == alerts.Second {
		said += "; by the second channel"
	}
	return said
}
