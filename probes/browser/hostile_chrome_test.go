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

// chromeRows are failures of Chrome itself, which are ours; and one that looks so but is the page's doing.
var chromeRows = map[string]row{
	"renderer crash":       {page: button, do: crash, outcome: journey.Broken, words: "the browser's process for the page crashed"},
	"Chrome killed":        {page: button, do: killing("--remote-debugging-pipe"), limit: 5 * time.Second, outcome: journey.Broken, words: "the browser died"},
	"renderer killed":      {page: button, do: killing("--type=renderer"), limit: 5 * time.Second, outcome: journey.Broken, words: "the browser's process for the page crashed"},
	"all of Chrome killed": {page: button, do: killing(""), limit: 5 * time.Second, outcome: journey.Broken, words: "the browser"},
	"GPU process killed":   {page: button, do: gpuKilled, limit: 3 * time.Second, outcome: journey.Passed},
	"network killed":       {handlers: at(ask), do: networkKilled, limit: 3 * time.Second, outcome: journey.Broken, words: "the browser's network process died"},
	"memory bomb":          {page: `<script>setTimeout(() => { const a = []; for (;;) a.push(new Array(1e5).fill({})) }, 50)</script>`, args: []string{"--js-flags=--max-old-space-size=64"}, do: waitFor("Never"), limit: 8 * time.Second, outcome: journey.Failed, words: "the page used up its memory and crashed"},
	"a wait of chromedp's": {page: `<script>setTimeout(()=>{for(;;){}}, 200)</script>`, do: func(s *stand) { s.Visit("/"); s.Do(chromedp.WaitVisible(chromedp.CSS("#never"))) }, outcome: journey.Failed, words: "within 1.5s"},
}

func crash(s *stand) {
	s.Visit("/")
	s.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.Crash, cdp.Empty{})
		return err
	}))
	s.See(browser.Text("Never"))
}

func killing(pattern string) func(*stand) {
	return func(s *stand) {
		s.Visit("/")
		s.kill(pattern)
		s.See(browser.Text("Never"))
	}
}

func gpuKilled(s *stand) {
	s.Visit("/")
	s.kill("--type=gpu-process")
	s.Click(browser.Button("Print"))
	s.See(browser.Text("Thank you"))
}

// asked tells that the server has got the request during which the network process is killed.
var asked = make(chan struct{}, 1)

func ask(_ http.ResponseWriter, r *http.Request) {
	select {
	case asked <- struct{}{}:
	default: // Chrome asks again
	}
	<-r.Context().Done()
}

func networkKilled(s *stand) {
	select {
	case <-asked: // by the Chrome of an attempt before
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

// kill ends the processes of the row's Chrome whose command line has pattern.
func (s *stand) kill(pattern string) {
	killed := 0
	for pid, command := range marked(s.t, s.mark) {
		if strings.Contains(command, pattern) {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) { // the first that died may have taken it along
				s.faultf("kill %d %s: %v", pid, command, err)
			}
			killed++
		}
	}
	if killed == 0 {
		s.faultf("no process of %q to kill among %v", pattern, marked(s.t, s.mark))
	}
}

// inPage runs script in the page's own world.
func (s *stand) inPage(script string) {
	s.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		yes := true
		_, err := cdp.Call(ctx, target, runtime.Evaluate, runtime.EvaluateParams{Expression: script, UserGesture: &yes})
		return err
	}))
}
