package webhook_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"valkyrie/infra/webhook"
)

// TestOutside checks each limit of a server that strangers may reach: the time of a slow head and of a slow body, the time between
// requests, and the size of a head. The limits are shortened in proportion, so that the test need not wait for them.
func TestOutside(t *testing.T) {
	var s http.Server
	webhook.Outside(&s)
	for name, limit := range map[string]time.Duration{"head": s.ReadHeaderTimeout, "request": s.ReadTimeout, "answer": s.WriteTimeout, "idle": s.IdleTimeout} {
		if limit <= 0 || limit > time.Minute {
			t.Errorf("%s: %v", name, limit)
		}
	}
	if s.MaxHeaderBytes <= 0 || s.MaxHeaderBytes > 64<<10 {
		t.Errorf("a head of %d bytes", s.MaxHeaderBytes)
	}
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	webhook.Outside(srv.Config)
	const faster = 50
	srv.Config.ReadHeaderTimeout /= faster
	srv.Config.ReadTimeout /= faster
	srv.Config.IdleTimeout /= faster
	srv.Start()
	defer srv.Close()
	for name, sent := range map[string]string{
		"nothing":          "",
		"half a head":      "GET / HTTP/1.1\r\nHost",
		"half a body":      "POST /twilio/p1/key HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\na=",
		"one, and no more": "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		conn, err := net.Dial("tcp", srv.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(conn, sent)
		_ = conn.SetReadDeadline(time.Now().Add(time.Minute)) // the server's own limits are below a second
		var got bytes.Buffer
		if _, err := got.ReadFrom(conn); err != nil && strings.Contains(err.Error(), "timeout") {
			t.Errorf("%s: the connection is kept", name)
		}
		_ = conn.Close()
	}
}

// TestLimit checks that a listener serves again as soon as one of too many connections has ended.
func TestLimit(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	limited := webhook.Limit(ln)
	defer limited.Close()
	accepted := make(chan net.Conn, 1000)
	go func() {
		defer close(accepted)
		for {
			conn, err := limited.Accept()
			if err != nil {
				return
			}
			accepted <- conn
		}
	}()
	const clients = 100
	for range clients {
		conn, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	var open []net.Conn
	for len(open) < 4 { // the least that a machine with few descriptors serves
		open = append(open, <-accepted)
	}
	for served := 4; served < clients; served++ {
		if len(open)+len(accepted) > 64 {
			t.Fatalf("%d connections are open at a time", len(open)+len(accepted))
		}
		_ = open[0].Close()
		open = append(open[1:], <-accepted)
	}
	for _, conn := range open {
		_ = conn.Close()
	}
}

// TestRefusalsAreCounted checks that a thousand forged callbacks leave ten lines.
func TestRefusalsAreCounted(t *testing.T) {
	var log bytes.Buffer
	h := webhook.New(webhook.Config{PublicURL: "https://example.org", Tokens: []string{"t"}, Log: slog.New(slog.NewTextHandler(&log, nil))})
	for range 500 {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/twilio/p1/key", strings.NewReader("Digits=4")))
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/beat/job/token/start", nil))
	}
	// A minute may begin meanwhile on a machine that stands still.
	if n := strings.Count(log.String(), "\n"); n < 10 || n > 40 {
		t.Errorf("%d lines:\n%.2000s", n, log.String())
	}
}
