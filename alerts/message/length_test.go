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

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
)

// wordsPerMinute is the speed of the calling voice. At it, espeak-ng takes within a fifth of what the model says.
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

var digits = regexp.MustCompile(`\d`)

// modelledTime counts a word for each word, half a word for each digit beyond, and a pause after each sentence.
func modelledTime(sentences []string) time.Duration {
	const pause = 400 * time.Millisecond
	words := 0.0
	for _, s := range sentences {
		words += float64(len(strings.Fields(s))) + float64(len(digits.FindAllString(s, -1)))/2
	}
	return time.Duration(words/wordsPerMinute*float64(time.Minute)) + time.Duration(len(sentences))*pause
}

// oddTitles are titles as people and programs write them.
var oddTitles = []string{
	"print a card", "Checkout", "Login", "die Größe wählen", "印刷する", "Распечатать карту", "طباعة بطاقة", "🛒 buy", "buy.", "buy!", "pay with PayPal", "DNS",
	"commander à l'hôtel", "señal ñandú", "", `"print" a card`, `print \"a\" card`, "\x1b[31mprint\x1b[0m a card", `\x1b[1mprint a card\x1b[0m`, "CHECK OUT", "checkout", "payment form",
	"print\na card", "order personalised greeting cards for a whole school class and have them sent to every parent by express, number 7", "...", "what's new?", "a \\ b",
}

// wrongWords are what no message may say.
var wrongWords = regexp.MustCompile(`cannot (Checkout|Login|DNS|CHECK|checkout|payment|die)|\b1 (things|times|hours|minutes|seconds)\b|rings 1 |once in a row|GMT[+-]\d+ time|\d{3,} hours|\d{3} h \d|[.!?,;:] ?[.;:,]([^.]|$)|\?\.|!\.|\x1b|\\"|%!`)

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
					i.Only, i.Regions = true, []string{"ap-southeast-2", "eu-central-1", "eu-west-1", "us-east-1", "us-west-2"}
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
			if m := wrongWords.FindString(s); m != "" {
				t.Errorf("%s: it says %q: %s", name, m, s)
			}
			if last := s[len(s)-1]; !strings.ContainsRune(".!?", rune(last)) && !strings.HasSuffix(s, "…") {
				t.Errorf("%s: it does not end: %s", name, s)
			}
		}
		cleared := c
		cleared.About = []incident.Incident{c.About[0]}
		cleared.About[0].State, cleared.About[0].ResolvedAt = incident.Resolved, c.Now
		for _, text := range []string{c.SMS(), cleared.AllClear()} {
			if m := wrongWords.FindString(strings.ReplaceAll(text, "...", "")); m != "" {
				t.Errorf("%s: the text says %q: %s", name, m, text)
			}
		}
	})
}

// TestCallLengths measures calls: the keys are named within 20 s in a typical call and within 35 s in the longest, and the
// whole, said twice with the waits for a key, ends before the time for which a call is waited for.
func TestCallLengths(t *testing.T) {
	const waits, lease = 2 * 8 * time.Second, 5 * time.Minute
	typical := message.Content{To: oncall.Person{Name: "Ada"}, About: []incident.Incident{alertstest.PrintCard()}, Now: alertstest.Start.Add(40 * time.Minute)}
	measure := func(c message.Content) (keys, whole time.Duration) {
		heads, details := c.Spoken()
		keys = speakingTime(t, append(heads, paging.Prompt))
		return keys, 2*(keys+speakingTime(t, details)) + waits
	}
	keys, whole := measure(typical)
	t.Logf("typical: the keys are said after %v, the call ends after %v (model: %v)", keys, whole, modelledTime(append(typical.Speech(), paging.Prompt)))
	if keys > 20*time.Second || whole > lease {
		t.Errorf("typical: the keys are said after %v, the call ends after %v", keys, whole)
	}
	var longest []string
	var longestContent message.Content
	everyContent(func(_ string, c message.Content) {
		if said := c.Speech(); len(strings.Join(said, " ")) > len(strings.Join(longest, " ")) {
			longest, longestContent = said, c
		}
	})
	keys, whole = measure(longestContent)
	t.Logf("longest, about %d incidents: the keys are said after %v, the call ends after %v (model: %v)", len(longestContent.About), keys, whole, modelledTime(append(longest, paging.Prompt)))
	if keys > 35*time.Second || whole > lease {
		t.Errorf("longest: the keys are said after %v, the call ends after %v: %s", keys, whole, strings.Join(longest, "\n"))
	}
	for range 3 {
		longestContent.About = append(longestContent.About, longestContent.About...)
	}
	heads, _ := longestContent.Spoken()
	if keys := speakingTime(t, append(heads, paging.Prompt)); keys > 35*time.Second {
		t.Errorf("about %d: the keys are said after %v", len(longestContent.About), keys)
	}
	if !slices.ContainsFunc(heads, func(s string) bool { return strings.HasPrefix(s, "And ") && strings.HasSuffix(s, " more.") }) {
		t.Errorf("a call about many does not say how many more there are: %q", heads)
	}
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
		"🛒 buy":                 "? buy",
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
