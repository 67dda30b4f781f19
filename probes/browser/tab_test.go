package browser_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser"
	"valkyrie/probes/browser/script"
	"valkyrie/probes/journey"
)

func TestCustomerSignsIn(t *testing.T) {
	site := serve(t, map[string]string{
		"/": `<form action="/home"><label for=e>E-mail</label><input id=e name=e value=old>
			<label>Colour<select name=c><option>red<option>blue</select></label><button>Sign in</button></form>`,
	}, map[string]http.HandlerFunc{
		"/home": func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(300 * time.Millisecond)
			w.Write([]byte("<h1>Hello " + r.FormValue("e") + " in " + r.FormValue("c") + "</h1>"))
		},
	})
	tab := browser.NewTab()
	var heading string
	run := play(t, site, tab, journey.Step{Name: "sign in", Slow: 200 * time.Millisecond, Limit: 10 * time.Second, Do: func(*journey.T) {
		tab.Visit("/")
		tab.Fill(browser.Field("E-mail"), "ada@example.com")
		tab.Choose(browser.Field("Colour"), "blue")
		tab.Click(browser.Button("Sign in"))
		tab.See(browser.Text("Hello ada@example.com"))
		heading = tab.Read(browser.CSS("h1"))
	}})
	t.Logf("%+v", run)
	if run.Outcome != journey.Slow || heading != "Hello ada@example.com in blue" {
		t.Errorf("outcome %s, heading %q: %s", run.Outcome, heading, run.Error)
	}
}

// TestScriptsAreSentOnce: a document gets the scripts once, however it came: sending and compiling them for each step's every query
// made a run a tenth longer.
func TestScriptsAreSentOnce(t *testing.T) {
	body := `<h1>Cards</h1><a href="/next">Next</a><form action="/next" method=post><button>Go</button></form><script>const n = +sessionStorage.n || 0; sessionStorage.n = n + 1; document.write("<p>page " + n + "</p>")</script>`
	site := serve(t, map[string]string{"/": body, "/next": body}, nil)
	tab := browser.NewTab()
	n := 0
	once := func() {
		t.Helper()
		tab.See(browser.Text(fmt.Sprintf("page %d", n)))
		n++
		if !inWorld[bool](tab, "globalThis.valkyrieFirstSent = valkyrieQuery, true") {
			t.Fatal("the scripts are missing")
		}
		tab.See(browser.Heading("Cards"))
		tab.Read(browser.Heading("Cards"))
		if !inWorld[bool](tab, "valkyrieFirstSent === valkyrieQuery") {
			t.Errorf("page %d got the scripts again", n-1)
		}
	}
	run := play(t, site, tab, journey.Step{Name: "look", Limit: time.Minute, Do: func(*journey.T) {
		for range 4 {
			tab.Visit("/")
			once()
			tab.Click(browser.Link("Next"))
			once()
			tab.Click(browser.Button("Go"))
			once()
		}
	}})
	if run.Outcome != journey.Passed {
		t.Error(run)
	}
}

// inWorld evaluates an expression where the scripts run, in the tab's current document.
func inWorld[T any](tab *browser.Tab, expression string) T {
	return browser.Run(tab, func(ctx context.Context, target *chromedp.Target) (value T, err error) {
		worlds := make(chan runtime.ExecutionContextID, 100)
		err = chromedp.Listen(ctx, func(ev any) {
			if ev, ok := ev.(*runtime.EventExecutionContextCreated); ok && ev.Context.Name == script.World {
				worlds <- ev.Context.ID
			}
		})
		if err != nil {
			return value, err
		}
		for _, method := range []cdp.Command[cdp.Empty, cdp.Empty]{runtime.Disable, runtime.Enable} { // which reports the contexts anew
			if _, err := cdp.Call(ctx, target, method, cdp.Empty{}); err != nil {
				return value, err
			}
		}
		res, err := cdp.Call(ctx, target, runtime.Evaluate, runtime.EvaluateParams{Expression: expression, ContextID: <-worlds})
		if err != nil {
			return value, err
		}
		return value, json.Unmarshal(res.Result.Value, &value)
	})
}
