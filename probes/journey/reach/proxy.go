package reach

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A Proxy makes Chrome's connections to all hosts but the site's and the journey's, within the limits: it refuses an address after the
// name is resolved, so that a name which changes its address gains nothing. Its methods may be called on nil, and from any goroutine.
type Proxy struct {
	limits *Limits
	server *http.Server
	port   int

	mu     sync.Mutex
	open   map[net.Conn]bool // tunnels, which the server does not know any more
	causes map[string]string // Chrome's error of the last attempt to connect, by host:port, if that failed
}

// dialLimit bounds the connecting to a host, as Chrome does.
const dialLimit = 30 * time.Second

// maxCauses bounds the hosts whose errors are kept.
const maxCauses = 200

// Proxy starts a proxy on a free port of this machine. Close ends it.
func (l *Limits) Proxy() (*Proxy, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the proxy that keeps pages from this machine's addresses: %w", err)
	}
	p := &Proxy{limits: l, port: ln.Addr().(*net.TCPAddr).Port, open: map[net.Conn]bool{}, causes: map[string]string{}}
	forward := &httputil.ReverseProxy{
		Rewrite:       func(*httputil.ProxyRequest) {}, // it goes where it was sent, as it is
		Transport:     &http.Transport{DialContext: p.dial, DisableCompression: true},
		FlushInterval: -1,
		ErrorHandler:  func(w http.ResponseWriter, _ *http.Request, _ error) { hangUp(w) },
	}
	p.server = &http.Server{ReadHeaderTimeout: dialLimit, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodConnect {
			p.tunnel(w, r)
		} else {
			forward.ServeHTTP(w, r)
		}
	})}
	go func() { _ = p.server.Serve(ln) }()
	return p, nil
}

// ChromeArgs are the switches that make Chrome use the proxy for all but the site and the journey's hosts. Chrome would except the addresses
// of the machine by itself, and WebRTC knows no proxy.
func (p *Proxy) ChromeArgs() []string {
	except := append([]string{"<-loopback>"}, p.limits.hosts...)
	return []string{
		fmt.Sprintf("--proxy-server=http://127.0.0.1:%d", p.port), "--proxy-bypass-list=" + strings.Join(except, ";"),
		"--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
	}
}

// Close ends the proxy and its connections.
func (p *Proxy) Close() error {
	if p == nil {
		return nil
	}
	err := p.server.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		_ = c.Close()
	}
	return err
}

// Cause returns Chrome's error for what made the proxy end a connection to an address; code if the proxy had no part in it.
func (p *Proxy) Cause(code, address string) string {
	if p == nil || code != "net::ERR_TUNNEL_CONNECTION_FAILED" && code != "net::ERR_EMPTY_RESPONSE" {
		return code
	}
	u, err := url.Parse(address)
	if err != nil {
		return code
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if cause, ok := p.causes[net.JoinHostPort(u.Hostname(), portOf(u))]; ok {
		return cause
	}
	return code
}

// Is reports whether the proxy is at this address and port.
func (p *Proxy) Is(address string, port int64) bool {
	return p != nil && address == "127.0.0.1" && port == int64(p.port)
}

// tunnel connects Chrome with a host.
func (p *Proxy) tunnel(w http.ResponseWriter, r *http.Request) {
	host, err := p.dial(r.Context(), "tcp", r.Host)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	chrome, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = host.Close()
		return
	}
	done := p.keep(chrome, host)
	defer done()
	if _, err := io.WriteString(chrome, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { pass(host, buffered) })
	both.Go(func() { pass(chrome, host) })
	both.Wait()
}

// keep records a tunnel's connections, which Close closes; done closes them too.
func (p *Proxy) keep(all ...net.Conn) (done func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range all {
		p.open[c] = true
	}
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, c := range all {
			_ = c.Close()
			delete(p.open, c)
		}
	}
}

// pass copies to its end what comes from one side, and tells the other that nothing more comes.
func pass(to net.Conn, from io.Reader) {
	_, _ = io.Copy(to, from)
	if tcp, ok := to.(*net.TCPConn); ok {
		_ = tcp.CloseWrite()
	}
}

// dial connects to a host within the limits, and records why it could not.
func (p *Proxy) dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: dialLimit, Control: p.limits.Control}
	c, err := d.DialContext(ctx, network, address)
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case err == nil:
		delete(p.causes, address)
	case ctx.Err() == nil && len(p.causes) < maxCauses:
		p.causes[address] = chromeError(err)
	}
	return c, err
}

// chromeError is the error that Chrome would have for a connection of its own.
func chromeError(err error) string {
	var own *RefusedError
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &own):
		return OwnMachine
	case errors.As(err, &dns):
		return "net::ERR_NAME_NOT_RESOLVED"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "net::ERR_CONNECTION_REFUSED"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "net::ERR_CONNECTION_TIMED_OUT"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "net::ERR_ADDRESS_UNREACHABLE"
	}
	return "net::ERR_CONNECTION_FAILED"
}

// OwnMachine is the error of a request to an address of the probe's own machine; Chrome has none for that.
const OwnMachine = "net::ERR_VALKYRIE_OWN_MACHINE"

// hangUp ends the connection without an answer, which is a network error to Chrome, unlike an answer of our own.
func hangUp(w http.ResponseWriter) {
	if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = c.Close()
	}
}

// portOf is an address's port, or that of its scheme.
func portOf(u *url.URL) string {
	if port := u.Port(); port != "" {
		return port
	}
	return map[string]string{"http": "80", "ws": "80", "https": "443", "wss": "443"}[u.Scheme]
}
