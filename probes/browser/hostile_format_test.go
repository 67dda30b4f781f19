package browser_test

import (
	"fmt"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// tags is a field that makes a tag of its text at these keys, after ms milliseconds.
func tags(keys string, ms int) string {
	return fmt.Sprintf(`<div id=box><label>Tags <input id=i></label></div><p id=n></p><script>let made = []; i.addEventListener('input', () => { if (!/[%s]/.test(i.value)) return;
		const t = i.value.replace(/[%[1]s]/g, '').trim(); i.value = ''; if (t) setTimeout(() => { made.push(t); n.textContent = made.length + ' tags'; i.parentNode.insertAdjacentHTML('beforebegin', '<span class=chip>' + t + ' <button>x</button></span>') }, %d) });
		i.addEventListener('keydown', (e) => { if (e.key === 'Enter' && i.value) { made.push(i.value); i.parentNode.insertAdjacentHTML('beforebegin', '<span class=chip>' + i.value + '</span>'); i.value = ''; n.textContent = made.length + ' tags' } })</script>`, keys, ms)
}

// formatted is a field whose page puts what a function f makes of its digits or text v into it.
func formatted(f string) string {
	return `<label>Value <input id=i></label><script>i.addEventListener('input', () => { const v = i.value, d = v.replace(/\D/g, ''); i.value = ` + f + ` })</script>`
}

// onceTyped is a field that is formatted only when it has lost nothing any more: at the end of what is typed.
func onceTyped(text, shown string) string {
	return fmt.Sprintf(`<label>Value <input id=i></label><script>i.addEventListener('input', () => { if (i.value === %q) i.value = %q })</script>`, text, shown)
}

func takes(text, shown string) row {
	return row{page: onceTyped(text, shown), do: filled("Value", text, shown), want: journey.Passed}
}

func refuses(text, shown string) row {
	return row{page: onceTyped(text, shown), do: fill("Value", text), want: journey.Failed, wantError: fmt.Sprintf(`it holds %q instead of %q; if that is right, use Click and Type instead`, shown, text)}
}

func tagged(text string, more ...string) func(*fixture) {
	return func(s *fixture) {
		s.Visit("/")
		s.Fill(browser.Field("Tags"), text)
		for _, t := range more {
			s.Press("Enter")
			s.Fill(browser.Field("Tags"), t)
		}
	}
}

// countsTags fills in tags and then expects so many.
func countsTags(n int, fill func(*fixture)) func(*fixture) {
	return func(s *fixture) {
		fill(s)
		s.Press("Enter")
		s.See(browser.Text(fmt.Sprint(n, " tags")))
	}
}

// formatRows are fields that write what is typed in another way. A person takes what means the same.
var formatRows = map[string]row{
	// tags
	"tag at Enter":                        {page: tags(",", 0), do: countsTags(1, tagged("red")), want: journey.Passed},
	"tags at Enter":                       {page: tags(",", 0), do: countsTags(3, tagged("red", "green", "blue")), want: journey.Passed},
	"tag at a comma":                      {page: tags(",", 0), do: countsTags(1, tagged("red,")), want: journey.Passed},
	"tags at commas":                      {page: tags(",", 0), do: countsTags(3, tagged("red, green,blue,")), want: journey.Passed},
	"tags at commas, last one open":       {page: tags(",", 0), do: countsTags(2, tagged("red,blue")), want: journey.Passed},
	"tags at spaces":                      {page: tags(`,\s`, 0), do: countsTags(2, tagged("red blue")), want: journey.Passed},
	"tags at semicolons":                  {page: tags(";", 0), do: countsTags(2, tagged("red;blue;")), want: journey.Passed},
	"tags that come late":                 {page: tags(",", 200), do: countsTags(2, tagged("red,blue,")), want: journey.Passed},
	"the same tag again":                  {page: `<i>red</i>` + tags(",", 0), do: countsTags(1, tagged("red,")), want: journey.Passed},
	"tags once, though an action follows": {page: tags(",", 0) + button, do: func(s *fixture) { tagged("red,")(s); s.Click(browser.Button("Print")); s.See(browser.Text("1 tags")) }, want: journey.Passed},
	"emptied at a comma without a tag":    {page: `<label>Tags <input oninput="if (/,/.test(value)) value = ''"></label>`, do: tagged("red,"), want: journey.Failed, wantError: `could not fill in the field "Tags": it holds "" instead of "red,"; if that is right, use Click and Type instead`},
	"a tag that was there before":         {page: `<span>red</span><label>Tags <input oninput="if (/,/.test(value)) value = ''"></label>`, do: tagged("red,"), want: journey.Failed, wantError: `it holds "" instead of "red,"`},
	"a tag that is refused":               {page: `<div><label>Tags <input id=i oninput="if (/,/.test(value)) { value = ''; e.textContent = 'red is no tag here' }"></label><p id=e role=alert></p></div>`, do: tagged("red,"), want: journey.Failed, wantError: `it holds "" instead of "red,"`},
	"one of two tags is lost":             {page: `<label>Tags <input id=i></label><script>i.oninput = () => { if (/,/.test(i.value)) { if (/red/.test(i.value)) i.parentNode.insertAdjacentHTML('beforebegin', '<b>red</b>'); i.value = '' } }</script>`, do: tagged("red,blue,"), want: journey.Failed, wantError: `it holds "" instead of "red,blue,"`},
	"a refused text, typed": {page: `<label>Tags <input oninput="if (/,/.test(value)) { value = ''; ` + thanks + ` }"></label>`, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Field("Tags"))
		s.Type("red,")
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},

	// amounts
	"cents added":              takes("1234", "1,234.00"),
	"cents added, German":      takes("1234", "1.234,00 €"),
	"a currency and groups":    takes("1234.5", "$1,234.50"),
	"a currency in letters":    takes("12.5", "EUR 12.50"),
	"a currency after it":      takes("12,5", "12,50 €"),
	"a narrow space in it":     {page: onceTyped("1234567", "1\u202f234\u202f567,00 €"), do: filled("Value", "1234567", "1 234 567,00 €"), want: journey.Passed},
	"Swiss groups":             takes("1234567.5", "CHF 1’234’567.50"),
	"Indian groups":            takes("1234567", "₹12,34,567.00"),
	"an amount below zero":     takes("-5", "(5.00)"),
	"a unit":                   takes("70", "70 kg"),
	"a percentage":             takes("12", "12 %"),
	"another amount":           refuses("1234", "1,234.50"),
	"an amount without cents":  refuses("12.50", "12"),
	"ten times the amount":     refuses("12.5", "125.00"),
	"a rounded amount":         refuses("12.345", "12.35"),
	"a sign that is lost":      refuses("-5", "5.00"),
	"a limit":                  refuses("200", "100"),
	"a code that loses zeros":  refuses("0070", "70"),
	"a version that loses one": refuses("1.10", "1.1"),
	"a letter that is added":   refuses("5", "5a"),
	"formatted as it is typed": {page: formatted(`d && new Intl.NumberFormat('en', { style: 'currency', currency: 'USD', maximumFractionDigits: 0 }).format(+d)`), do: filled("Value", "1234567", "$1,234,567"), want: journey.Passed},

	// days, times and phones
	"a day, American":            takes("2026-12-24", "12/24/2026"),
	"a day, German":              takes("2026-12-24", "24.12.2026"),
	"a day with its zeros":       takes("1/2/2026", "01/02/2026"),
	"a day, by its digits":       {page: formatted(`d.replace(/^(..)(..)(.+)/, '$1.$2.$3')`), do: filled("Value", "24122026", "24.12.2026"), want: journey.Passed},
	"a day back to ISO":          takes("24.12.2026", "2026-12-24"),
	"month and day swapped":      refuses("01/02/2026", "02/01/2026"),
	"another day":                refuses("2026-12-24", "12/25/2026"),
	"a time with its zero":       takes("9:30", "09:30"),
	"another time":               refuses("9:30", "09:03"),
	"a phone with its country":   takes("2025550143", "+1 (202) 555-0143"),
	"a phone without its zero":   takes("0176 1234567", "+49 176 1234567"),
	"a phone that lost digits":   refuses("0176 1234567", "+49 176 123456"),
	"a phone with a long code":   refuses("2025550143", "+12345 202 555 0143"),
	"a phone in a mask":          {page: formatted(`'(' + d.slice(0, 3).padEnd(3, '_') + ') ' + d.slice(3, 6).padEnd(3, '_') + '-' + d.slice(6, 10).padEnd(4, '_'); i.setSelectionRange(...[i.value.search('_')].map((n) => n < 0 ? [99, 99] : [n, n])[0])`), do: filled("Value", "2025550143", "(202) 555-0143"), want: journey.Passed},
	"a card in groups of dashes": {page: formatted(`d.slice(0, 16).replace(/(.{4})(?=.)/g, '$1-')`), do: filled("Value", "4242 4242 4242 4242", "4242-4242-4242-4242"), want: journey.Passed},
	"an expiry date":             {page: formatted(`d.slice(0, 4).replace(/^(..)(.+)/, '$1 / $2')`), do: filled("Value", "1227", "12 / 27"), want: journey.Passed},
	"a postcode in capitals":     takes("sw1a 1aa", "SW1A 1AA"),
	"small letters":              {page: formatted(`v.toLowerCase()`), do: filled("Value", "Ada@Example.COM", "ada@example.com"), want: journey.Passed},
	"trimmed at once":            {page: formatted(`v.trimStart()`), do: filled("Value", "  Ada", "Ada"), want: journey.Passed},
	"a short form spelled out":   refuses("NYC", "New York City"),
	"completed with a country":   takes("Hamburg", "Hamburg, Germany"),
	"a word put before it":       refuses("Main Street", "Old Main Street"),
	"a slug":                     refuses("Ada Lovelace", "ada-lovelace"),
}
