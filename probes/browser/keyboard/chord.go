package keyboard

import (
	"strings"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp/kb"
)

// Chord returns the events of a key or a chord such as "Control+Shift+A": the modifiers are pressed in order, then the key is
// pressed and released, and they are released. One character is the key that types it.
func Chord(name string) ([]Event, error) {
	var held []string
	var bits kb.Modifier
	for {
		head, rest, more := strings.Cut(name, "+")
		m := strings.ToLower(head)
		if full, ok := aliases[m]; ok {
			m = full
		}
		mod, known := modifiers[m]
		if !more || rest == "" || !known {
			break
		}
		held, bits, name = append(held, m), bits|mod.bit, rest
	}
	k, err := find(name)
	if err != nil {
		return nil, err
	}
	var events []Event
	var down kb.Modifier
	for _, m := range held {
		down |= modifiers[m].bit
		events = append(events, modifiers[m].event(input.DispatchKeyEventTypeRawKeyDown, down))
	}
	events = append(events, k.press(bits)...)
	for i := len(held) - 1; i >= 0; i-- {
		down &^= modifiers[held[i]].bit
		events = append(events, modifiers[held[i]].event(input.DispatchKeyEventTypeKeyUp, down))
	}
	return events, nil
}

// press returns the events of the key while modifiers are held. With one other than Shift it inserts no text, and a letter is
// the one on the key: Control+A is the key a.
func (k key) press(held kb.Modifier) []Event {
	if len(k.Key.Key) == 1 && held != 0 {
		letter := strings.ToLower(k.Key.Key)
		if held&kb.ModifierShift != 0 {
			letter = strings.ToUpper(letter)
		}
		if letter != k.Key.Key { // a letter
			k.Key.Key, k.Text, k.Shift = letter, letter, false
		}
	}
	if k.Shift {
		held |= kb.ModifierShift
	}
	down := k.event(input.DispatchKeyEventTypeKeyDown, held)
	down.Text = k.Text
	if held&^kb.ModifierShift != 0 || k.Text == "" {
		down.Type, down.Text = input.DispatchKeyEventTypeRawKeyDown, ""
	}
	down.UnmodifiedText = down.Text
	return []Event{down, k.event(input.DispatchKeyEventTypeKeyUp, held)}
}

// event is one event of the key, without text. A modifier's own event includes its bit while the key is down.
func (k key) event(kind input.DispatchKeyEventType, held kb.Modifier) Event {
	ev := Event{
		Type: kind, Modifiers: held.Int64(), Key: k.Key.Key, Code: k.Code, Location: k.location,
		WindowsVirtualKeyCode: k.Windows, NativeVirtualKeyCode: k.Native,
	}
	if k.location == numpad {
		ev.IsKeypad = new(true)
	}
	return ev
}
