package console

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// TestRead reads lines as Chrome 153 writes them.
func TestRead(t *testing.T) {
	const site = "https://shop.test"
	for name, c := range map[string]struct {
		source, url, text string
		want              Trouble
	}{
		"written by the page":  {"", site + "/", "Refused to execute script from 'x' because its MIME type ('a') is", Trouble{}},
		"failed request":       {"network", site + "/save", "Failed to load resource: the server responded with a status of 404 (Not Found)", Trouble{}},
		"drawing":              {"rendering", site + "/", `Error: <svg> attribute height: Expected length, "auto".`, Trouble{}},
		"page in place of one": {"javascript", site + "/app.js", `Failed to load module script: Expected a JavaScript-or-Wasm module script but the server responded with a MIME type of "text/html". Strict MIME type checking is enforced for module scripts per HTML spec.`, Trouble{"Chrome refused /app.js as a script: its Content-Type is text/html", true, site + "/app.js"}},
		"module":               {"javascript", site + "/app.js", `Failed to load module script: Expected a JavaScript-or-Wasm module script but the server responded with a MIME type of "application/octet-stream". Strict MIME type checking is enforced for module scripts per HTML spec.`, Trouble{"Chrome refused /app.js as a script: its Content-Type is application/octet-stream", true, site + "/app.js"}},
		"module without type":  {"javascript", site + "/app.js", `Failed to load module script: Expected a JavaScript-or-Wasm module script but the server responded with a MIME type of "". Strict MIME type checking is enforced for module scripts per HTML spec.`, Trouble{"Chrome refused /app.js as a script: it has no Content-Type", true, site + "/app.js"}},
		"script":               {"security", site + "/", "Refused to execute script from '" + site + "/app.js' because its MIME type ('text/plain') is not executable, and strict MIME type checking is enabled.", Trouble{"Chrome refused /app.js as a script: its Content-Type is text/plain", true, site + "/app.js"}},
		"style sheet":          {"security", site + "/", "Refused to apply style from 'https://cdn.test/s.css' because its MIME type ('text/plain') is not a supported stylesheet MIME type, and strict MIME checking is enabled.", Trouble{"Chrome refused https://cdn.test/s.css as a style sheet: its Content-Type is text/plain", true, "https://cdn.test/s.css"}},
		"integrity":            {"security", site + "/", "Failed to find a valid digest in the 'integrity' attribute for resource '" + site + "/app.js' with computed SHA-384 integrity 'Bped'. The resource has been blocked.", Trouble{"Chrome blocked /app.js: its content is not that of the integrity attribute", true, site + "/app.js"}},
		"hidden field":         {"rendering", site + "/", "An invalid form control with name='x' is not focusable.", Trouble{`Chrome did not send the form: its field "x" is not valid, and not focusable`, false, ""}},
		"nameless field":       {"rendering", site + "/", "An invalid form control with name='' is not focusable. ", Trouble{`Chrome did not send the form: a field of it is not valid, and not focusable`, false, ""}},
		"insecure":             {"security", site + "/", "Mixed Content: The page at '" + site + "/' was loaded over HTTPS, but requested an insecure script 'http://shop.test/a.js'. This request has been blocked; the content must be served over HTTPS.", Trouble{"Chrome blocked the insecure script 'http://shop.test/a.js': the page is https", true, ""}},
		"form in a sandbox":    {"security", "about:srcdoc", "Blocked form submission to '" + site + "/next' because the form's frame is sandboxed and the 'allow-forms' permission is not set.", Trouble{"Chrome blocked form submission to '/next' because the form's frame is sandboxed", false, ""}},
		"known by its request": {"javascript", site + "/", "Access to fetch at 'https://a.test/' from origin '" + site + "' has been blocked by CORS policy: no header", Trouble{}},
		"frame that refuses":   {"security", site + "/", "Refused to display '" + site + "/pay' in a frame because it set 'X-Frame-Options' to 'deny'.", Trouble{}},
		"only reported":        {"security", site + "/", "[Report Only] Refused to load the script 'x' because it violates", Trouble{}},
		"policy":               {"security", site + "/", `Executing inline event handler violates the following Content Security Policy directive 'script-src 'self''. The action has been blocked.`, Trouble{"the page's Content-Security-Policy has blocked executing inline event handler (script-src 'self')", true, ""}},
		"socket":               {"network", site + "/", "WebSocket connection to 'wss://shop.test/ws' failed: Error during WebSocket handshake: Unexpected response code: 403", Trouble{"the WebSocket /ws answered 403", false, ""}},
	} {
		if got := Read(site, chromedp.ConsoleMessage{Type: chromedp.ConsoleError, Source: c.source, URL: c.url, Text: c.text}); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	thrown := chromedp.ConsoleMessage{Type: chromedp.ConsoleException, Text: "Uncaught Error: no order\n    at a.js"}
	if got, want := Read(site, thrown), (Trouble{"script error Error: no order", true, ""}); got != want {
		t.Errorf("thrown: %+v, want %+v", got, want)
	}
}
