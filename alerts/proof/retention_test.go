package proof

import (
	"fmt"
	"maps"
	"slices"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// condenses checks that pages which are condensed into one are still counted, by person, channel, purpose and result: the
// post-mortem and the all-clears need them.
func (w *simulation) condenses(before, after paging.NotificationState) {
	gone := func(p incident.Page) bool {
		return !slices.ContainsFunc(after.Pages, func(o incident.Page) bool { return o.ID == p.ID })
	}
	if !slices.ContainsFunc(before.Pages, gone) {
		return
	}
	kept := func(p incident.Page) bool { // about an incident that is still there
		return p.Purpose != incident.Notice && slices.ContainsFunc(p.Incidents, func(id string) bool { return incidentOf(after, id) != nil })
	}
	key := func(p incident.Page) string {
		return fmt.Sprint(p.Person, p.Channel, p.Purpose, p.State, p.Result, p.SID == "")
	}
	want, got := map[string]int{}, map[string]int{}
	known := map[string]incident.Page{}
	for _, p := range before.Pages {
		known[p.ID] = p
		if !p.Live() && kept(p) {
			want[key(p)] += p.Count()
		}
	}
	for _, p := range after.Pages {
		if p.Live() || !kept(p) {
			continue
		}
		got[key(p)] += p.Count()
		if was, ok := known[p.ID]; !ok || was.Live() {
			want[key(p)]++ // it has just ended
		} else if key(was) != key(p) {
			want[key(was)] -= was.Count()
			want[key(p)] += was.Count()
		}
	}
	maps.DeleteFunc(want, func(_ string, n int) bool { return n == 0 })
	if !maps.Equal(got, want) {
		w.Fatalf("the pages that have ended: %v; they were %v", got, want)
	}
	for _, p := range before.Pages {
		if gone(p) && kept(p) {
			w.counts.condensed++
		}
	}
}
