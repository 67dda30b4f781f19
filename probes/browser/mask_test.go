package browser_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"valkyrie/infra/slowdown"
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

const shopPassword = `open "se&same" <2>`

// secretPages show the secret in every way that a page can, in magenta letters.
// With window, signing in opens a popup.
func secretPages(t *testing.T, window bool) *url.URL {
	target := ""
	if window {
		target = "_blank"
	}
	other := serve(t, map[string]string{"/frame": `<p style="color:#f0f;font:40px monospace">typed: open "se&amp;same" &lt;2&gt;</p>`}, nil)
	return serve(t, map[string]string{
		"/": `<meta charset=utf-8><style>.s{color:#f0f;font:30px monospace} body{height:3000px}</style>
			<form action="/in" target="` + target + `"><label>Password<input class=s name=pw></label><input class=s type=password value=notknown><button>Go</button></form>`,
		"/inner": `<style>.s{color:#f0f;font:30px monospace}</style><p class=s>in a frame: open "se&amp;same" &lt;2&gt;</p>`,
	}, map[string]http.HandlerFunc{
		"/in": func(w http.ResponseWriter, r *http.Request) {
			escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(r.FormValue("pw"))
			http.SetCookie(w, &http.Cookie{Name: "pw", Value: base64.StdEncoding.EncodeToString([]byte(r.FormValue("pw")))})
			w.Header().Set("X-Echo", r.FormValue("pw"))
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(w, `<!doctype html><style>.s{color:#f0f;font:30px monospace} body{height:3000px;margin:0}</style>
				<p>You said <span class=s>%[1]s</span></p>
				<input class=s value="%[1]s"><textarea class=s>x %[1]s</textarea><select class=s><option>%[1]s</select>
				<input class=s placeholder="%[1]s"><div class=s title="%[1]s">op<b>en "se</b>&amp;same" &lt;2&gt;</div>
				<p class=s style="position:fixed;bottom:0">fixed %[1]s</p>
				<p class=s style="position:absolute;top:2500px">far down: %[1]s</p>
				<div style="height:100vh"></div><p class=s>after a full window: %[1]s</p>
				<iframe src="/inner" width=900 height=100></iframe><iframe src="%[2]s/frame" width=900 height=100></iframe><div id=host></div><div id=vault></div>
				<a download=note.txt href="/note">Note</a><h1>Welcome</h1>
				<script>
					host.attachShadow({mode:'open'}).innerHTML = '<p style="color:#f0f;font:30px monospace">in a shadow</p>';
					host.shadowRoot.firstChild.textContent = 'in a shadow: ' + document.querySelector('span').textContent;
					const vault = document.getElementById('vault').attachShadow({mode:'closed'});
					vault.innerHTML = '<p style="color:#f0f;font:30px monospace">in a closed shadow</p><input style="color:#f0f;font:30px monospace">';
					vault.firstChild.textContent = vault.lastChild.value = 'behind closed doors: ' + document.querySelector('span').textContent;
					const pw = document.querySelector('span').textContent;
					console.log('pw', pw, {pw}); fetch('/echo?pw=' + encodeURIComponent(pw), {method: 'POST', body: JSON.stringify({pw}), headers: {Authorization: 'Basic ' + btoa('me:' + pw)}});
					setTimeout(() => { throw new Error('bad ' + pw); });
				</script>`, escaped, other)
		},
		"/echo": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusTeapot)
			json.NewEncoder(w).Encode(map[string]string{"got": r.FormValue("pw")})
		},
		"/note": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Disposition", "attachment; filename=note.bin")
			w.Write([]byte("binary \x00 " + shopPassword))
		},
	})
}

// playSecret signs in with the secret, or with the same text as plain input, to prove that the test would find it.
func playSecret(t *testing.T, known, window bool) (journey.Run, map[string][]byte) {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	dir := t.TempDir()
	r := journey.Runner{Region: "test", Evidence: folder(dir), Stage: journey.Stage{
		Site: secretPages(t, window), Chrome: program, Secrets: func(string) (string, error) { return shopPassword, nil },
	}}
	tab := browser.NewTab()
	run := playWith(t, r, tab, journey.Step{Name: "type it", Limit: 10 * time.Second, Do: func(t *journey.T) {
		tab.Visit("/")
		pw := shopPassword
		if known {
			pw = t.Secret("shop-password")
		}
		tab.Fill(browser.Field("Password"), pw)
	}}, journey.Step{Name: "fail with it", Limit: 3 * time.Second, Do: func(t *journey.T) {
		tab.Click(browser.Button("Go"))
		in := tab
		if window {
			in = tab.Popup()
		}
		in.See(browser.Heading("Welcome"))
		in.Click(browser.Link("Note"))
		in.Download()
		in.See(browser.Text("Goodbye " + shopPassword))
	}})
	kept := map[string][]byte{}
	for _, e := range run.Evidence {
		if e.Missing != "" {
			t.Errorf("%s is missing: %s", e.Kind, e.Missing)
			continue
		}
		data, err := os.ReadFile(e.Path)
		if err != nil {
			t.Fatal(err)
		}
		kept[e.Kind] = data
	}
	return run, kept
}

func TestSecretIsMasked(t *testing.T) {
	t.Run("tab", func(t *testing.T) { checkNoSecret(t, false) })
	t.Run("window", func(t *testing.T) { checkNoSecret(t, true) })
}

func checkNoSecret(t *testing.T, window bool) {
	run, kept := playSecret(t, true, window)
	told, err := json.Marshal(run)
	if err != nil {
		t.Fatal(err)
	}
	kept["run"] = told
	for _, kind := range []string{"screenshot", "html", "console", "url", "har", "film", "download", "run"} {
		data := kept[kind]
		if len(data) == 0 {
			t.Errorf("there is no %s: %v", kind, run.Evidence)
		}
		if found := findSecret(data); found != "" {
			t.Errorf("%s holds the secret: %s", kind, found)
		}
	}
	for _, kind := range []string{"screenshot", "film"} {
		if n := magenta(t, kept[kind]); n > 0 {
			t.Errorf("%s shows %d pixels of the secret", kind, n)
		}
	}
	if !bytes.Contains(kept["har"], []byte("[secret shop-password]")) || !bytes.Contains(kept["html"], []byte("[secret shop-password]")) {
		t.Error("the masks do not say what is under them")
	}
	keep(t, fmt.Sprintf("masked-%t", window), kept)
}

// TestUnmaskedTextIsFound checks that without masks the test above would find the text in every kind of evidence, but for addresses and the
// HAR: there its name hides it even from a journey that does not know it.
func TestUnmaskedTextIsFound(t *testing.T) {
	t.Run("tab", func(t *testing.T) { checkSecretSeen(t, false) })
	t.Run("window", func(t *testing.T) { checkSecretSeen(t, true) })
}

func checkSecretSeen(t *testing.T, window bool) {
	_, kept := playSecret(t, false, window)
	for _, kind := range []string{"html", "console", "download"} {
		if findSecret(kept[kind]) == "" {
			t.Errorf("%s does not hold it, so its test proves nothing", kind)
		}
	}
	for _, kind := range []string{"screenshot", "film"} {
		if n := magenta(t, kept[kind]); n == 0 {
			t.Errorf("%s does not show it, so its test proves nothing", kind)
		}
	}
}

// findSecret returns where data contains the secret in any encoding; it decodes base64 inside data.
func findSecret(data []byte) string {
	quoted, _ := json.Marshal(shopPassword)
	forms := []string{shopPassword, url.QueryEscape(shopPassword), url.PathEscape(shopPassword), string(quoted[1 : len(quoted)-1]), `se&amp;same`, "se&same", `se\u0026same`, "se%26same"}
	texts := []string{string(data)}
	for _, word := range strings.FieldsFunc(string(data), func(r rune) bool { return strings.ContainsRune(" \"',:;", r) }) {
		if plain, err := base64.StdEncoding.DecodeString(word); err == nil && len(plain) > 8 {
			texts = append(texts, string(plain))
		}
	}
	for _, text := range texts {
		for _, f := range forms {
			if i := strings.Index(text, f); i >= 0 {
				return text[max(0, i-60):min(len(text), i+60)]
			}
		}
	}
	return ""
}

// magenta counts the pixels of visible letters of the secret.
func magenta(t *testing.T, data []byte) (n int) {
	t.Helper()
	pic, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for y := pic.Bounds().Min.Y; y < pic.Bounds().Max.Y; y++ {
		for x := pic.Bounds().Min.X; x < pic.Bounds().Max.X; x++ {
			r, g, b, _ := pic.At(x, y).RGBA()
			if r>>8 > g>>8+60 && b>>8 > g>>8+60 {
				n++
			}
		}
	}
	return n
}

// keep copies evidence for inspection into the folder VALKYRIE_TEST_KEEP.
func keep(t *testing.T, name string, kept map[string][]byte) {
	t.Helper()
	dir := os.Getenv("VALKYRIE_TEST_KEEP")
	if dir == "" {
		return
	}
	for kind, data := range kept {
		if err := os.WriteFile(fmt.Sprintf("%s/%s-%s", dir, name, kind), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFillHidesSecrets checks that the error of a field which cuts or changes a secret quotes neither: the rest of a secret is not
// masked.
func TestFillHidesSecrets(t *testing.T) {
	tab := browser.NewTab()
	r := journey.Runner{Region: "test", Stage: journey.Stage{
		Site: serve(t, map[string]string{"/": `<label>Code <input maxlength=7 oninput="value = value.toUpperCase()"></label>`}, nil), Chrome: program,
		Secrets: func(string) (string, error) { return shopPassword, nil },
	}}
	t.Setenv("TMPDIR", t.TempDir())
	run := playWith(t, r, tab, journey.Step{Name: "fill", Limit: 5 * time.Second, Do: func(s *journey.T) {
		tab.Visit("/")
		tab.Fill(browser.Field("Code"), s.Secret("shop-password"))
	}})
	const want = `it does not hold what was typed (its content is a secret); it takes 7 characters at most`
	if run.Outcome != journey.Failed || !strings.Contains(run.Error, want) || strings.Contains(strings.ToLower(run.Error), "open") {
		t.Errorf("%s: %s", run.Outcome, run.Error)
	}
}

// TestUnknownSecretsAreMasked checks that tokens and sessions that the journey does not know, the parts of a secret that it types into
// several fields, and a secret in a file that the site calls a picture are in no evidence.
func TestUnknownSecretsAreMasked(t *testing.T) {
	site := serve(t, map[string]string{
		"/": `<label>First <input name=a></label><label>Rest <input name=b></label><input type=hidden name=csrf_token value=s3same-field>
			<button onclick="send()">Go</button><p id=out></p><a download href="/card">Card</a><script>
			async function send() {
				const [a, b] = [...document.querySelectorAll('label input')].map((i) => i.value);
				await fetch('/in?access_token=s3same-query&x=1', { method: 'POST', headers: { 'X-Session-Id': 's3same-header', 'Content-Type': 'application/json' }, body: JSON.stringify({ password: 's3same-body', user: 'anna' }) });
				await fetch('/form', { method: 'POST', body: new URLSearchParams({ a, b }) });
				out.textContent = 'You typed ' + a + ' and ' + b;
			}</script>`,
		"/done": "<p>fine",
	}, map[string]http.HandlerFunc{
		"/in": func(w http.ResponseWriter, r *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: "s3same-cookie"})
			http.Redirect(w, r, "/done?token=s3same-location", http.StatusSeeOther)
		},
		"/form": func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, `{"refreshToken": "s3same-answer"}`) },
		"/card": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Disposition", "attachment; filename=card.png")
			fmt.Fprint(w, "not a picture: hunter22-x9")
		},
	})
	t.Setenv("TMPDIR", t.TempDir())
	dir := t.TempDir()
	tab := browser.NewTab()
	r := journey.Runner{Region: "test", Evidence: folder(dir), Stage: journey.Stage{Site: site, Chrome: program, Secrets: func(string) (string, error) { return "hunter22-x9", nil }}}
	run := playWith(t, r, tab, journey.Step{Name: "type", Limit: slowdown.Scale(20 * time.Second), Do: func(t *journey.T) {
		tab.Visit("/")
		password := t.Secret("shop-password")
		tab.Fill(browser.Field("First"), password[:6])
		tab.Fill(browser.Field("Rest"), password[6:])
		tab.Click(browser.Button("Go"))
		tab.See(browser.Text("You typed " + password[:6] + " and " + password[6:]))
		tab.Click(browser.Link("Card"))
		tab.Download()
		t.Failf("now")
	}})
	all := fmt.Sprint(run)
	for _, e := range run.Evidence {
		if e.Missing != "" {
			t.Errorf("%s is missing: %s", e.Kind, e.Missing)
			continue
		}
		data, err := os.ReadFile(e.Path)
		if err != nil {
			t.Fatal(err)
		}
		all += "\n" + e.Kind + ":\n" + string(data)
		if e.Kind == "har" {
			all += decodedBodies(t, data)
		}
	}
	for _, secret := range []string{"s3same", "hunter", "22-x9"} {
		if at := strings.Index(all, secret); at >= 0 {
			t.Errorf("%q is shown: ...%s...", secret, all[max(0, at-80):min(len(all), at+80)])
		}
	}
	if run.Outcome != journey.Failed || !strings.Contains(all, "not a picture: ***********") || !strings.Contains(all, "anna") {
		t.Errorf("%s: %s", run.Outcome, run.Error)
	}
}

// decodedBodies are the bodies of a HAR in clear.
func decodedBodies(t *testing.T, data []byte) (all string) {
	t.Helper()
	var h struct {
		Log struct {
			Entries []struct {
				Response struct{ Content struct{ Text []byte } }
			}
		}
	}
	if err := json.Unmarshal(data, &h); err != nil {
		t.Fatal(err)
	}
	for _, e := range h.Log.Entries {
		all += string(e.Response.Content.Text) + "\n"
	}
	return all
}
