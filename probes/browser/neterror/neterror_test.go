package neterror

import (
	"os"
	"strings"
	"testing"

	"valkyrie/probes/journey/reach"
)

// internal are errors that Chrome handles itself, so that no request ends with them.
var internal = map[string]bool{
	"IO_PENDING": true, "INVALID_ARGUMENT": true, "INVALID_HANDLE": true, "NOT_IMPLEMENTED": true, "WINSOCK_UNEXPECTED_WRITTEN_BYTES": true,
	"MSG_TOO_BIG": true, "READ_IF_READY_NOT_IMPLEMENTED": true,
}

// TestEveryCodeIsDescribed checks that each of Chrome's codes has words of its own or of its family, that are not its code.
func TestEveryCodeIsDescribed(t *testing.T) {
	text, err := os.ReadFile("testdata/names.txt")
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Split(strings.TrimSpace(string(text)), "\n")[1:]
	if len(names) < 240 {
		t.Fatalf("only %d names", len(names))
	}
	for _, name := range names {
		words, ok := describe(name)
		if !ok && !internal[name] {
			t.Errorf("%s has no description", name)
		}
		if got := Describe("net::ERR_" + name); strings.Contains(got, "net::") || !strings.HasSuffix(got, " (ERR_"+name+")") || strings.HasPrefix(got, "(") || strings.ContainsAny(words, "_") {
			t.Errorf("%s: %q", name, got)
		}
	}
	known := strings.Join(names, "\n") + "\n"
	for name := range descriptions {
		if !strings.Contains(known, name+"\n") && "net::ERR_"+name != reach.OwnMachine {
			t.Errorf("%s is described, and Chrome has no such error", name)
		}
	}
	for _, f := range families {
		used := false
		for _, name := range names {
			used = used || descriptions[name] == "" && strings.HasPrefix(name, f.prefix) && strings.HasSuffix(name, f.suffix)
		}
		if !used {
			t.Errorf("no error is in the family %q %q", f.prefix, f.suffix)
		}
	}
}

func TestDescribe(t *testing.T) {
	for code, want := range map[string]string{
		"net::ERR_CONTENT_DECODING_FAILED":     "its body is not compressed as its Content-Encoding says (ERR_CONTENT_DECODING_FAILED)",
		"net::ERR_BAD_SSL_CLIENT_AUTH_CERT":    "it wants a client certificate, and the browser has none that it accepts (ERR_BAD_SSL_CLIENT_AUTH_CERT)",
		"net::ERR_SSL_CLIENT_AUTH_CERT_NEEDED": "it wants a client certificate, and the browser has none that it accepts (ERR_SSL_CLIENT_AUTH_CERT_NEEDED)",
		"net::ERR_HTTP2_COMPRESSION_ERROR":     "it broke the HTTP/2 protocol (ERR_HTTP2_COMPRESSION_ERROR)",
		"net::ERR_CERT_SOMETHING_NEW":          "its certificate is not accepted by browsers (ERR_CERT_SOMETHING_NEW)",
		"net::ERR_FLUX_CAPACITOR_EMPTY":        "Chrome could not load it: flux capacitor empty (ERR_FLUX_CAPACITOR_EMPTY)",
		"ERR_FAILED":                           "it failed, and Chrome does not say why (ERR_FAILED)",
		reach.OwnMachine:                       "it is an address of the probe's own machine; if that is meant, name the host in the journey's Hosts (ERR_VALKYRIE_OWN_MACHINE)",
		"":                                     "it failed, and Chrome does not say why",
	} {
		if got := Describe(code); got != want {
			t.Errorf("Describe(%q) is %q, want %q", code, got, want)
		}
	}
}

func TestProbeFaults(t *testing.T) {
	for code, want := range map[string]bool{
		"net::ERR_PROXY_CERTIFICATE_INVALID": true, "net::ERR_NO_BUFFER_SPACE": true, "net::ERR_FILE_NO_SPACE": true, "net::ERR_NETWORK_IO_SUSPENDED": true,
		"net::ERR_UNEXPECTED_PROXY_AUTH": false, "net::ERR_NAME_NOT_RESOLVED": false, "net::ERR_CONNECTION_RESET": false, "net::ERR_BLOCKED_BY_CSP": false,
	} {
		if IsProbeFault(code) != want {
			t.Errorf("%s: the probe's fault: %v", code, !want)
		}
	}
}
