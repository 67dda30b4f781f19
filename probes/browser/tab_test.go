package browser_test

import (
	"net/http"
	"testing"
	"time"

	"valkyrie/probes/browser"
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
