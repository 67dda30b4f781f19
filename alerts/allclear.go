package alerts

import "fmt"

// ends are what is said when an incident of a kind is over, of what customers do, and before that.
var ends = map[Kind][2]string{
	Down:      {"It works again: %s.", "It was down"},
	Flapping:  {"It fails no more: %s.", "It came and went"},
	Silent:    {"Runs come again, so somebody is watching: %s.", "None came"},
	Degraded:  {"It is fast again: %s.", "It was slow"},
	Creeping:  {"It does not get slower any more: %s.", "It did"},
	Counts:    {"The numbers fit again: %s.", "They did not"},
	Heartbeat: {"The batch is done: %s.", "It was in trouble"},
	Ours:      {"Valkyrie can tell again: %s.", "It could not"},
}

// AllClear is the notice that the first of what it is about is over.
func (t Telling) AllClear() string {
	i, v := t.About[0], t.voice(false)
	said := ends[i.Kind]
	over := fmt.Sprintf(said[0], i.title())
	if i.ResolvedBy != "" {
		over = fmt.Sprintf("%s says that it is over: %s.", i.ResolvedBy, i.title())
	}
	over = "VALKYRIE: all clear. " + over
	if len(i.Spells) > 1 {
		over += " " + sentence(story(i.Spells, v.clock))
	} else {
		over += fmt.Sprintf(" %s from %s to %s (%s).", said[1], v.clock(i.Since), v.clock(i.ResolvedAt), spell(i.ResolvedAt.Sub(i.Since)))
	}
	if i.AckedBy != "" {
		over += fmt.Sprintf(" %s had acknowledged.", i.AckedBy)
	}
	return fitText(over, handles(t.About))
}
