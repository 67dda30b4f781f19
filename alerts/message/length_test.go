package message_test

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
)

// wordsPerMinute is the speed of the calling voice. At it, espeak-ng takes about what the model says: see
// TestModelOfSpeech.
const wordsPerMinute = 160

// speakingTime returns how long a voice takes for sentences: as espeak-ng synthesises them if it is installed (apt-get
// install espeak-ng), and by words, digits and pauses otherwise.
func speakingTime(t *testing.T, sentences []string) time.Duration {
	t.Helper()
	voice, err := exec.LookPath("espeak-ng")
	if err != nil {
		return modelledTime(sentences)
	}
	const bytesPerSecond = 2 * 22_050 // of its WAV: mono, 16 bits
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, voice, "--stdout", "-s", fmt.Sprint(wordsPerMinute), "-v", "en")
	cmd.Stdin = strings.NewReader(strings.Join(sentences, "\n"))
	var sound bytes.Buffer
	cmd.Stdout = &sound
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	return time.Duration(sound.Len()) * time.Second / bytesPerSecond
}

var (
	digits  = regexp.MustCompile(`\d`)
	spelled = regexp.MustCompile(`[^\x{0}-\x{24f}\pP\pS\s]`) // letters of another alphabet, which an English voice names one by one
)

// modelledTime counts a word for each word, half a word for each digit beyond, more than half a one for each letter that is spelled, and a
// pause after each sentence.
func modelledTime(sentences []string) time.Duration {
	const pause = 400 * time.Millisecond
	words := 0.0
	for _, s := range sentences {
		words += float64(len(strings.Fields(s))) + float64(len(digits.FindAllString(s, -1)))/2 + 0.6*float64(len(spelled.FindAllString(s, -1)))
	}
	return time.Duration(words/wordsPerMinute*float64(time.Minute)) + time.Duration(len(sentences))*pause
}

// oddTitles are titles as people and programs write them.
var oddTitles = []string{
	"print a card", "Checkout", "Login", "die Größe wählen", "印刷する", "Распечатать карту", "طباعة بطاقة", "🛒 buy", "buy.", "buy!", "pay with PayPal", "DNS",
	"commander à l'hôtel", "señal ñandú", "", `"print" a card`, `print \"a\" card`, "\x1b[31mprint\x1b[0m a card", `\x1b[1mprint a card\x1b[0m`, "CHECK OUT", "checkout", "payment form",
	"print\na card", "order personalised greeting cards for a whole school class and have them sent to every parent by express, number 7", "...", "what's new?", "a \\ b",
	"customers can print a card", "to pay", "can print", "cannot pay", "logs in", "sees the cart", "not be able to pay", `"print" a "card"`, "“pay”", "I can pay",
	"can I pay?", "Can customers pay?", "is the shop up?", "Does checkout still work?", "🛒 cart", "🛒", "👩🏽‍💻 log in 1️⃣", "日本 shop", "± 5", "https://shop.example.com/checkout?session=1#x",
	"open http://ada:secret@shop.example.com/", strings.Repeat("order cards ", 30), strings.Repeat("order, pay and print ", 9) + "…", strings.Repeat("x", 300), strings.Repeat("印", 300), "buy... ... now...",
}

// wrongWords are what no message may say.
var wrongWords = regexp.MustCompile(`(cannot|not|to|can) (Checkout|Login|DNS|CHECK|checkout|payment|die|can|cannot|customers|I|to|logs|sees|not)\b|[Ss]o it is|\b(h|d) 0 (min|h)\b|\b1 (things|times|hours|minutes|seconds)\b|rings 1 |once in a row|GMT[+-]\d+ time|\d{3,} hours|\d{3} h \d|[.!?,;:] ?[.;:,]([^.]|$)|\?\.|!\.|\x1b|\\"|%!|\.{4}|secret|🛒|[Cc]ustomers (cannot|can) (is|does|a journey)\b`)

// rawRegion is a region's name as it is written, or one that begins a sentence.
var rawRegion = regexp.MustCompile(`\b(ap|eu|us)-[a-z]+-\d|^(Ap|Eu|Us) `)

// verbs are the verbs of our own sentences.
var verbs = regexp.MustCompile(`(?i)\b(is|are|was|were|cannot|can|could|fails?|failed|comes?|has|have|takes?|gets?|piles|look|press|began|broke|became|expires|goes|fit|acknowledged)\b`)

// isDetail reports whether a sentence needs no verb: it counts, numbers an incident, or is part of an error or a note.
func isDetail(s string, c message.Content) bool {
	letters := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return unicode.ToLower(r)
			}
			return -1
		}, s)
	}
	part := letters(s)
	for _, i := range c.About {
		seconds := strings.NewReplacer("30s", "30 seconds", "15s", "15 seconds", "1.2 MB", "1.2 megabytes", "https://", "", "<div class", "div", `="cookie-banner">`, "").Replace(i.Error)
		if strings.Contains(letters(seconds), part) || strings.Contains(letters(c.OnCall.Journeys[i.Journey].Say), part) {
			return true
		}
	}
	return regexp.MustCompile(`^(And \d+ more|Number \d+, .*|\d+ thing.*)[.…!?]$`).MatchString(s) || s == "The rest is in the text."
}

// everyContent yields a call and its texts for every kind, title, number of incidents and age.
func everyContent(yield func(string, message.Content)) {
	now := alertstest.Start.Add(40 * time.Minute)
	for _, kind := range incident.Kinds() {
		for n, title := range oddTitles {
			for _, streak := range []int{1, 2, 21} {
				i := alertstest.PrintCard()
				i.Kind, i.Title, i.Streak, i.Last = kind, title, streak, now
				i.Since = now.Add(-[]time.Duration{time.Second, time.Minute, time.Hour, 500 * time.Hour}[n%4])
				if streak == 21 {
					i.Only, i.Regions = true, []string{"ap-southeast-2", "eu-central-1", "eu-west-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2"}
					i.Error = strings.Repeat(`expected to see the button "Place the order and pay" within 30s: it is there, but covered by <div class="cookie-banner">; `, 4)
					i.Outages = []incident.Outage{{Since: i.Since, Until: i.Since.Add(time.Minute), Step: i.Step, Error: i.Error[:100]}, {Since: now, Step: i.Step, Error: i.Error[:100]}}
				}
				name := fmt.Sprintf("%s, %q, %d", kind, title, streak)
				yield(name, message.Content{To: oncall.Person{Name: "Ada"}, About: []incident.Incident{i}, Now: now})
				var many []incident.Incident
				for m := range 2 + n%9 {
					other := i
					other.ID, other.Journey = fmt.Sprint(i.ID, m), fmt.Sprint("journey-", m)
					many = append(many, other)
				}
				yield(name+", many", message.Content{
					To: oncall.Person{Name: "Ada"}, About: many, Also: many, Now: now, Round: message.Round{Before: 2, Called: []string{"Ada", "Grace"}},
					OnCall: oncall.OnCall{Journeys: map[string]oncall.JourneyNotes{"journey-1": {Say: strings.Repeat("look at the workers first, then at the queue, ", 6)}}},
				})
			}
		}
	}
}

// TestEverySentence reads every sentence of every kind: at most 30 words, ended once, without wording that no person uses; and
// the texts and all-clears likewise.
func TestEverySentence(t *testing.T) {
	everyContent(func(name string, c message.Content) {
		for _, s := range append(c.Speech(), paging.Prompt) {
			if n := len(strings.Fields(s)); n > 30 {
				t.Errorf("%s: %d words: %s", name, n, s)
			}
			if m := wrongWords.FindString(s); m != "" || strings.Contains(s, "://") {
				t.Errorf("%s: it says %q: %s", name, m, s)
			}
			if of := rawRegion.FindString(s); of != "" {
				t.Errorf("%s: it says the region %q: %s", name, of, s)
			}
			if !verbs.MatchString(s) && !isDetail(s, c) {
				t.Errorf("%s: it has no verb: %s", name, s)
			}
			if last := s[len(s)-1]; !strings.ContainsRune(".!?", rune(last)) && !strings.HasSuffix(s, "…") {
				t.Errorf("%s: it does not end: %s", name, s)
			}
		}
		cleared := c
		cleared.About = []incident.Incident{c.About[0]}
		cleared.About[0].State, cleared.About[0].ResolvedAt = incident.Resolved, c.Now
		for _, text := range []string{c.SMS(), cleared.AllClear()} {
			if strings.Contains(text, "....") || strings.Contains(text, "….") || strings.Contains(text, "://ada") {
				t.Errorf("%s: the text says %s", name, text)
			}
			if m := wrongWords.FindString(strings.ReplaceAll(text, "...", "")); m != "" {
				t.Errorf("%s: the text says %q: %s", name, m, text)
			}
		}
	})
}

// TestModelOfSpeech holds the model against a voice, where one is installed: over all kinds and titles, a call takes a quarter less
// to a tenth more than the model says. The tenth is that of titles in Arabic, whose letters have long names.
func TestModelOfSpeech(t *testing.T) {
	if _, err := exec.LookPath("espeak-ng"); err != nil {
		t.Skip("espeak-ng is not installed; the lengths of calls are those of the model")
	}
	const every, low, high = 23, 0.75, 1.1 // of the calls; of the model's time
	n, least, most := 0, high, 0.0
	everyContent(func(name string, c message.Content) {
		if n++; n%every != 0 {
			return
		}
		said := append(c.Speech(), paging.Prompt)
		ratio := float64(speakingTime(t, said)) / float64(modelledTime(said))
		least, most = min(least, ratio), max(most, ratio)
		if ratio < low || ratio > high {
			t.Errorf("%s: a voice takes %.2f of the model's %v: %q", name, ratio, modelledTime(said), said)
		}
	})
	t.Logf("a voice takes %.2f to %.2f of the model's time", least, most)
}

// TestCallLengths measures calls: the keys are named within 20 s in a typical call and within 30 s in every other, and the
// whole, said twice with the waits for a key, ends before the time for which a call is waited for. Every call is measured by the
// model, which takes no time; the longest also with a voice.
func TestCallLengths(t *testing.T) {
	const waits, lease, maxKeys = 2 * 8 * time.Second, 5 * time.Minute, 30 * time.Second
	measure := func(c message.Content, speak func([]string) time.Duration) (keys, whole time.Duration) {
		heads, details := c.Spoken()
		keys = speak(append(heads, paging.Prompt))
		return keys, 2*(keys+speak(details)) + waits
	}
	aloud := func(sentences []string) time.Duration { return speakingTime(t, sentences) }
	typical := message.Content{To: oncall.Person{Name: "Ada"}, About: []incident.Incident{alertstest.PrintCard()}, Now: alertstest.Start.Add(40 * time.Minute)}
	for name, speak := range map[string]func([]string) time.Duration{"aloud": aloud, "by the model": modelledTime} {
		keys, whole := measure(typical, speak)
		t.Logf("typical, %s: the keys are said after %v, the call ends after %v", name, keys, whole)
		if keys > 20*time.Second || whole > lease {
			t.Errorf("typical, %s: the keys are said after %v, the call ends after %v", name, keys, whole)
		}
	}
	var latestKeys, longest message.Content
	var maxKey, maxWhole time.Duration
	see := func(name string, c message.Content) {
		keys, whole := measure(c, modelledTime)
		if keys > maxKeys || whole > lease {
			heads, _ := c.Spoken()
			t.Errorf("%s, about %d: the keys are said after %v, the call ends after %v: %s", name, len(c.About), keys, whole, strings.Join(heads, "\n"))
		}
		if keys > maxKey {
			maxKey, latestKeys = keys, c
		}
		if whole > maxWhole {
			maxWhole, longest = whole, c
		}
	}
	everyContent(see)
	everyMixture(see)
	for name, c := range map[string]message.Content{"latest keys": latestKeys, "longest": longest} {
		keys, whole := measure(c, aloud)
		heads, _ := c.Spoken()
		t.Logf("%s, about %d: the keys are said after %v (by the model %v), the call ends after %v (%v): %q", name, len(c.About), keys, maxKey, whole, maxWhole, heads)
		if keys > maxKeys || whole > lease {
			t.Errorf("%s: the keys are said after %v, the call ends after %v", name, keys, whole)
		}
	}
}

// everyMixture yields calls about many incidents of several kinds and titles.
func everyMixture(yield func(string, message.Content)) {
	now := alertstest.Start.Add(40 * time.Minute)
	kinds := incident.Kinds()
	for _, many := range []int{2, 3, 5, 9, 80} {
		for _, mixed := range []int{1, 2, len(kinds)} {
			for first := range kinds {
				var about []incident.Incident
				for n := range many {
					i := alertstest.PrintCard()
					i.ID, i.Journey, i.Title = fmt.Sprint(i.ID, n), fmt.Sprint("journey-", n), oddTitles[(n*7+first)%len(oddTitles)]
					i.Kind = kinds[(first+n%mixed)%len(kinds)]
					about = append(about, i)
				}
				yield(fmt.Sprintf("%d of %d kinds from %s", many, mixed, kinds[first]), message.Content{
					To: oncall.Person{Name: "Ada"}, About: about, Now: now,
					Round: message.Round{Before: 27, Called: []string{"Ada", "Grace", "Margaret", "Barbara", "Katherine", "Radia"}},
				})
			}
		}
	}
}

// TestSharedHeadlines checks that incidents of one kind share a sentence, and that every incident is named or counted.
func TestSharedHeadlines(t *testing.T) {
	of := func(kind incident.Kind, titles ...string) (about []incident.Incident) {
		for n, title := range titles {
			i := alertstest.PrintCard()
			i.ID, i.Journey, i.Kind, i.Title = fmt.Sprint(kind, n), fmt.Sprint(kind, n), kind, title
			about = append(about, i)
		}
		return about
	}
	for _, c := range []struct {
		about []incident.Incident
		want  []string // from the second sentence on
	}{
		{of(incident.ProbeFault, "print a card", "pay"), []string{"2 things are wrong.", "Valkyrie cannot tell whether customers can print a card or pay."}},
		{of(incident.ProbeFault, "print", "pay", "log in"), []string{"3 things are wrong.", "Valkyrie cannot tell whether customers can print, pay or log in."}},
		{of(incident.ProbeFault, "print", "pay", "log in", "log out", "look", "look"), []string{"6 things are wrong.", "Valkyrie cannot tell whether customers can print, pay, log in, log out and 2 more."}},
		{of(incident.Heartbeat, "send the mail", "print the cards"), []string{"2 things are wrong.", "The batches that should send the mail and print the cards are in trouble."}},
		{of(incident.Down, "Checkout", "Login"), []string{"2 things are wrong.", "These fail for customers: Checkout and Login."}},
		{append(of(incident.Down, "print a card"), of(incident.Slower, "Checkout")...), []string{"2 things are wrong.", "Customers cannot print a card.", "This takes several times as long: Checkout."}},
		{append(of(incident.Down, "print a card", "print a card"), of(incident.Degraded, "pay")...), []string{"3 things are wrong.", "Customers cannot print a card.", "It is slow to pay."}},
	} {
		heads, _ := message.Content{To: oncall.Person{Name: "Ada"}, About: c.about, Now: alertstest.Start.Add(time.Minute)}.Spoken()
		if want := append([]string{"This is Valkyrie."}, c.want...); !slices.Equal(heads, want) {
			t.Errorf("heads %q, want %q", heads, want)
		}
	}
	counted := regexp.MustCompile(`(\d+) more\.$`)
	everyMixture(func(name string, c message.Content) {
		heads, _ := c.Spoken()
		if len(c.About) < 80 {
			return
		}
		if !slices.ContainsFunc(heads, counted.MatchString) {
			t.Errorf("%s: a call about many does not count the rest: %q", name, heads)
		}
	})
}

// TestAlphabets checks that a text uses all of the GSM alphabet, replaces the letters that have a similar one in it, and is in
// UCS-2 only where a title needs that.
func TestAlphabets(t *testing.T) {
	for title, want := range map[string]string{
		"die Größe wählen":      "die Größe wählen",
		"commander à l'hôtel":   "commander à l'hotel",
		"señal ñandú":           "señal ñandu",
		"zapłać i wyślij":       "zaplac i wyslij",
		"印刷する":                  "印刷する",
		"Распечатать карту":     "Распечатать карту",
		"طباعة بطاقة":           "طباعة بطاقة",
		"🛒 buy":                 "Customers cannot buy.",
		"日本 shop":               "日本 shop",
		"pay 5 € to the school": "pay 5 € to the school",
	} {
		i := printDown()
		i.Title = title
		text := alarmText([]incident.Incident{i}, alertstest.Start.Add(time.Minute))
		if !strings.Contains(text, want) || !twoSegments(text) || !strings.HasSuffix(text, " #"+i.Short()) {
			t.Errorf("%q: %s", title, text)
		}
	}
	i := printDown()
	i.Error = "the page says 印刷する"
	if text := alarmText([]incident.Incident{i}, alertstest.Start.Add(time.Minute)); strings.Contains(text, "印") || !strings.Contains(text, "the page says ????") && !strings.Contains(text, "The page says ????") {
		t.Errorf("an error does not need UCS-2: %s", text)
	}
}

// TestTextsKeepTheirTitles checks that a text has each letter of its title, or the journey's name, and no character in place of one.
func TestTextsKeepTheirTitles(t *testing.T) {
	for _, title := range oddTitles {
		i := alertstest.PrintCard()
		i.Title, i.Error, i.Evidence = title, "", nil
		other := alertstest.PrintCard()
		other.ID, other.Error = "other", ""
		for name, c := range map[string]message.Content{
			"alone": {About: []incident.Incident{i}}, "beside another": {About: []incident.Incident{other}, Also: []incident.Incident{i}},
			"one of several": {About: []incident.Incident{other, i}}, "all-clear": {About: []incident.Incident{i}},
		} {
			c.Now = alertstest.Start.Add(time.Hour)
			text := c.SMS()
			if name == "all-clear" {
				c.About[0].State, c.About[0].ResolvedAt = incident.Resolved, c.Now
				text = c.AllClear()
			}
			if strings.Contains(text, "?") {
				t.Errorf("%q, %s: %s", title, name, text)
			}
		}
	}
}
