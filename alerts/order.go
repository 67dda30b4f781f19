package alerts

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// PutOrder does in the store what a person asks for, in the words of a Reply, and returns what to answer. What follows from
// it, such as hanging up the calls to others, a pager does.
func PutOrder(ctx context.Context, store Store, o OnCall, name, body string, now time.Time) (answer string, err error) {
	who, ok := o.person(name)
	if !ok {
		return "", fmt.Errorf("there is nobody called %q among the people on call", name)
	}
	var before, after Route
	err = change(ctx, store, routeKey, func(r *Route) bool {
		before, after = *r, *r.clone()
		answer = after.obey(body, who, hour{o.With(r.Overrides), now})
		*r = after
		return true
	})
	if err != nil {
		return "", err
	}
	return answer, note(ctx, store, before, after)
}

// handled is for how long what somebody has resolved is remembered, so that it goes on if it fails again.
const handled = 24 * time.Hour

// resolveByHand takes somebody's word that it is over. Those who were paged are told so; and if it is not, the next bad run
// opens it again.
func (r *Route) resolveByHand(about []Incident, who Person, at hour) string {
	about = slices.DeleteFunc(about, func(i Incident) bool { return i.State == Resolved })
	if len(about) == 0 {
		return "There is nothing to resolve."
	}
	for _, i := range about {
		inc := r.incident(i.ID)
		inc.State, inc.ResolvedAt, inc.ResolvedBy, inc.Returns = Resolved, at.now, who.Name, at.now.Add(handled)
		inc.Closing = who.Name + " said that it is over"
		inc.Rev++
	}
	return fitText(fmt.Sprintf("Thank you, %s. Over: %s. If it fails again, it is told again.", who.Name, inShort(about)), "")
}
