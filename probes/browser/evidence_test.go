package browser_test

import (
	"bytes"
	"fmt"
	"image/color"
	"image/jpeg"
	"image/png"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// TestScreenshotOutlinesTarget checks that the screenshot has a red line around the element on which the step failed.
func TestScreenshotOutlinesTarget(t *testing.T) {
	site := serve(t, map[string]string{"/": `<body style="margin:0;background:#fff;height:1400px"><button style="position:absolute;left:200px;top:1200px;width:100px;height:40px" disabled>Print</button>`}, nil)
	tab := browser.NewTab()
	run := play(t, site, tab, journey.Step{Name: "print", Limit: time.Second, Do: func(*journey.T) {
		tab.Visit("/")
		tab.Click(browser.Button("Print"))
	}})
	data, err := os.ReadFile(run.Evidence[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	pic, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	bar := pic.Bounds().Dy() - 1400
	if bar < 30 || bar > 100 {
		t.Errorf("the caption is %d pixels high", bar)
	}
	for _, at := range [][2]int{{196, 1220}, {303, 1220}, {250, 1196}, {250, 1243}, {2, 2 - bar}} {
		if r, g, b, _ := pic.At(at[0], at[1]+bar).RGBA(); r>>8 < 0xc0 || g>>8 > 0x40 || b>>8 > 0x40 {
			t.Errorf("no red line at %v: %x %x %x", at, r>>8, g>>8, b>>8)
		}
	}
	if r, g, _, _ := pic.At(180, 1220+bar).RGBA(); r != 0xffff || g != 0xffff {
		t.Error("the mark is more than a line around the button")
	}
}

// TestScreenshotOutlinesNearest checks that without a target only the closest matches have amber lines.
func TestScreenshotOutlinesNearest(t *testing.T) {
	site := serve(t, map[string]string{"/": `<body style="margin:0;background:#fff;height:1400px"><button style="position:absolute;left:200px;top:200px;width:100px;height:40px">Print later</button>
		<button style="position:absolute;left:200px;top:400px;width:100px;height:40px">Cart</button>`}, nil)
	tab := browser.NewTab()
	run := play(t, site, tab, journey.Step{Name: "print", Limit: time.Second, Do: func(*journey.T) {
		tab.Visit("/")
		tab.Click(browser.Button("Print"))
	}})
	data := capture(t, run, "screenshot")
	pic, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	bar := pic.Bounds().Dy() - 1400
	amber := func(x, y int) bool {
		r, g, b, _ := pic.At(x, y+bar).RGBA()
		return r>>8 > 0xd0 && g>>8 > 0x70 && g>>8 < 0xa0 && b>>8 < 0x40
	}
	if !amber(196, 220) || !amber(250, 243) {
		t.Error("the nearest is not marked")
	}
	if amber(196, 420) || amber(250, 443) {
		t.Error("something that is not like it at all is marked")
	}
	keep(t, "near", map[string][]byte{"screenshot.png": data})
}

// TestEvidenceIsIndependent checks that of a page that no longer answers, all evidence is kept but its HTML, which is
// reported as missing.
func TestEvidenceIsIndependent(t *testing.T) {
	site := serve(t, map[string]string{"/": `<h1>Hello</h1><script>console.log('going'); setTimeout(() => { for (;;); }, 200)</script>`}, nil)
	tab := browser.NewTab()
	run := play(t, site, tab, journey.Step{Name: "hang", Limit: time.Second, Do: func(*journey.T) {
		tab.Visit("/")
		tab.See(browser.Text("Goodbye"))
	}})
	var got []string
	for _, e := range run.Evidence {
		got = append(got, fmt.Sprint(e.Kind, ":", e.Missing))
	}
	const want = "screenshot: html:the page did not answer within 1.5s console: url: har: film:"
	if strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
	}
	readHAR(t, run)
}

// TestIncompleteDownload checks that a partial file is not kept as evidence.
func TestIncompleteDownload(t *testing.T) {
	site := serve(t, map[string]string{"/": `<a href=/file download>Get</a>`}, map[string]http.HandlerFunc{
		"/file": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/pdf")
			w.Header().Set("Content-Length", "1000")
			w.Header().Set("Content-Disposition", `attachment; filename="../../a b.pdf"`)
			fmt.Fprint(w, "half")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		},
	})
	tab := browser.NewTab()
	run := play(t, site, tab, journey.Step{Name: "get", Limit: 3 * time.Second, Do: func(*journey.T) {
		tab.Visit("/")
		tab.Click(browser.Link("Get"))
		tab.Download()
	}})
	last := run.Evidence[len(run.Evidence)-1]
	if last.Kind != "download" || last.Missing != "only 4 of 1000 bytes came" {
		t.Errorf("%+v", last)
	}
}

func TestEvidenceAlways(t *testing.T) {
	site := serve(t, map[string]string{"/": `<h1>Hello</h1>`}, nil)
	for _, always := range []bool{true, false} {
		t.Setenv("TMPDIR", t.TempDir())
		tab := browser.NewTab()
		r := journey.Runner{Stage: journey.Stage{Site: site, Chrome: program}, Evidence: folder(t.TempDir()), Always: always}
		run := playWith(t, r, tab, journey.Step{Name: "open", Do: func(*journey.T) { tab.Visit("/") }})
		if run.Outcome != journey.Passed || len(run.Evidence) > 0 != always {
			t.Errorf("always %v: %s %v", always, run.Outcome, run.Evidence)
		}
	}
}

// capture reads the run's evidence of a kind.
func capture(t *testing.T, run journey.Run, kind string) []byte {
	t.Helper()
	for _, e := range run.Evidence {
		if e.Kind != kind {
			continue
		}
		data, err := os.ReadFile(e.Path)
		if err != nil {
			t.Fatalf("%s: %v; missing: %s", kind, err, e.Missing)
		}
		return data
	}
	t.Fatalf("no %s among %v", kind, run.Evidence)
	return nil
}

// TestFilmShowsEndsOfSteps takes the pictures of steps whose next one clicks and scrolls at once: none may show what that did.
func TestFilmShowsEndsOfSteps(t *testing.T) {
	site := serve(t, map[string]string{"/": `<style>body{margin:0;height:4000px;background:#00c000}button{position:absolute;left:600px;top:20px}#far{top:3800px;z-index:1}</style>` +
		`<button onclick="document.body.style.background='#0000c0'">Blue</button><button id=far onclick="document.body.style.background='#c00000'">Red</button>` +
		`<p style="position:absolute;top:1500px;left:0;width:1280px;height:2500px;margin:0;background:#c0c000"></p>`}, nil)
	tab := browser.NewTab()
	run := playWith(t, journey.Runner{Evidence: folder(t.TempDir()), Always: true, Stage: journey.Stage{Site: site, Chrome: program}}, tab,
		journey.Step{Name: "open", Do: func(*journey.T) { tab.Visit("/") }},
		journey.Step{Name: "blue", Do: func(*journey.T) { tab.Click(browser.Button("Blue")) }},
		journey.Step{Name: "look", Do: func(*journey.T) { tab.See(browser.Button("Blue")) }},
		journey.Step{Name: "far", Do: func(*journey.T) { tab.Click(browser.Button("Red")) }},
	)
	if run.Outcome != journey.Passed {
		t.Fatal(run)
	}
	film, err := jpeg.Decode(bytes.NewReader(capture(t, run, "film")))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"green", "blue", "blue", "yellow"} {
		if got := hue(film.At(8+i*(320+8)+100, 100)); got != want {
			t.Errorf("picture %d is %s, want %s", i+1, got, want)
		}
	}
}

// hue names a colour by its strong parts.
func hue(c color.Color) string {
	r, g, b, _ := c.RGBA()
	strong := func(x uint32) bool { return x > 0x6000 }
	return map[[3]bool]string{{false, true, false}: "green", {false, false, true}: "blue", {true, true, false}: "yellow", {true, false, false}: "red"}[[3]bool{strong(r), strong(g), strong(b)}]
}
