package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"valkyrie/alerts/oncall"
)

// caps checks that each cap has an effect, and does not suppress everything.
func (c *checker) caps(path string, caps oncall.Caps) {
	const most = 1000
	for _, f := range []struct {
		field string
		n     int
	}{{"calls_per_hour", caps.CallsPerHour}, {"texts_per_hour", caps.TextsPerHour}} {
		if f.n < 1 || f.n > most {
			c.fault(path+"."+f.field, "expected 1 to %d, got %d", most, f.n)
		}
	}
	if caps.Month < 0 {
		c.fault(path+".month", "expected 0 or more, got %g", caps.Month)
	}
	for _, f := range []struct {
		field string
		price float64
	}{{"call_price", caps.CallPrice}, {"text_price", caps.TextPrice}} {
		switch {
		case caps.Month > 0 && f.price <= 0:
			c.fault(path+"."+f.field, "expected a price above 0, as on_call.caps.month is a sum of prices, got %g", f.price)
		case f.price < 0:
			c.fault(path+"."+f.field, "expected 0 or more, got %g", f.price)
		}
	}
}

// onCall checks the people to page. A time at which no person would be paged is a fault.
func (c *checker) onCall(o oncall.OnCall, caller string) {
	names := c.people(o.People, caller)
	for i, r := range o.Rotations {
		path := fmt.Sprintf("on_call.rotations.%d", i)
		c.rotation(path, r, o)
		c.name(path+".name", r.Name, names)
	}
	for i := range o.Overrides {
		c.override(fmt.Sprintf("on_call.overrides.%d", i), o, i)
	}
	if len(o.Escalation) == 0 {
		c.fault("on_call.escalation", "expected at least one name: otherwise nobody is woken")
	}
	among := "on_call.people"
	if len(o.Rotations) > 0 {
		among += ", nor on_call.rotations"
	}
	for i, r := range o.Escalation {
		c.escalationStep(i, r, names, among)
	}
	c.failover(o)
	if c.node("on_call.drills") != nil && !o.Drills.Every.IsSet() && len(c.faults) == 0 {
		c.fault("on_call.drills.every", "expected a time such as \"first Tuesday 10:00\" (of every month), or five fields as in cron")
	}
	if o.Drills.Every.IsSet() {
		if err := checkGaps(o.Drills.Every, minDrillGap); err != nil {
			c.fault("on_call.drills.every", "expected a time such as \"first Tuesday 10:00\" (of every month), got %q: %v", o.Drills.Every, err)
		}
	}
	c.caps("on_call.caps", o.Caps)
}

// name checks that a name is set, and differs from the others in more than capitals: a command takes it in any.
func (c *checker) name(path, name string, taken map[string]bool) {
	switch {
	case name == "":
		c.fault(path, "expected a name")
	case taken[name]:
		c.fault(path, "%q is there twice", name)
	default:
		for _, other := range slices.Sorted(maps.Keys(taken)) {
			if strings.EqualFold(strings.TrimSpace(other), strings.TrimSpace(name)) {
				c.fault(path, "expected a name that differs from %q in more than capitals and spaces, got %q", other, name)
			}
		}
	}
	taken[name] = true
}

var email = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)

var language = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)

// people checks the people. Each needs a number of their own, since a reply is known by its number, and none can be called
// from the number that is called.
func (c *checker) people(people []oncall.Person, caller string) (names map[string]bool) {
	names = map[string]bool{}
	owner := map[string]string{} // by number
	for i, p := range people {
		path := fmt.Sprintf("on_call.people.%d", i)
		c.name(path+".name", p.Name, names)
		c.phone(path+".phone", p.Phone)
		switch other, taken := owner[p.Phone]; {
		case p.Phone == "":
		case taken:
			c.fault(path+".phone", "expected a number of their own, got that of %s: a reply by text is known by its number", other)
		case p.Phone == caller:
			c.fault(path+".phone", "expected another number than phone.from, got %s: it cannot call itself", p.Phone)
		}
		owner[p.Phone] = p.Name
		if p.Email != "" && !email.MatchString(p.Email) {
			c.fault(path+".email", "expected an address such as ada@example.com, got %q", p.Email)
		}
		c.language(path+".language", p.Language)
	}
	if len(people) == 0 {
		c.fault("on_call.people", "expected at least one person: otherwise nobody is woken")
	}
	return names
}

// language checks the language of the calling voice.
func (c *checker) language(path, tag string) {
	first, _, _ := strings.Cut(tag, "-")
	switch {
	case tag == "":
	case !language.MatchString(tag):
		c.fault(path, "expected a language such as en-GB, got %q", tag)
	case first != "en":
		c.fault(path, "expected an English voice, such as en-GB, or nothing, got %q: what a call says is English, and nobody would understand it from that voice; a journey's title and say may be in any language", tag)
	}
}

func (c *checker) escalationStep(i int, r oncall.EscalationStep, names map[string]bool, among string) {
	path := fmt.Sprintf("on_call.escalation.%d", i)
	if !names[r.Call] && !c.namesUnreadable() && !c.isUnreadable(path+".call") {
		c.absent(path, r.Call, among, slices.Sorted(maps.Keys(names)))
	}
	if r.After > 0 && i == 0 {
		c.fault(path+".after", "expected none: the first is called at once; got %v", r.After)
	}
}

// namesUnreadable reports whether the name of a person or a rotation may be among the values that could not be decoded.
func (c *checker) namesUnreadable() bool {
	return c.nameUnreadable("on_call.people") || c.nameUnreadable("on_call.rotations")
}

// nameUnreadable reports whether a list, an entry of it, or the name of one could not be decoded.
func (c *checker) nameUnreadable(list string) bool {
	for i := range c.entries(list) {
		if c.isUnreadable(fmt.Sprintf("%s.%d.name", list, i)) {
			return true
		}
	}
	return c.isUnreadable(list)
}

// entries returns the number of entries of a list in the file.
func (c *checker) entries(list string) int {
	if n := c.node(list); n != nil {
		return len(n.Content)
	}
	return 0
}
