package har

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"
)

// sent is one request of a recording; times are seconds after its start.
type sent struct {
	method, url   string
	kind          network.ResourceType
	at            float64
	status        int64
	answered, end float64 // 0: never
}

// record replays requests as Chrome's events of tab "t".
func record(t *testing.T, all []sent) *Recorder {
	t.Helper()
	r := &Recorder{}
	r.Reset("https://shop.example")
	tab := target.ID("t")
	for i, x := range all {
		id := network.RequestID(fmt.Sprint(i))
		r.Handle(tab, Source{ID: tab}, &network.EventRequestWillBeSent{
			RequestID: id, LoaderID: cdp.LoaderID(id), FrameID: "t", Type: x.kind, Timestamp: cdp.MonotonicTime(x.at), WallTime: cdp.TimeSinceEpoch(1000 + x.at),
			Request: &network.Request{Method: x.method, URL: x.url},
		})
		if x.answered > 0 {
			r.Handle(tab, Source{ID: tab}, &network.EventResponseReceived{RequestID: id, Timestamp: cdp.MonotonicTime(x.answered), Response: &network.Response{Status: x.status}})
		}
		if x.end > 0 {
			r.Handle(tab, Source{ID: tab}, &network.EventLoadingFinished{RequestID: id, Timestamp: cdp.MonotonicTime(x.end)})
		}
	}
	return r
}

func TestUnanswered(t *testing.T) {
	const shop = "https://shop.example"
	save := sent{"POST", shop + "/save?id=7", network.ResourceTypeFetch, 5, 0, 0, 0}
	for name, c := range map[string]struct {
		all  []sent
		want string
	}{
		"none":                         {nil, ""},
		"a request":                    {[]sent{save}, "POST /save has had no answer for 10 s"},
		"answered":                     {[]sent{{"GET", shop + "/a", network.ResourceTypeFetch, 5, 200, 6, 6}}, ""},
		"after the action comes first": {[]sent{{"GET", shop + "/app.js", network.ResourceTypeScript, 1, 0, 0, 0}, save}, "POST /save has had no answer for 10 s"},
		"the document comes first":     {[]sent{save, {"GET", shop + "/next", network.ResourceTypeDocument, 5, 0, 0, 0}}, "GET /next has had no answer for 10 s"},
		"the oldest comes first":       {[]sent{{"GET", shop + "/b", network.ResourceTypeXHR, 7.5, 0, 0, 0}, {"GET", shop + "/a", network.ResourceTypeXHR, 7, 0, 0, 0}}, "GET /a has had no answer for 8 s"},
		"before the action":            {[]sent{{"GET", shop + "/app.js", network.ResourceTypeScript, 1, 0, 0, 0}}, "GET /app.js has had no answer for 14 s"},
		"too short to matter":          {[]sent{{"GET", shop + "/a", network.ResourceTypeFetch, 14.1, 0, 0, 0}}, ""},
		"short":                        {[]sent{{"GET", shop + "/a", network.ResourceTypeFetch, 13.75, 0, 0, 0}}, "GET /a has had no answer for 1.2 s"},
		"a host of the same domain":    {[]sent{{"GET", "https://api.shop.example/a", network.ResourceTypeFetch, 5, 0, 0, 0}}, "GET api.shop.example/a has had no answer for 10 s"},
		"another site":                 {[]sent{{"GET", "https://ads.example/a", network.ResourceTypeFetch, 5, 0, 0, 0}}, ""},
		"a picture":                    {[]sent{{"GET", shop + "/a.png", network.ResourceTypeImage, 5, 0, 0, 0}}, ""},
		"an event stream":              {[]sent{{"GET", shop + "/events", network.ResourceTypeEventSource, 5, 0, 0, 0}}, ""},
		"a stream that has begun":      {[]sent{{"GET", shop + "/events", network.ResourceTypeFetch, 5, 200, 6, 0}}, ""},
		"a document that has begun":    {[]sent{{"GET", shop + "/a", network.ResourceTypeDocument, 5, 200, 6, 0}}, "GET /a has not finished its answer for 10 s"},
		"a long poll":                  {[]sent{{"GET", shop + "/poll?n=1", network.ResourceTypeFetch, 1, 200, 6, 6}, {"GET", shop + "/poll?n=2", network.ResourceTypeFetch, 6, 0, 0, 0}}, ""},
		"a quick poll that hangs":      {[]sent{{"GET", shop + "/poll?n=1", network.ResourceTypeFetch, 5, 200, 5.1, 5.1}, {"GET", shop + "/poll?n=2", network.ResourceTypeFetch, 6, 0, 0, 0}}, "GET /poll has had no answer for 9 s"},
	} {
		got, after := record(t, c.all).Unanswered("t", 1005e3, 1015e3)
		if got != c.want || after != (c.want != "" && name != "before the action") {
			t.Errorf("%s: %q, after the action %t, want %q", name, got, after, c.want)
		}
	}
}
