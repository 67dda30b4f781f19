package standin

import (
	"strings"
	"testing"
)

func TestParseBehaviour(t *testing.T) {
	good := map[string]Behaviour{
		"busy": Busy, " Press  4 ": Press("4"), "press 4*#": Press("4*#"), "no-answer": NoAnswer, "VOICEMAIL": Voicemail,
		"refuse 21211": Refuse(21211), "undelivered 30003": Undelivered(30003), "forged-key 6": ForgedKey("6"),
		"timeout-before": TimeoutBefore, "no-sid": NoSID,
	}
	for s, want := range good {
		if got, err := ParseBehaviour(s); err != nil || got != want {
			t.Errorf("ParseBehaviour(%q): %q, %v: want %q", s, got, err, want)
		}
	}
	for s, want := range map[string]string{
		"": "want one of press,", "dance": `no behaviour "dance": want one of press, listen, voicemail, busy,`,
		"press": `such as "press 4"`, "press x": `such as "press 4"`, "refuse": `such as "refuse 30003"`,
		"refuse 7": "error code", "busy 4": `want nothing after "busy"`,
	} {
		if _, err := ParseBehaviour(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseBehaviour(%q): %v: want %q", s, err, want)
		}
	}
	if got, err := ParseBehaviours("busy, voicemail,press 4"); err != nil || len(got) != 3 || got[2] != Press("4") {
		t.Errorf("ParseBehaviours: %q, %v", got, err)
	}
}

func TestPlansWaitForWhatTheyFit(t *testing.T) {
	p := plans{call: Press("4"), text: Deliver, next: []plan{
		{bob, Busy}, {"", Undelivered(30003)}, {alice, Voicemail}, {"", TooMany},
	}}
	for i, step := range []struct {
		k    medium
		to   string
		want Behaviour
	}{
		{aCall, alice, Voicemail},
		{aText, bob, Undelivered(30003)},
		{aText, bob, TooMany},
		{aText, bob, Deliver},
		{aCall, alice, Press("4")},
		{aCall, bob, Busy},
		{aCall, bob, Press("4")},
	} {
		if got := p.take(step.k, step.to); got != step.want {
			t.Errorf("step %d, %s to %s: %q: want %q", i, step.k, step.to, got, step.want)
		}
	}
}
