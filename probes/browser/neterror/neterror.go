// Package neterror words Chrome's network errors, such as net::ERR_CERT_DATE_INVALID, and decides whose fault they are.
//
// It exists because these words are read out on a phone: the code alone is not enough, so the package adds a plain
// sentence, and reads the server's certificate for the details that Chrome does not report.
package neterror

import "strings"

// descriptions are plain sentences for Chrome's codes; the code follows them, for reference.
var descriptions = map[string]string{
	"net::ERR_ABORTED":                        "it is a file to download, or was broken off",
	"net::ERR_NAME_NOT_RESOLVED":              "its name is not known to DNS",
	"net::ERR_CONNECTION_REFUSED":             "the connection was refused: nothing listens there",
	"net::ERR_CONNECTION_RESET":               "the connection was reset",
	"net::ERR_CONNECTION_CLOSED":              "the connection was closed without an answer",
	"net::ERR_CONNECTION_TIMED_OUT":           "nothing answered the connection",
	"net::ERR_EMPTY_RESPONSE":                 "the connection was closed without an answer",
	"net::ERR_TOO_MANY_REDIRECTS":             "it redirects without end",
	"net::ERR_CERT_AUTHORITY_INVALID":         "its certificate is not trusted: it is self-signed, or of an unknown authority",
	"net::ERR_CERT_DATE_INVALID":              "its certificate has expired, or is not valid yet",
	"net::ERR_CERT_COMMON_NAME_INVALID":       "its certificate is for another name",
	"net::ERR_CERT_REVOKED":                   "its certificate was revoked",
	"net::ERR_CERT_INVALID":                   "its certificate is damaged",
	"net::ERR_SSL_PROTOCOL_ERROR":             "it does not speak TLS properly",
	"net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH": "it speaks no version of TLS that browsers use",
	"net::ERR_CONTENT_LENGTH_MISMATCH":        "its body was cut short",
	"net::ERR_INCOMPLETE_CHUNKED_ENCODING":    "its body was cut short",
	"net::ERR_HTTP2_PROTOCOL_ERROR":           "it broke the HTTP/2 protocol",
	"net::ERR_INVALID_RESPONSE":               "its answer is no valid HTTP",
	"net::ERR_INVALID_HTTP_RESPONSE":          "its answer is no valid HTTP",
	"net::ERR_UNSAFE_PORT":                    "browsers refuse its port, which belongs to another protocol",
	"net::ERR_ADDRESS_UNREACHABLE":            "its address cannot be reached",
	"net::ERR_TIMED_OUT":                      "it did not answer in time",
	"net::ERR_PROXY_CONNECTION_FAILED":        "the probe's proxy does not answer",
	"net::ERR_TUNNEL_CONNECTION_FAILED":       "the probe's proxy did not connect to it",
	"net::ERR_SOCKS_CONNECTION_FAILED":        "the probe's proxy did not connect to it",
	"net::ERR_INTERNET_DISCONNECTED":          "the probe has no network",
	"net::ERR_NETWORK_CHANGED":                "the probe's network changed",
}

// Describe returns a plain sentence for a code, followed by the code in parentheses.
func Describe(code string) string {
	if words, ok := descriptions[code]; ok {
		return words + " (" + strings.TrimPrefix(code, "net::") + ")"
	}
	return code
}

// probeFaults are the prefixes of the errors that the probe itself causes: its proxy, its network, its memory.
var probeFaults = []string{
	"ERR_PROXY_", "ERR_TUNNEL_CONNECTION_FAILED", "ERR_SOCKS_", "ERR_NO_SUPPORTED_PROXIES", "ERR_MANDATORY_PROXY_",
	"ERR_INTERNET_DISCONNECTED", "ERR_NETWORK_CHANGED", "ERR_INSUFFICIENT_RESOURCES", "ERR_OUT_OF_MEMORY", "ERR_NETWORK_ACCESS_DENIED",
	"ERR_PAC_",
}

// IsProbeFault reports whether the probe's own proxy, network or memory causes the error, and not the site.
func IsProbeFault(code string) bool {
	for _, prefix := range probeFaults {
		if strings.HasPrefix(strings.TrimPrefix(code, "net::"), prefix) {
			return true
		}
	}
	return false
}
