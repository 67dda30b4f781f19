package functions_test

import (
	"errors"
	"maps"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"valkyrie/probes/demoshop"
)

// TestForkAuthoring: in a copy of the tree, a journey is created, built, run against the practice shop in Chrome, renamed, checked and
// removed, by commands alone; then every file is as it was. The same in a fork with a journey and schedules of its own.
func TestForkAuthoring(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the program several times")
	}
	shop, err := demoshop.New(demoshop.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = shop.Close() })
	site := httptest.NewServer(shop)
	t.Cleanup(site.Close)

	f := fork{t, t.TempDir()}
	f.copyTree()
	f.build()
	before := f.files()
	f.create(site.URL)
	f.refuse("build it again", "check")
	f.refuse(`expected a name of its own, but BrowseBooks in probes/browse_books.go:11 has it; use another`, "new", "browse-books", "--site", site.URL)
	f.refuse(`--title "see\nall": expected one line of at most 100 characters, all of them printable, since it is read out on the phone; got 7 characters`, "new", "see-all", "--title", "see\nall")
	f.use(site.URL)
	f.rename()
	f.refuse("removed  probes/see_books.go\n  changed  template.yaml\nremove the journey? [yes/no] valkyrie: not removed: the answer was not yes\n", "remove", "see-books")
	f.refuse(`there is no journey "browse-books"; there are: see-books`, "rename", "browse-books", "see-all")
	f.remove(before)

	f.write("probes/probes.go", forkProbes)
	f.write("alerts/alerts.yaml", forkAlerts)
	f.write("samconfig.toml", forkSamconfig)
	f.replaceSchedules()
	before = f.files()
	f.create(site.URL)
	f.rename()
	f.remove(before)
}

func (f fork) build() {
	f.t.Helper()
	f.run("go", "build", "-o", "bin/valkyrie", "./functions/valkyrie")
}

// create creates a journey, which expects what the shop's first page shows.
func (f fork) create(site string) {
	f.t.Helper()
	const created = "new      probes/browse_books.go\nchanged  probes/probes.go\nchanged  template.yaml\n"
	if out := f.run("bin/valkyrie", "new", "browse-books", "--site", site, "--secret", "shop-password", "--every", "5m"); !strings.HasPrefix(out, created) {
		f.t.Errorf("new printed\n%s\nwant first\n%s", out, created)
	}
	if text := f.read("probes/browse_books.go"); !strings.Contains(text, `tab.See(browser.Heading("Bingo cards your class will beg for"))`) {
		f.t.Errorf("expected the heading of the shop's first page in the journey, got\n%s", text)
	}
}

// use runs the journey as it was written, and checks the tree with it.
func (f fork) use(site string) {
	f.t.Helper()
	f.build()
	if out := f.run("bin/valkyrie", "run", "browse-books", "--site", site); !strings.Contains(out, "✓ browse-books") {
		f.t.Errorf("the journey as it was written does not pass:\n%s", out)
	}
	if out := f.run("bin/valkyrie", "check"); !strings.Contains(out, "nothing to report") {
		f.t.Errorf("check printed\n%s", out)
	}
	if out := f.run("bin/valkyrie", "journeys"); !regexp.MustCompile(`(?m)^browse-books +5m +– +– +– +probes/browse_books\.go:\d+$`).MatchString(out) {
		f.t.Errorf("journeys printed\n%s", out)
	}
	f.run("go", "test", "-vet=off", "./functions", "./infra/template", "-run", "TestYour|TestTimeout")
}

// refuse checks that a command line ends with exit code 2 and a text, and changes no file.
func (f fork) refuse(want string, args ...string) {
	f.t.Helper()
	before := f.files()
	cmd := exec.CommandContext(f.t.Context(), filepath.Join(f.dir, "bin/valkyrie"), args...)
	cmd.Dir = f.dir
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.Contains(string(out), want) {
		f.t.Errorf("%q: %v, want exit code 2; it printed\n%s\nwant %s", args, err, out, want)
	}
	if !maps.Equal(before, f.files()) {
		f.t.Errorf("%q changed the tree", args)
	}
}

// rename renames the journey, with its function, file, title and schedule.
func (f fork) rename() {
	f.t.Helper()
	f.run("bin/valkyrie", "rename", "browse-books", "see-books")
	text := f.read("probes/see_books.go") + f.read("probes/probes.go") + f.read("template.yaml")
	for _, want := range []string{"// SeeBooks does", "func SeeBooks()", `Name: "see-books", Title: "see books"`, "SeeBooks", "        SeeBooks:\n", "Name: see-books\n", `"journey":"see-books"`} {
		if !strings.Contains(text, want) {
			f.t.Errorf("after the rename there is no %q", want)
		}
	}
	for _, former := range []string{"BrowseBooks", "browse-books", "browse books"} {
		if strings.Contains(text, former) {
			f.t.Errorf("after the rename there is %q", former)
		}
	}
	f.run("go", "vet", "./probes")
}

// remove removes the journey, after which the tree must be as it was before.
func (f fork) remove(before map[string]string) {
	f.t.Helper()
	f.run("bin/valkyrie", "remove", "see-books", "--yes")
	after := f.files()
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if before[name] != after[name] {
			f.t.Errorf("%s is not as it was before the journey:\n%s\nwant\n%s", name, after[name], before[name])
		}
	}
	for name := range before {
		if _, ok := after[name]; !ok {
			f.t.Errorf("%s is gone", name)
		}
	}
}

// files returns the files of the fork, without built ones.
func (f fork) files() map[string]string {
	f.t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(f.dir, func(path string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "bin" || d.Name() == "evidence"):
			return filepath.SkipDir
		case d.IsDir():
			return nil
		}
		body, err := os.ReadFile(path)
		all[strings.TrimPrefix(path, f.dir+string(filepath.Separator))] = string(body)
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return all
}
