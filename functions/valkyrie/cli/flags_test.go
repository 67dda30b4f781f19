package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// TestParseFlags: flags stand before, between and after arguments, with one dash or two, and faults name them with two.
func TestParseFlags(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"", "[] site=home retry=false n=1 since=24h also="},
		{"a --site x b -retry c", "[a b c] site=x retry=true n=1 since=24h also="},
		{"--site=x=y -retry=false --since 2w --also a --also b", "[] site=x=y retry=false n=1 since=14d also=a, b"},
		{"--retry -- --site x", "[--site x] site=home retry=true n=1 since=24h also="},
		{"- --n -5", "[-] site=home retry=false n=-5 since=24h also="},
		{"--sight x", "there is no flag --sight"},
		{"--siet x", "there is no flag --siet, did you mean --site?"},
		{"--site", "--site: expected a value after it"},
		{"--n many", `--n "many": expected a whole number`},
		{"--retry=perhaps", `--retry "perhaps": expected true or false`},
		{"--share much", `--share "much": expected a number`},
		{"--since 5", `--since "5": expected a duration such as 90s, 5m, 24h or 7d, got "5"; say the unit`},
		{"--form yaml", `--form "yaml": expected text, json`},
		{"a -h", "flag: help requested"},
		{"--help --nonsense", "flag: help requested"},
	} {
		fs := flag.NewFlagSet("test", flag.ContinueOnError)
		fs.SetOutput(io.Discard)
		site, retry, n := fs.String("site", "home", ""), fs.Bool("retry", false, ""), fs.Int("n", 1, "")
		fs.Float64("share", 0.5, "")
		since, also := Duration(24*time.Hour), Strings{}
		fs.Var(&since, "since", "")
		fs.Var(&also, "also", "")
		fs.Var(NewChoice("text", "json"), "form", "")
		rest, err := parseFlags(fs, strings.Fields(c.args))
		got := fmt.Sprintf("%v site=%s retry=%v n=%d since=%v also=%v", rest, *site, *retry, *n, &since, &also)
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%q: got %s, want %s", c.args, got, c.want)
		}
	}
}

// TestUsageText: the usage shows defaults, but neither of empty values nor of switches, and wraps long lines.
func TestUsageText(t *testing.T) {
	var out strings.Builder
	app := App{Name: "tool", Summary: "a tool", Hint: "begin", Stdout: &out, Stderr: io.Discard, Commands: []Command{{
		Name: "go", Args: "[flags]", Summary: "go there", Examples: []string{"tool go --fast"},
		Notes: []string{strings.Repeat("word ", 30) + "\n  kept as it is"},
		Flags: func(fs *flag.FlagSet) Run {
			fs.Bool("fast", false, "at once")
			fs.String("to", "", "`PLACE` to go to")
			fs.Int("n", 3, strings.Repeat("often ", 15))
			return func(context.Context, []string) error { return errors.New("not called") }
		},
	}}}
	if code := app.Run(t.Context(), []string{"go", "--help"}); code != ExitOK {
		t.Errorf("exit code %d", code)
	}
	want := `usage: tool go [flags]

go there.

flags:
  --fast                   at once
  --n int                  often often often often often often often often often often often often
                           often often often (default 3)
  --to PLACE               PLACE to go to

examples:
  tool go --fast

` + strings.TrimSpace(strings.Repeat("word ", 20)) + "\n" + strings.TrimSpace(strings.Repeat("word ", 10)) + "\n  kept as it is\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}
