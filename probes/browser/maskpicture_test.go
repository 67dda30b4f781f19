package browser_test

import (
	"bytes"
	"image"
	"net/http"
	"os"
	"testing"
	"time"

	"valkyrie/infra/slowdown"
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// TestPictureHidesMoreThanTheSecret checks each way in which a picture could show a secret besides its own text: a field for a card, a
// one-time code or a password that the journey does not know; the secret in a placeholder, in capitals, or in a frame behind a border. What
// must not be seen is magenta, alone on its page; what stays visible is green.
func TestPictureHidesMoreThanTheSecret(t *testing.T) {
	const style = `<!doctype html><style>input,p,select{font:30px monospace;margin:0;border:0;outline:0;background:#fff}.s,.s::placeholder{color:#f0f;opacity:1}.k{color:#0a0}</style>`
	const password = "hunter22-x9"
	for name, content := range map[string]string{
		"a card's number":          `<input class=s autocomplete=cc-number value="4111 1111 1111">`,
		"a card's code":            `<input class=s autocomplete=cc-csc value="123">`,
		"a one-time code":          `<input class=s autocomplete=one-time-code value="482913">`,
		"a password in clear":      `<input class=s autocomplete=current-password value="another-one">`,
		"a new password in clear":  `<input class=s autocomplete="new-password" value="another-one">`,
		"a placeholder":            `<input class=s placeholder="such as hunter22-x9">`,
		"capitals in a text":       `<p class=s>HUNTER22-X9</p>`,
		"capitals in a field":      `<input class=s value="Hunter22-X9">`,
		"a choice":                 `<select class=s><option>hunter22-x9</select>`,
		"a frame behind a border":  `<iframe src=/frame style="border:90px solid #fff;width:600px;height:60px"></iframe>`,
		"several elements":         `<p class=s>hun<b>ter22</b>-<i>x9</i></p>`,
		"spaces that do not break": `<p class=s>hunter22&#8203;-x9</p>`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TMPDIR", t.TempDir())
			site := serve(t, map[string]string{
				"/":      style + `<p class=k>visible</p>` + content,
				"/frame": style + `<style>body{margin:0}</style><p class=s>hunter22-x9</p>`,
			}, map[string]http.HandlerFunc{})
			tab := browser.NewTab()
			r := journey.Runner{Region: "test", Evidence: folder(t.TempDir()), Stage: journey.Stage{Site: site, Chrome: program, Secrets: func(string) (string, error) { return password, nil }}}
			run := playWith(t, r, tab, journey.Step{Name: "look", Limit: slowdown.Scale(20 * time.Second), Do: func(t *journey.T) {
				t.Secret("shop-password")
				tab.Visit("/")
				tab.See(browser.Text("visible"))
				t.Failf("now")
			}})
			for _, e := range run.Evidence {
				if e.Kind != "screenshot" {
					continue
				}
				data, err := os.ReadFile(e.Path)
				if err != nil {
					t.Fatal(err)
				}
				if n := magenta(t, data); n > 0 {
					t.Errorf("%d pixels of it are seen", n)
				}
				if green(t, data) == 0 {
					t.Error("what is no secret is not seen either")
				}
				return
			}
			t.Errorf("no screenshot: %v", run.Evidence)
		})
	}
}

// green counts the pixels of letters that stay visible.
func green(t *testing.T, data []byte) (n int) {
	t.Helper()
	pic, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for y := pic.Bounds().Min.Y; y < pic.Bounds().Max.Y; y++ {
		for x := pic.Bounds().Min.X; x < pic.Bounds().Max.X; x++ {
			if r, g, b, _ := pic.At(x, y).RGBA(); g>>8 > r>>8+60 && g>>8 > b>>8+60 {
				n++
			}
		}
	}
	return n
}
