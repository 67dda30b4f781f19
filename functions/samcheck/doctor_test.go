package samcheck_test

import (
	"crypto/tls"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"valkyrie/infra/suite/tlstest"
)

// noted lists the notes that doctor makes on a new deployment in the emulator, by subject and a part of their text.
var noted = []struct{ about, says string }{
	{"schedules in ", "are paused"},           // this test makes the invocations
	{"alarms in ", "without enough data yet"}, // the emulator evaluates none
	{"alarm topic in ", "has no subscriber"},  // an e-mail would have to be confirmed
	{"number ", "posts its messages to"},      // the stand-in has no console to set it in
}

// doctor examines the new deployment: all must be well, except for the listed notes.
func (d *desk) doctor() {
	d.Helper()
	d.run("go", "build", "-o", "bin/valkyrie", "./functions/valkyrie")
	out, err := d.attemptIn(d.front(), "", "bin/valkyrie", "doctor", "--deployment", regions[0])
	if err != nil {
		d.Errorf("valkyrie doctor: %v\n%s\n%s", err, out, d.emulatorLog())
		return
	}
	well := map[string]bool{}
	for line := range strings.Lines(out) {
		sign, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		what, says, _ := strings.Cut(rest, ": ")
		switch {
		case sign == "✓":
			well[what] = true
		case sign == "!" && !slices.ContainsFunc(noted, func(n struct{ about, says string }) bool {
			return strings.HasPrefix(what, n.about) && strings.Contains(says, n.says)
		}):
			d.Errorf("valkyrie doctor: unexpected note on %s: %s", what, says)
		}
	}
	var want []string
	for i, region := range d.regions {
		want = append(want, "stack in "+region, "evidence in "+region, "secrets in "+region+", probe", "dead letters in "+region, "Lambda in "+region)
		if i < 2 {
			want = append(want, "table in "+region, "secrets in "+region+", phone", "pager in "+region, "webhook in "+region)
		}
		if d.whole {
			want = append(want, "key in "+region)
		}
		if d.whole && i == 2 {
			want = append(want, "network in "+region)
		}
	}
	if want = slices.DeleteFunc(want, func(what string) bool { return well[what] }); len(want) > 0 {
		d.Errorf("valkyrie doctor: expected that these are well: %s; got\n%s", strings.Join(want, "; "), out)
	}
	d.Logf("valkyrie doctor:\n%s", out)
}

// front serves the functions' addresses with TLS, as AWS does, and returns the environment in which commands reach them: through a proxy,
// as their hosts do not exist.
func (d *desk) front() []string {
	d.Helper()
	emulator, err := url.Parse(d.endpoint)
	if err != nil {
		d.Fatal(err)
	}
	server := httptest.NewUnstartedServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = emulator.Scheme, emulator.Host, r.In.Host
	}})
	var hosts []string
	for _, region := range d.regions {
		hosts = append(hosts, "*.lambda-url."+region+".on.aws")
	}
	certificate := tlstest.Certificate(d, "a test", time.Now().AddDate(0, 1, 0), hosts...)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	server.StartTLS()
	d.Cleanup(server.Close)
	file := filepath.Join(d.logs, "certificate.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]}), 0o600); err != nil {
		d.Fatal(err)
	}
	proxy := httptest.NewServer(tunnel(server.Listener.Addr().String()))
	d.Cleanup(proxy.Close)
	return []string{"HTTPS_PROXY=" + proxy.URL, "NO_PROXY=", "SSL_CERT_FILE=" + file, "TWILIO_API_URL=" + d.phone}
}

// tunnel is a proxy that leads each tunnel to one server, whatever its host.
func tunnel(server string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method != http.MethodConnect {
			http.Error(w, "only tunnels", http.StatusMethodNotAllowed)
			return
		}
		there, err := net.Dial("tcp", server)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer there.Close()
		here, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer here.Close()
		_, _ = io.WriteString(here, "HTTP/1.1 200 Connection established\r\n\r\n")
		var both sync.WaitGroup
		both.Go(func() { _, _ = io.Copy(there, here); _ = there.(*net.TCPConn).CloseWrite() })
		_, _ = io.Copy(here, there)
		_ = here.Close()
		both.Wait()
	})
}
