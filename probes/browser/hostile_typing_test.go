package browser_test

import (
	"fmt"
	"strings"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

const cardNumber, sentence = "4242424242424242", "the quick brown fox jumps over the lazy dog"

// handled is a field whose page runs a script at each input, with the field i, its value v and its caret c, and late(f), which runs f
// after ms milliseconds.
func handled(ms int, script string) string {
	return handledField(`<input id=i>`, ms, script)
}

func handledField(field string, ms int, script string) string {
	return fmt.Sprintf(`<label>Value %s</label><output id=o></output><script>let state = '', busy = 0; const late = (f) => setTimeout(f, %d);
		i.addEventListener('input', (event) => { const v = i.value, c = i.selectionStart; %s })</script>`, field, ms, script)
}

// Scripts of a field that takes over its content with a delay, as with a state that is set after the event.
const (
	ownState   = `late(() => { state = v; i.value = state })`
	inGroups   = `late(() => { state = v.replace(/\D/g, '').slice(0, 16).replace(/(.{4})(?=.)/g, '$1 '); i.value = state })`
	oldCaret   = `late(() => { i.value = v.toUpperCase(); i.setSelectionRange(c, c) })`
	oneAtATime = `if (busy) { i.value = state } else { busy = 1; state = v; late(() => { busy = 0 }) }`
	throttled  = `if (!busy) { busy = 1; state = v; late(() => { busy = 0 }) } else { late(() => { i.value = state }) }`
)

// typingRows are fields that handle a key only some time after it. A person types ten keys a second, and so gets through those that
// need less than a tenth of one.
var typingRows = map[string]row{
	"state set after 20 ms":       {page: handled(20, ownState), do: kept(cardNumber, cardNumber), limit: 4 * time.Second, want: journey.Passed},
	"state set after 50 ms":       {page: handled(50, ownState), do: kept(sentence, sentence), limit: 10 * time.Second, want: journey.Passed},
	"state set at the next frame": {page: handled(0, `requestAnimationFrame(() => { state = v; i.value = state })`), do: kept(sentence, sentence), limit: 10 * time.Second, want: journey.Passed},
	"state set after an answer":   {page: handled(30, `fetch('data:,').then(() => late(() => { i.value = v }))`), do: kept(cardNumber, cardNumber), limit: 4 * time.Second, want: journey.Passed},
	"grouped after 30 ms":         {page: handled(30, inGroups), do: kept(cardNumber, "4242 4242 4242 4242"), limit: 4 * time.Second, want: journey.Passed},
	"grouped once it is quiet":    {page: handled(40, `clearTimeout(busy); busy = late(() => { i.value = i.value.replace(/\D/g, '').replace(/(.{4})(?=.)/g, '$1 ') })`), do: kept(cardNumber, "4242 4242 4242 4242"), limit: 4 * time.Second, want: journey.Passed},
	"caret put back after 40 ms":  {page: handled(40, oldCaret), do: kept("otter and fox", "OTTER AND FOX"), limit: 4 * time.Second, want: journey.Passed},
	"one key at a time":           {page: handled(30, oneAtATime), do: kept(cardNumber, cardNumber), limit: 4 * time.Second, want: journey.Passed},
	"keys written by the page":    {page: `<label>Value <input id=i></label><script>i.onkeydown = (e) => { if (e.key.length > 1) return; e.preventDefault(); setTimeout(() => { i.setRangeText(e.key, i.selectionStart, i.selectionEnd, 'end') }, 40) }</script>`, do: kept("otter", "otter"), limit: 3 * time.Second, want: journey.Passed},
	"a text area":                 {page: handledField(`<textarea id=i></textarea>`, 25, ownState), do: kept("bee\notter\nkiwi and more", "bee otter kiwi and more"), limit: 5 * time.Second, want: journey.Passed},
	"a password":                  {page: handledField(`<input type=password id=i>`, 15, ownState+`; late(() => { if (i.value === 'sesame-open-up-now') o.textContent = 'Thank you' })`), do: filledAndThanked("Value", "sesame-open-up-now"), limit: 4 * time.Second, want: journey.Passed},
	"a number":                    {page: handledField(`<input type=number id=i>`, 15, ownState), do: kept("123456789012", "123456789012"), limit: 4 * time.Second, want: journey.Passed},
	"an editor":                   {page: `<div id=i contenteditable aria-label=Value></div><script>i.oninput = () => { const v = i.textContent; setTimeout(() => { i.textContent = v; getSelection().selectAllChildren(i); getSelection().collapseToEnd() }, 25) }</script>`, do: kept("otter and fox and bee", "otter and fox and bee"), limit: 5 * time.Second, want: journey.Passed},
	"drawn anew at each key":      {page: `<span id=r></span><script>const draw = (v) => { r.innerHTML = '<input aria-label=Value>'; const i = r.firstChild; i.value = v; i.oninput = () => { const now = i.value; setTimeout(() => { draw(now); r.firstChild.focus(); r.firstChild.setSelectionRange(99, 99) }, 30) } }; draw('')</script>`, do: kept("otter and fox", "otter and fox"), limit: 4 * time.Second, want: journey.Passed},
	"wrong only a little later":   {page: handled(25, throttled) + button, do: typedThen("fox bee", func(s *fixture) { s.Click(browser.Button("Print")); s.holds("#i", "fox bee") }), limit: 4 * time.Second, want: journey.Passed},
	"wrong later, and Enter":      {page: `<form onsubmit="event.preventDefault(); document.body.append('sent ' + i.value)">` + handled(40, throttled) + `</form>`, do: typedThen("fox bee", func(s *fixture) { s.Press("Enter"); s.See(browser.Text("sent fox bee")) }), limit: 4 * time.Second, want: journey.Passed},
	"wrong later, and a result":   {page: handled(40, throttled+`; o.textContent = 'found ' + state`), do: typedThen("fox bee", func(s *fixture) { s.See(browser.Text("found fox bee")) }), limit: 4 * time.Second, want: journey.Passed},
	"wrong later, another field":  {page: handled(40, throttled) + `<label>Other <input></label>`, do: typedThen("fox bee", func(s *fixture) { s.Fill(browser.Field("Other"), "x"); s.Press("Tab"); s.holds("#i", "fox bee") }), limit: 4 * time.Second, want: journey.Passed},
	"typed without a field": {page: handled(40, oneAtATime), do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Field("Value"))
		s.Type("fox bee")
		s.holds("#i", "fox bee")
	}, limit: 4 * time.Second, want: journey.Passed},
	"code in boxes":                {page: codeBoxes(`setTimeout(() => boxes[n + 1]?.focus(), 30)`), do: typedCode, limit: 4 * time.Second, want: journey.Passed},
	"code in boxes, next frame":    {page: codeBoxes(`requestAnimationFrame(() => boxes[n + 1]?.focus())`), do: typedCode, limit: 4 * time.Second, want: journey.Passed},
	"code in boxes at each key up": {page: codeBoxes(``) + `<script>boxes.forEach((b, n) => { b.onkeyup = () => { if (b.value) boxes[n + 1]?.focus() } })</script>`, do: typedCode, limit: 4 * time.Second, want: journey.Passed},

	// A person fails too.
	"too slow for a hand":           {page: handled(160, oneAtATime), do: fill("Value", "otter"), limit: 4 * time.Second, want: journey.Failed, wantError: `could not fill in the field "Value": it holds "o`},
	"a letter lost at any speed":    {page: handled(20, `late(() => { i.value = i.value.replace('t', '') })`) + button, do: typedThen("fox otter", func(s *fixture) { s.Click(browser.Button("Print")) }), limit: 4 * time.Second, want: journey.Failed, wantError: `could not fill in the field "Value": it holds "fox oer" instead of "fox otter"`},
	"cut a little later":            {page: handled(200, `late(() => { i.value = i.value.slice(0, 3) })`) + button, do: typedThen("otter", func(s *fixture) { time.Sleep(300 * time.Millisecond); s.Click(browser.Button("Print")) }), limit: 6 * time.Second, want: journey.Failed, wantError: `could not fill in the field "Value"`},
	"no time left for a hand":       {page: handled(60, oneAtATime), do: fill("Value", strings.Repeat("otter", 30)), limit: 1500 * time.Millisecond, want: journey.Failed, wantError: `the step's limit left no time to type at a hand's speed`},
	"too long for it, said at once": {page: `<label>Value <input maxlength=20></label>`, do: fill("Value", sentence), limit: 3 * time.Second, want: journey.Failed, wantError: `it takes 20 characters at most`, ms: [2]int64{0, 1000}},

	// Changes that belong to another action.
	"emptied by its own suggestion": {page: handled(200, `late(() => { o.textContent = 'Thank you'; i.value = '' })`), do: typedThen("otter", func(s *fixture) { s.See(browser.Text("Thank you")) }), want: journey.Passed},
	"rounded when it is left": {page: `<label>Value <input id=i onchange="value = (+value).toFixed(0)"></label><label>Other <input></label>` + button, do: typedThen("12.5", func(s *fixture) {
		s.Fill(browser.Field("Other"), "x")
		s.Click(browser.Button("Print"))
		s.holds("#i", "13")
	}), want: journey.Passed},
	"cut when it is left": {page: `<label>Value <input id=i onchange="value = value.slice(0, 3)"></label><label>Other <input></label>` + button, do: typedThen("otter", func(s *fixture) {
		s.Fill(browser.Field("Other"), "x")
		s.Click(browser.Button("Print"))
		s.holds("#i", "ott")
	}), want: journey.Passed},
	"at once where it may be": {page: handled(0, `state = v; i.value = state`), do: kept(strings.Repeat("otter ", 30)+"x", strings.Repeat("otter ", 30)+"x"), want: journey.Passed, ms: [2]int64{0, 1400}},
}

// codeBoxes is a code of six digits, each with a box of its own; next, a script with the boxes and the index n of the current one, moves on.
func codeBoxes(next string) string {
	return strings.Repeat(`<input class=box maxlength=1 size=1 aria-label=Digit>`, 6) + `<script>const boxes = [...document.querySelectorAll('.box')];
		boxes.forEach((b, n) => { b.oninput = () => { ` + next + `; if (boxes.map((x) => x.value).join('') === '123456') ` + thanks + ` } })</script>`
}

func typedCode(s *fixture) {
	s.Visit("/")
	s.Click(browser.Field("Digit").Nth(1))
	s.Type("123456")
	s.See(browser.Text("Thank you"))
}

// kept fills in a field and checks its content once the page has handled all keys.
func kept(text, want string) func(*fixture) {
	return typedThen(text, func(s *fixture) { time.Sleep(300 * time.Millisecond); filledIs(s, want) })
}

func filledIs(s *fixture, want string) {
	if got := s.Read(browser.Field("Value")); got != want {
		s.s.Failf("the field holds %q, want %q", got, want)
	}
}

// typedThen fills in the field "Value" and goes on.
func typedThen(text string, then func(*fixture)) func(*fixture) {
	return func(s *fixture) { fill("Value", text)(s); then(s) }
}
