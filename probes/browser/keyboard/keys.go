// Package keyboard turns texts and key names into the events of a keyboard, and dispatches them.
//
// It exists because a page may listen to any of a key's events: a text that is only inserted starts no search on keyup, and
// passes a handler that refuses keys. So a text is typed by its keys, each with the events that Chrome sends for it. It needs
// no Tab.
package keyboard

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp/kb"
)

// An Event is one event of a key.
type Event = input.DispatchKeyEventParams

// A key is a key of a US keyboard, or any other named one: https://www.w3.org/TR/uievents-key and uievents-code.
type key struct {
	kb.Key
	location int64 // 0 standard, 1 left, 2 right, 3 numeric keypad
}

// Locations of a key, as in KeyboardEvent.location.
const (
	left   = 1
	right  = 2
	numpad = 3
)

// modifiers are the keys that a chord holds, with the left one of each pair.
var modifiers = map[string]struct {
	bit kb.Modifier
	key
}{
	"shift":   {kb.ModifierShift, modifier("ShiftLeft", "Shift", 16, left)},
	"control": {kb.ModifierCtrl, modifier("ControlLeft", "Control", 17, left)},
	"alt":     {kb.ModifierAlt, modifier("AltLeft", "Alt", 18, left)},
	"meta":    {kb.ModifierMeta, modifier("MetaLeft", "Meta", 91, left)},
}

func modifier(code, name string, number, location int64) key {
	return key{kb.Key{Code: code, Key: name, Native: number, Windows: number}, location}
}

// aliases are other names in common use.
var aliases = map[string]string{
	"ctrl": "control", "command": "meta", "cmd": "meta", "option": "alt", "esc": "escape", "return": "enter", "del": "delete",
	"ins": "insert", "up": "arrowup", "down": "arrowdown", "left": "arrowleft", "right": "arrowright", "spacebar": "space",
	"plus": "+", "pgup": "pageup", "pgdn": "pagedown",
}

// named are the keys by their name and by their code, in lower case.
var named = namedKeys()

func namedKeys() map[string]key {
	all := map[string]key{}
	byCode := map[string]key{}
	for r, k := range kb.Keys {
		if !k.Print || r == '\r' {
			all[strings.ToLower(k.Key)] = key{*k, 0}
		}
		if !k.Shift {
			byCode[strings.ToLower(k.Code)] = key{*k, 0}
		}
	}
	all["space"] = byCode["space"]
	for code, k := range byCode { // "KeyA", "Digit1": a position on the keyboard
		if _, taken := all[code]; !taken {
			all[code] = k
		}
	}
	for name, m := range modifiers {
		all[name], all[name+"left"] = m.key, m.key
		r := m.key
		r.Code, r.location = strings.TrimSuffix(r.Code, "Left")+"Right", right
		all[name+"right"] = r
	}
	meta := all["metaright"]
	meta.Native, meta.Windows = 92, 92
	all["metaright"] = meta
	all["altgraph"] = modifier("AltRight", "AltGraph", 225, right)
	for i := range int64(10) {
		digit := fmt.Sprint(i)
		all["numpad"+digit] = key{kb.Key{Code: "Numpad" + digit, Key: digit, Text: digit, Native: 96 + i, Windows: 96 + i, Print: true}, numpad}
	}
	for _, k := range []struct {
		name, text string
		number     int64
	}{{"Multiply", "*", 106}, {"Add", "+", 107}, {"Subtract", "-", 109}, {"Decimal", ".", 110}, {"Divide", "/", 111}, {"Comma", ",", 194}, {"Equal", "=", 187}} {
		all["numpad"+strings.ToLower(k.name)] = key{kb.Key{Code: "Numpad" + k.name, Key: k.text, Text: k.text, Native: k.number, Windows: k.number, Print: true}, numpad}
	}
	all["numpadenter"] = key{kb.Key{Code: "NumpadEnter", Key: "Enter", Text: "\r", Native: 13, Windows: 13, Print: true}, numpad}
	for alias, name := range aliases {
		if k, ok := all[name]; ok {
			all[alias] = k
		}
	}
	return all
}

// find returns the key with this name: that of a named key, or one character.
func find(name string) (key, error) {
	if k, ok := named[strings.ToLower(name)]; ok {
		return k, nil
	}
	if name == aliases["plus"] || strings.EqualFold(name, "plus") {
		name = "+"
	}
	runes := []rune(name)
	if len(runes) == 1 && typed(runes[0]) {
		return character(runes[0]), nil
	}
	hint := "use one letter, or a name such as Enter, Escape, Tab, ArrowDown, F5"
	if near := nearest(name); near != "" {
		hint = "did you mean " + near + "?"
	}
	return key{}, fmt.Errorf("there is no key %q; %s", name, hint)
}

// character is the key that types r. A letter that a US keyboard lacks has a key on another one, whose position is unknown.
func character(r rune) key {
	if r == '\n' {
		r = '\r'
	}
	if k, ok := kb.Keys[r]; ok {
		return key{*k, 0}
	}
	return key{kb.Key{Key: string(r), Text: string(r), Print: true}, 0}
}

// nearest is the known name closest to an unknown one; "" if none is close.
func nearest(name string) string {
	want, best, least := strings.ToLower(name), "", 3
	for _, k := range slices.Sorted(maps.Keys(named)) {
		if d := distance(want, k); d < least && d < len(want) {
			best, least = k, d
		}
	}
	if k, ok := named[best]; ok && len(k.Key.Key) > 1 {
		return k.Key.Key
	}
	return best
}

// distance is the edit distance of two short words.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := last
			if a[i] != b[j] {
				change++
			}
			last = row[j+1]
			row[j+1] = min(change, row[j]+1, last+1)
		}
	}
	return row[len(b)]
}
