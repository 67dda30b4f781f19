package browser_test

import (
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// serverRows are answers that end in an odd way, pages that cannot be left, and slow handlers.
var serverRows = map[string]row{
	"HTTP/2, the server goes away after each answer": {site: http2Site("close"), args: trustHere, do: pressTwiceOverHTTP2, want: journey.Passed},
	"HTTP/2, the server goes away":                   {site: goesAway(0), args: trustHere, do: visit, want: journey.Failed, wantError: "it refused the request (HTTP/2) (ERR_HTTP2_SERVER_REFUSED_STREAM)"},
	"HTTP/2, the server goes away with an error":     {site: goesAway(2), args: trustHere, do: visit, want: journey.Failed, wantError: "it broke the HTTP/2 protocol (ERR_HTTP2_PROTOCOL_ERROR)"},

	"a page that cannot be left":           {page: `<script>addEventListener('pagehide', () => { for (;;); })</script><a href=/next>Print</a>`, pages: map[string]string{"/next": "Thank you"}, do: clickLink, want: journey.Failed, wantError: `expected to see the text "Thank you" within 1.5s: the page is being left for /next`},
	"a page that asks for ever to stay":    {page: `<script>addEventListener('beforeunload', () => { for (;;); })</script><a href=/next>Print</a>`, pages: map[string]string{"/next": "Thank you"}, do: clickLink, want: journey.Failed, wantError: `could not click the link "Print": no answer within 1.5s`},
	"a page that takes long to leave":      {page: `<script>addEventListener('pagehide', () => { const t = Date.now(); while (Date.now() - t < 400); })</script><a href=/next>Print</a>`, pages: map[string]string{"/next": "Thank you"}, do: clickLink, want: journey.Passed, ms: [2]int64{390, 1100}},
	"a visit from one that cannot be left": {page: `<script>addEventListener('pagehide', () => { for (;;); })</script>`, pages: map[string]string{"/next": "Thank you"}, do: func(s *fixture) { s.Visit("/"); s.Visit("/next") }, want: journey.Failed, wantError: `could not open http://SITE/next`},

	"a slow handler":              {page: `<button onclick="const t = Date.now(); while (Date.now() - t < 400); ` + thanks + `">Print</button>`, want: journey.Passed, ms: [2]int64{400, 800}},
	"a slow handler of a press":   {page: `<button onpointerdown="const t = Date.now(); while (Date.now() - t < 400);" onclick="` + thanks + `">Print</button>`, want: journey.Passed},
	"a handler that answers late": {page: `<button onclick="setTimeout(() => ` + thanks + `, 400)">Print</button>`, want: journey.Passed, ms: [2]int64{400, 700}},
	"a slow handler of keys":      {page: `<label>Name <input onchange="const t = Date.now(); while (Date.now() - t < 300); ` + thanks + `"></label>`, do: func(s *fixture) { fill("Name", "Ada")(s); s.Press("Enter"); s.See(browser.Text("Thank you")) }, want: journey.Passed, ms: [2]int64{300, 700}},

	"a download too large":            {page: `<a href=/f>Download</a>`, handlers: map[string]http.HandlerFunc{"/f": large(200<<20, true)}, do: download, want: journey.Failed, wantError: "big.bin is too large to download: "},
	"a download too large, in pieces": {page: `<a href=/f>Download</a>`, handlers: map[string]http.HandlerFunc{"/f": large(80<<20, false)}, do: download, limit: 6 * time.Second, want: journey.Failed, wantError: "a step may take 67108864, and a run 268435456; ask for a smaller one"},
	"a download without end that is not read is broken off": {page: `<a href=/f>Download</a><p id=out></p><script>setInterval(async () => { if ((await fetch('/ended')).status === 200) out.textContent = 'Thank you' }, 50)</script>`, handlers: endless(), do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Link("Download"))
		s.See(browser.Text("Thank you"))
	}, limit: 20 * time.Second, want: journey.Passed},
	"a large download that is not read": {page: `<a href=/f>Download</a><button onclick="` + thanks + `">Print</button>`, handlers: map[string]http.HandlerFunc{"/f": large(200<<20, true)}, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Link("Download"))
		s.Click(browser.Button("Print"))
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
}

// endless serves a file without end at /f, and at /ended whether the client has broken it off.
func endless() map[string]http.HandlerFunc {
	var ended atomic.Bool
	return map[string]http.HandlerFunc{
		"/f": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Disposition", `attachment; filename="big.bin"`)
			for piece := make([]byte, 1<<20); ; {
				if _, err := w.Write(piece); err != nil {
					ended.Store(true)
					return
				}
			}
		},
		"/ended": func(w http.ResponseWriter, _ *http.Request) {
			if !ended.Load() {
				w.WriteHeader(http.StatusAccepted)
			}
			fmt.Fprint(w, ended.Load())
		},
	}
}

// large serves a file of so many bytes; announced: it says so, and stalls.
func large(size int64, announced bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Disposition", `attachment; filename="big.bin"`)
		piece := make([]byte, 1<<20)
		if announced {
			w.Header().Set("Content-Length", fmt.Sprint(size))
			_, _ = w.Write(piece)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
			return
		}
		for range size >> 20 {
			if _, err := w.Write(piece); err != nil {
				return
			}
		}
	}
}

// http2Site serves the button over HTTP/2 and closes the connection after each answer, for which Go's server sends GOAWAY.
func http2Site(connection string) func(*testing.T) *url.URL {
	return func(t *testing.T) *url.URL {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Connection", connection)
			frameResult(200, fmt.Sprintf(`<p>by %s</p><a href=/next>Next</a>`, r.Proto)+button)(w, r)
		}))
		server.EnableHTTP2 = true
		server.StartTLS()
		t.Cleanup(server.Close)
		u, err := url.Parse(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
}

func pressTwiceOverHTTP2(s *fixture) {
	press(s)
	s.See(browser.Text("by HTTP/2.0"))
	s.Click(browser.Link("Next"))
	s.See(browser.Text("by HTTP/2.0"))
}

// goesAway is a server that answers each request over HTTP/2 with GOAWAY (RFC 9113, 6.8) and an error code, and closes.
func goesAway(code uint32) func(*testing.T) *url.URL {
	return func(t *testing.T) *url.URL {
		server := httptest.NewUnstartedServer(nil)
		server.TLS = &tls.Config{NextProtos: []string{"h2"}}
		server.Config.ErrorLog = nobody
		server.Config.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){"h2": func(_ *http.Server, c *tls.Conn, _ http.Handler) { goAway(c, code) }}
		server.StartTLS()
		t.Cleanup(server.Close)
		u, err := url.Parse(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
}

// goAway awaits the first request and sends GOAWAY, as if it had processed none.
func goAway(c net.Conn, code uint32) {
	defer c.Close()
	const preface, settingsType, headersType, goAwayType = 24, 4, 1, 7
	frame := func(kind byte, payload []byte) []byte {
		return append([]byte{0, 0, byte(len(payload)), kind, 0, 0, 0, 0, 0}, payload...)
	}
	if _, err := io.CopyN(io.Discard, c, preface); err != nil {
		return
	}
	if _, err := c.Write(frame(settingsType, nil)); err != nil {
		return
	}
	for head := make([]byte, 9); ; {
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		size := int64(head[0])<<16 | int64(head[1])<<8 | int64(head[2])
		if _, err := io.CopyN(io.Discard, c, size); err != nil {
			return
		}
		if head[3] == headersType {
			payload := binary.BigEndian.AppendUint32(make([]byte, 4), code)
			_, _ = c.Write(frame(goAwayType, payload))
			return
		}
	}
}
