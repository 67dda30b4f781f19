package browser_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// chromeRows are failures of Chrome itself, which are the probe's fault, and one that the page causes.
var chromeRows = map[string]row{
	"renderer crash":       {page: button, do: crash, want: journey.Broken, wantError: "the browser's process for the page crashed"},
	"Chrome killed":        {page: button, do: killing("--remote-debugging-pipe"), limit: 5 * time.Second, want: journey.Broken, wantError: "the browser died"},
	"renderer killed":      {page: button, do: killing("--type=renderer"), limit: 5 * time.Second, want: journey.Broken, wantError: "the browser's process for the page crashed"},
	"all of Chrome killed": {page: button, do: killing(""), limit: 5 * time.Second, want: journey.Broken, wantError: "the browser"},
	"GPU process killed":   {page: button, do: gpuKilled, limit: 3 * time.Second, want: journey.Passed},
	"network killed":       {handlers: at(ask), do: networkKilled, limit: 3 * time.Second, want: journey.Broken, wantError: "the browser's network process died"},
	"memory bomb":          {page: `<script>setTimeout(() => { const a = []; for (;;) a.push(new Array(1e5).fill({})) }, 50)</script>`, args: []string{"--js-flags=--max-old-space-size=64"}, do: waitFor("Never"), limit: 8 * time.Second, want: journey.Failed, wantError: "the page used up its memory and crashed"},
	"a wait of chromedp's": {page: `<script>setTimeout(()=>{for(;;){}}, 200)</script>`, do: func(s *fixture) { s.Visit("/"); s.Do(chromedp.WaitVisible(chromedp.CSS("#never"))) }, want: journey.Failed, wantError: "within 1.5s"},
}

func crash(s *fixture) {
	s.Visit("/")
	s.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.Crash, cdp.Empty{})
		return err
	}))
	s.See(browser.Text("Never"))
}

func killing(pattern string) func(*fixture) {
	return func(s *fixture) {
		s.Visit("/")
		s.kill(pattern)
		s.See(browser.Text("Never"))
	}
}

func gpuKilled(s *fixture) {
	s.Visit("/")
	s.kill("--type=gpu-process")
	s.Click(browser.Button("Print"))
	s.See(browser.Text("Thank you"))
}

// asked signals that the server has received the request during which the network process is killed.
var asked = make(chan struct{}, 1)

func ask(_ http.ResponseWriter, r *http.Request) {
	select {
	case asked <- struct{}{}:
	default: // Chrome retries
	}
	<-r.Context().Done()
}

func networkKilled(s *fixture) {
	select {
	case <-asked: // by an earlier attempt
	default:
	}
	go func() {
		select {
		case <-asked:
			s.kill("network.mojom.NetworkService")
		case <-s.s.Context().Done():
		}
	}()
	s.Visit("/")
}

// kill kills the processes of the row's Chrome whose command line contains pattern.
func (s *fixture) kill(pattern string) {
	killed := 0
	for pid, command := range processesOf(s.t, s.envMark) {
		if strings.Contains(command, pattern) {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) { // the first one may have ended it
				s.faultf("kill %d %s: %v", pid, command, err)
			}
			killed++
		}
	}
	if killed == 0 {
		s.faultf("no process of %q to kill among %v", pattern, processesOf(s.t, s.envMark))
	}
}

// inPage evaluates script in the page's own execution context.
func (s *fixture) inPage(script string) {
	s.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		yes := true
		_, err := cdp.Call(ctx, target, runtime.Evaluate, runtime.EvaluateParams{Expression: script, UserGesture: &yes})
		return err
	}))
}
