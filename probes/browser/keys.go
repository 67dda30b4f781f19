package browser

import (
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp/kb"
)

// Press strikes a key, or a chord, on whatever has the focus: "Enter", "Escape", "Tab", "ArrowDown", "a", "Control+A".
func (tab *Tab) Press(key string) {
	failure := fmt.Sprintf("could not press %s", key)
	if _, _, err := chord(key); err != nil {
		tab.step.Brokenf("%s: %v", failure, err)
	}
	tab.recall(tab.look(wish{Op: "snapshot"}, failure))
	at := epochMS(time.Now())
	tab.mustCall(failure, tab.strike(key))
	tab.wait.act(tab.step, at)
}

// strike sends the events of a key that goes down and up.
func (tab *Tab) strike(key string) error {
	mods, events, err := chord(key)
	if err != nil {
		return err
	}
	for _, ev := range events {
		ev.Modifiers |= mods
		if mods&^int64(kb.ModifierShift) != 0 { // a chord types nothing
			if ev.Type == kb.KeyChar {
				continue
			}
			ev.Text, ev.UnmodifiedText = "", ""
		}
		if _, err := cdp.Call(tab.ctx, tab.target(), input.DispatchKeyEvent, *ev); err != nil {
			return err
		}
	}
	return nil
}

var modifiers = map[string]kb.Modifier{
	"control": kb.ModifierCtrl, "ctrl": kb.ModifierCtrl, "shift": kb.ModifierShift, "alt": kb.ModifierAlt,
	"meta": kb.ModifierMeta, "command": kb.ModifierMeta,
}

// keys are those that have a name; any other key is the one letter it types.
var keys = map[string]string{
	"enter": kb.Enter, "escape": kb.Escape, "tab": kb.Tab, "backspace": kb.Backspace, "delete": kb.Delete, "space": " ",
	"arrowup": kb.ArrowUp, "arrowdown": kb.ArrowDown, "arrowleft": kb.ArrowLeft, "arrowright": kb.ArrowRight,
	"home": kb.Home, "end": kb.End, "pageup": kb.PageUp, "pagedown": kb.PageDown,
}

// chord splits "Control+Shift+A" into its modifiers and the events of its key.
func chord(key string) (int64, []*input.DispatchKeyEventParams, error) {
	var mods kb.Modifier
	for {
		head, rest, more := strings.Cut(key, "+")
		m, known := modifiers[strings.ToLower(head)]
		if !more || rest == "" || !known {
			break
		}
		mods, key = mods|m, rest
	}
	typed, named := keys[strings.ToLower(key)]
	if !named {
		typed = key
	}
	runes := []rune(typed)
	if len(runes) != 1 {
		return 0, nil, fmt.Errorf("there is no such key; use one letter, or a name such as Enter, Escape, Tab, ArrowDown")
	}
	if mods&^kb.ModifierShift != 0 && !named { // Control+A is the key a, held with Control
		runes = []rune(strings.ToLower(typed))
	}
	return mods.Int64(), kb.Encode(runes[0]), nil
}
