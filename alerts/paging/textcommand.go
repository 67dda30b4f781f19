package paging

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
)

// A textCommand is a parsed Reply.
type textCommand struct {
	verb     string
	about    []string // handles and names; none: everything
	rest     string   // what follows the verb, without a duration, as titles have several words
	question bool     // it asks something, so that it changes nothing
	duration time.Duration
	short    *textCommand // of "mute 3d 1h": the same for an hour, of the handle that begins with 3d; nil: it has no such form
}

// maxMute bounds a mute, so that a forgotten one ends.
const maxMute = 7 * 24 * time.Hour

// fillers are words around a command that do not change it; all names no incident, so that it means each.
var fillers = strings.Fields(`for all it everything please pls thanks thank you thx ty the an a on got now of
	i am i'm im we are is my way looking look into at this that here soon will do be with me mine checking check and
	many much lot lots so cheers both appreciated`)

// greetings are words before a command. "All" and "everything" are none: "everything ok?" is a question.
var greetings = strings.Fields("re reply thanks thank you thx please pls yes hi hello")

var (
	textVerbs  = []string{"ack", "mute", "resolve", "status"}
	ackWords   = []string{"ok", "okay", "acknowledge", "acknowledged", "acked"}
	handleText = regexp.MustCompile(`^[0-9a-f]{1,4}$`)
	amountText = regexp.MustCompile(`^\d+(?:\.\d+)?$`)
	unitOf     = map[string]time.Duration{}
)

func init() {
	for unit, names := range map[time.Duration]string{
		time.Minute: "m min mins minute minutes", time.Hour: "h hr hrs hour hours", 24 * time.Hour: "d day days", 7 * 24 * time.Hour: "w week weeks",
	} {
		for _, name := range strings.Fields(names) {
			unitOf[name] = unit
		}
	}
}

// parseTextCommand reads a command as people write it: "Ack.", "ack#ca97", "OK", "mute for 1h", "mute print a card 1 hour",
// "Ack #CA97 thanks". Only the first line counts, as a signature may follow. A text with two commands is none.
func parseTextCommand(body string) (textCommand, bool) {
	words := commandWords(body)
	for len(words) > 0 && slices.Contains(greetings, words[0]) {
		words = words[1:]
	}
	if len(words) == 0 {
		return textCommand{}, false
	}
	cmd := textCommand{verb: words[0], duration: muteFor, question: strings.Contains(firstLine(body), "?")}
	if slices.Contains(ackWords, cmd.verb) {
		cmd.verb = "ack"
	}
	words = words[1:]
	if cmd.verb == "mute" {
		if d, others := takeDuration(words); d > 0 {
			if rest, none := takeDuration(words[1:]); rest > 0 && len(none) == 0 && handleText.MatchString(words[0]) {
				cmd.short = &textCommand{verb: cmd.verb, about: words[:1], duration: rest, question: cmd.question}
			}
			cmd.duration, words = d, others
		}
	}
	for _, w := range words {
		if slices.Contains(textVerbs, w) {
			return textCommand{}, false
		}
		if name := strings.TrimPrefix(w, "#"); name != "" && (name != w || !slices.Contains(fillers, w)) {
			cmd.about = append(cmd.about, name)
		}
	}
	cmd.rest = strings.Join(words, " ")
	return cmd, true
}

// firstLine returns a text's first line in lower case, without characters that are not visible.
func firstLine(body string) string {
	visible := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, body)
	line, _, _ := strings.Cut(strings.TrimSpace(visible), "\n")
	return line
}

// commandWords returns the words of a text's first line: letters, digits, and what names and numbers contain.
func commandWords(body string) []string {
	line := strings.ReplaceAll(phrase.Durations(firstLine(body)), "#", " #")
	words := strings.FieldsFunc(line, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) && !strings.ContainsRune("#-_.'’/", r)
	})
	var all []string
	for _, w := range words {
		negative := strings.HasPrefix(w, "-") && len(w) > 1 && w[1] >= '0' && w[1] <= '9'
		if w = strings.Trim(strings.ReplaceAll(w, "’", "'"), ".'-_/"); negative {
			w = "-" + w
		}
		if w != "" {
			all = append(all, w)
		}
	}
	return all
}

// takeDuration sums the durations among words (90m, 1h30m, "2 hours", "1h 30m", 2d) and returns the others. A handle has no h or
// m, and one such as 3d alone needs a #.
func takeDuration(words []string) (sum time.Duration, others []string) {
	for i := 0; i < len(words); i++ {
		d, ok := parseDuration(words[i])
		if !ok && i+1 < len(words) && amountText.MatchString(words[i]) && unitOf[words[i+1]] > 0 {
			if d, ok = parseDuration(words[i] + words[i+1]); ok {
				i++
			}
		}
		if !ok {
			others = append(others, words[i])
			continue
		}
		sum = min(maxMute, sum+min(maxMute, d))
	}
	return sum, others
}

// parseDuration parses 90m, 1h30m, 1.5h, 2hours or 2d.
func parseDuration(s string) (time.Duration, bool) {
	if d, err := time.ParseDuration(s); err == nil {
		return d, d > 0
	}
	n := strings.IndexFunc(s, unicode.IsLetter)
	if n < 0 {
		return 0, false
	}
	amount, err := strconv.ParseFloat(s[:n], 64)
	unit := unitOf[s[n:]]
	if err != nil || unit == 0 || amount <= 0 {
		return 0, false
	}
	return time.Duration(min(amount, float64(maxMute/unit)) * float64(unit)), true
}

// findIncidents returns the unresolved incidents that a command is about: by their handles, or the beginning of one, by the names
// or titles of their journeys, or all. problem explains a mismatch.
func (r *NotificationState) findIncidents(cmd textCommand) (matches []incident.Incident, problem string) {
	bad := r.unresolved("")
	if len(cmd.about) == 0 {
		return bad, ""
	}
	if len(bad) == 0 {
		return nil, "Nothing is wrong now."
	}
	for _, i := range bad {
		if cmd.isTitled(i) {
			matches = append(matches, i)
		}
	}
	if len(matches) > 0 {
		return matches, ""
	}
	for _, about := range cmd.about {
		found, problem := findByHandle(bad, about)
		if problem != "" {
			return nil, problem + cmd.cure(slices.Concat(found, bad))
		}
		for _, i := range found {
			if !slices.ContainsFunc(matches, i.SameID) {
				matches = append(matches, i)
			}
		}
	}
	return matches, ""
}

// isTitled reports whether the command names an incident by its title.
func (c textCommand) isTitled(i incident.Incident) bool {
	return c.rest != "" && (strings.Join(commandWords(i.Title), " ") == c.rest || strings.Join(commandWords(phrase.Title(i.Title)), " ") == c.rest)
}

// cure returns how to write a command that names no open incident, or too many, with the first of some for an example.
func (c textCommand) cure(some []incident.Incident) string {
	if c.verb == "mute" {
		return fmt.Sprintf(" Write mute 90m, mute 2h or mute %s 1d.", some[0].Short())
	}
	return fmt.Sprintf(" Write %s, or %[1]s %s.", c.verb, some[0].Short())
}

// findByHandle returns the incidents that match a handle, a handle's prefix or a journey's name. Together with a problem it returns those
// that a prefix does not tell apart.
func findByHandle(bad []incident.Incident, about string) (matches []incident.Incident, problem string) {
	handles := map[string]bool{}
	for _, i := range bad {
		byName := strings.EqualFold(i.Journey, about)
		byHandle := handleText.MatchString(about) && strings.HasPrefix(i.Short(), about)
		if byName || byHandle {
			matches = append(matches, i)
		}
		if !byName && byHandle {
			handles[i.Short()] = true
		}
	}
	switch {
	case len(matches) == 0:
		return nil, fmt.Sprintf("Nothing that is wrong now is called %s. There is: %s.", about, summarize(bad))
	case len(handles) > 1:
		return matches, fmt.Sprintf("%s may be several: %s.", about, summarize(matches))
	}
	return matches, ""
}
