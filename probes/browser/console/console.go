// Package console words the lines of Chrome's console as the causes of a failure. Chrome refuses much without a word on the page:
// a script of a wrong type, a file whose integrity attribute does not fit, a form with a hidden field that is required.
package console

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/neterror"
)

// A Trouble is something that went wrong in a page.
type Trouble struct {
	What string // in words to follow an error; "": nothing went wrong
	Part bool   // the document lacks something until it is left
	Of   string // the address of the file that it is about; "": none
}

// The texts of Chrome's lines are those of the Chromium sources: third_party/blink/renderer (csp, loader, html/forms).
var (
	blockedLine   = regexp.MustCompile(`^(.+?) violates the following Content Security Policy directive:? ["']?(.+?)["']?\. .*has been blocked`)
	socketLine    = regexp.MustCompile(`^WebSocket connection to '(.+?)' failed: (.+)`)
	answerIn      = regexp.MustCompile(`Unexpected response code: (\d+)`)
	codeIn        = regexp.MustCompile(`net::ERR_\w+`)
	moduleLine    = regexp.MustCompile(`^Failed to load module script: .* MIME type of "(.*?)"`)
	typeLine      = regexp.MustCompile(`^Refused to (execute script|apply style) from '(.+?)' because its MIME type \('(.*?)'\)`)
	integrityLine = regexp.MustCompile(`^Failed to find a valid digest in the 'integrity' attribute for resource '(.+?)'`)
	fieldLine     = regexp.MustCompile(`^An invalid form control with name='(.*?)' is not focusable`)
	mixedLine     = regexp.MustCompile(`^Mixed Content: The page at '.*?' was loaded over HTTPS, but requested an insecure (.+? '.+?')\. This request has been blocked`)
	actionLine    = regexp.MustCompile(`^(Blocked|Refused to) (.+)`)
	known         = regexp.MustCompile(`^Refused to display |blocked by CORS policy|^\[Report Only\]`)
)

// ScriptError begins the trouble of an uncaught exception.
const ScriptError = "script error "

// Read returns the trouble that a line reports, if any: an uncaught exception, or something that Chrome itself has refused or
// blocked. What the network log reports as well is left out, and so is what the page has written. site is the origin under probe.
func Read(site string, m chromedp.ConsoleMessage) Trouble {
	text, _, _ := strings.Cut(m.Text, "\n")
	if m.IsException() {
		return Trouble{ScriptError + strings.TrimPrefix(text, "Uncaught "), true, m.URL}
	}
	if m.Source == "" || known.MatchString(text) {
		return Trouble{}
	}
	text = strings.ReplaceAll(text, "'"+site, "'")
	address := strings.TrimPrefix(m.URL, site)
	if of := socketLine.FindStringSubmatch(text); of != nil {
		return Trouble{socketTrouble(strings.TrimPrefix(of[1], strings.Replace(site, "http", "ws", 1)), of[2]), false, ""}
	}
	if of := blockedLine.FindStringSubmatch(text); of != nil {
		return Trouble{fmt.Sprintf("the page's Content-Security-Policy has blocked %s (%s)", lowerFirst(of[1]), of[2]), true, ""}
	}
	if of := moduleLine.FindStringSubmatch(text); of != nil {
		return Trouble{wrongType("script", address, of[1]), true, m.URL}
	}
	if of := typeLine.FindStringSubmatch(text); of != nil {
		as := map[string]string{"execute script": "script", "apply style": "style sheet"}[of[1]]
		return Trouble{wrongType(as, of[2], of[3]), true, whole(site, of[2])}
	}
	if of := integrityLine.FindStringSubmatch(text); of != nil {
		return Trouble{fmt.Sprintf("Chrome blocked %s: its content is not that of the integrity attribute", of[1]), true, whole(site, of[1])}
	}
	if of := fieldLine.FindStringSubmatch(text); of != nil {
		return Trouble{"Chrome did not send the form: " + fieldNamed(of[1]) + " is not valid, and not focusable", false, ""}
	}
	if of := mixedLine.FindStringSubmatch(text); of != nil {
		return Trouble{"Chrome blocked the insecure " + of[1] + ": the page is https", true, ""}
	}
	if of := actionLine.FindStringSubmatch(text); of != nil && m.Source == "security" {
		sentence, _, _ := strings.Cut(of[2], ". ")
		sentence, _, _ = strings.Cut(sentence, " and the '") // the permission that is not set
		return Trouble{"Chrome " + lowerFirst(of[1]) + " " + strings.TrimSuffix(sentence, "."), false, ""}
	}
	return Trouble{}
}

// whole is the address of a file that a line's words give without the site.
func whole(site, address string) string {
	if strings.HasPrefix(address, "/") {
		return site + address
	}
	return address
}

// wrongType words that Chrome does not use a file because of its MIME type.
func wrongType(as, address, mime string) string {
	why := "its Content-Type is " + mime
	if mime == "" {
		why = "it has no Content-Type"
	}
	return fmt.Sprintf("Chrome refused %s as a %s: %s", address, as, why)
}

func socketTrouble(address, why string) string {
	name := "the WebSocket " + address
	if answer := answerIn.FindStringSubmatch(why); answer != nil {
		return name + " answered " + answer[1]
	}
	if code := codeIn.FindString(why); code != "" {
		why = neterror.Describe(code)
	}
	return name + " failed: " + why
}

func fieldNamed(name string) string {
	if name == "" {
		return "a field of it"
	}
	return fmt.Sprintf("its field %q", name)
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }
