// Package neterror words Chrome's network errors, such as net::ERR_CERT_DATE_INVALID, and decides whose fault they are.
//
// It exists because these words are read out on a phone: the code alone is not enough, so the package adds a plain
// sentence, and reads the server's certificate for the details that Chrome does not report.
package neterror

import "strings"

// descriptions are plain sentences for the codes that customers meet; the code follows them, for reference.
var descriptions = map[string]string{
	"ABORTED":                                       "it was broken off",
	"NAME_NOT_RESOLVED":                             "its name is not known to DNS",
	"VALKYRIE_OWN_MACHINE":                          "it is an address of the probe's own machine; if that is meant, name the host in the journey's Hosts",
	"CONNECTION_REFUSED":                            "the connection was refused: nothing listens there",
	"CONNECTION_RESET":                              "the connection was reset",
	"CONNECTION_CLOSED":                             "the connection was closed without an answer",
	"CONNECTION_ABORTED":                            "the connection was lost",
	"CONNECTION_FAILED":                             "no connection could be made",
	"CONNECTION_TIMED_OUT":                          "nothing answered the connection",
	"EMPTY_RESPONSE":                                "the connection was closed without an answer",
	"SOCKET_NOT_CONNECTED":                          "the connection was lost",
	"ADDRESS_UNREACHABLE":                           "its address cannot be reached",
	"ADDRESS_INVALID":                               "its name leads to an address that does not exist",
	"ICANN_NAME_COLLISION":                          "its name is not set up in DNS (it leads to 127.0.53.53)",
	"TIMED_OUT":                                     "it did not answer in time",
	"TOO_MANY_REDIRECTS":                            "it redirects without end",
	"INVALID_REDIRECT":                              "it redirects to an address that is not valid",
	"UNSAFE_REDIRECT":                               "it redirects to an address that browsers refuse",
	"UNSAFE_PORT":                                   "browsers refuse its port, which belongs to another protocol",
	"INVALID_URL":                                   "its address is not valid",
	"DISALLOWED_URL_SCHEME":                         "its address is of a kind that browsers refuse",
	"UNKNOWN_URL_SCHEME":                            "its address is for another program",
	"CERT_AUTHORITY_INVALID":                        "its certificate is not trusted: it is self-signed, or of an unknown authority",
	"CERT_DATE_INVALID":                             "its certificate has expired, or is not valid yet",
	"CERT_COMMON_NAME_INVALID":                      "its certificate is for another name",
	"CERT_REVOKED":                                  "its certificate was revoked",
	"CERT_INVALID":                                  "its certificate is damaged",
	"CERT_CONTAINS_ERRORS":                          "its certificate is damaged",
	"CERT_WEAK_SIGNATURE_ALGORITHM":                 "its certificate has a signature that browsers no longer accept",
	"CERT_WEAK_KEY":                                 "its certificate has a key that is too weak for browsers",
	"CERT_VALIDITY_TOO_LONG":                        "its certificate is valid for longer than browsers accept",
	"CERT_NAME_CONSTRAINT_VIOLATION":                "its certificate is for names that its authority may not certify",
	"CERTIFICATE_TRANSPARENCY_REQUIRED":             "its certificate is not in the public logs that browsers require",
	"CERT_KNOWN_INTERCEPTION_BLOCKED":               "its certificate is one that intercepts connections",
	"SSL_PROTOCOL_ERROR":                            "it does not speak TLS properly",
	"SSL_VERSION_OR_CIPHER_MISMATCH":                "it speaks no version of TLS that browsers use",
	"SSL_OBSOLETE_CIPHER":                           "it speaks no version of TLS that browsers use",
	"SSL_UNRECOGNIZED_NAME_ALERT":                   "it has no certificate for this name, and says so",
	"SSL_PINNED_KEY_NOT_IN_CERT_CHAIN":              "its certificate is not one that browsers accept for this name",
	"SSL_KEY_USAGE_INCOMPATIBLE":                    "its certificate does not allow this use of its key",
	"SSL_SERVER_CERT_BAD_FORMAT":                    "its certificate is damaged",
	"SSL_SERVER_CERT_CHANGED":                       "its certificate changed during the connection",
	"BAD_SSL_CLIENT_AUTH_CERT":                      "it wants a client certificate, and the browser has none that it accepts",
	"CLIENT_AUTH_CERT_TYPE_UNSUPPORTED":             "it wants a client certificate, of a kind that browsers do not have",
	"QUIC_CERT_ROOT_NOT_KNOWN":                      "its certificate is not trusted: it is of an unknown authority",
	"CONTENT_LENGTH_MISMATCH":                       "its body was cut short",
	"INCOMPLETE_CHUNKED_ENCODING":                   "its body was cut short",
	"INVALID_CHUNKED_ENCODING":                      "its body is not sent properly (chunked encoding)",
	"CONTENT_DECODING_FAILED":                       "its body is not compressed as its Content-Encoding says",
	"CONTENT_DECODING_INIT_FAILED":                  "its body is not compressed as its Content-Encoding says",
	"ZSTD_WINDOW_SIZE_TOO_BIG":                      "its body is compressed with a window that is too large for browsers (zstd)",
	"INVALID_RESPONSE":                              "its answer is no valid HTTP",
	"INVALID_HTTP_RESPONSE":                         "its answer is no valid HTTP",
	"METHOD_NOT_SUPPORTED":                          "it does not support the request's method",
	"RESPONSE_HEADERS_TOO_BIG":                      "the headers of its answer are too large",
	"RESPONSE_HEADERS_TRUNCATED":                    "the headers of its answer were cut short",
	"RESPONSE_HEADERS_MULTIPLE_CONTENT_LENGTH":      "its answer has two different Content-Length headers",
	"RESPONSE_HEADERS_MULTIPLE_LOCATION":            "its answer has two different Location headers",
	"RESPONSE_HEADERS_MULTIPLE_CONTENT_DISPOSITION": "its answer has two different Content-Disposition headers",
	"HTTP_RESPONSE_CODE_FAILURE":                    "its answer is an error with an empty body",
	"HTTP2_SERVER_REFUSED_STREAM":                   "it refused the request (HTTP/2)",
	"HTTP2_PING_FAILED":                             "the connection died: it no longer answers (HTTP/2)",
	"HTTP2_INADEQUATE_TRANSPORT_SECURITY":           "its TLS is too weak for HTTP/2",
	"HTTP_1_1_REQUIRED":                             "it speaks only HTTP/1.1 to this request, and closed the connection",
	"QUIC_GOAWAY_REQUEST_CAN_BE_RETRIED":            "it closed the connection before it answered (HTTP/3)",
	"TOO_MANY_RETRIES":                              "it kept asking for another password or certificate",
	"TOO_MANY_ACCEPT_CH_RESTARTS":                   "it kept asking for other headers (Accept-CH)",
	"INVALID_AUTH_CREDENTIALS":                      "the user name and password could not be used",
	"UNSUPPORTED_AUTH_SCHEME":                       "it asks for a way to sign in that browsers do not have",
	"MISSING_AUTH_CREDENTIALS":                      "it asks for a user name and password",
	"BLOCKED_BY_RESPONSE":                           "it refuses to be used in this page (X-Frame-Options or the like)",
	"BLOCKED_BY_CSP":                                "the page's content security policy forbids it",
	"BLOCKED_BY_ORB":                                "the browser refused it: it is not what the page asked for",
	"BLOCKED_BY_CLIENT":                             "the browser blocked it",
	"BLOCKED_BY_ADMINISTRATOR":                      "a policy of this browser blocked it",
	"BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS":        "the browser blocked it: a public page may not use a private address",
	"BLOCKED_BY_PRIVATE_NETWORK_ACCESS_CHECKS":      "the browser blocked it: a public page may not use a private address",
	"INSECURE_RESPONSE":                             "its answer is not secure",
	"ACCESS_DENIED":                                 "the browser may not open it",
	"FILE_NOT_FOUND":                                "there is no such file",
	"FILE_NO_SPACE":                                 "the probe's disk is full",
	"FAILED":                                        "it failed, and Chrome does not say why",
	"UNEXPECTED":                                    "it failed, and Chrome does not say why",
	"PROXY_CONNECTION_FAILED":                       "the probe's proxy does not answer",
	"PROXY_CERTIFICATE_INVALID":                     "the certificate of the probe's proxy is not valid",
	"PROXY_AUTH_REQUESTED":                          "the probe's proxy asks for a password",
	"PROXY_AUTH_UNSUPPORTED":                        "the probe's proxy asks for a password in an unknown way",
	"UNEXPECTED_PROXY_AUTH":                         "it answered 407, as only a proxy may",
	"TUNNEL_CONNECTION_FAILED":                      "the probe's proxy did not connect to it",
	"INTERNET_DISCONNECTED":                         "the probe has no network",
	"NETWORK_CHANGED":                               "the probe's network changed",
	"NETWORK_ACCESS_DENIED":                         "the probe may not use the network",
	"OUT_OF_MEMORY":                                 "the probe has no memory left",
	"INSUFFICIENT_RESOURCES":                        "the probe has no resources left",
}

// A family describes the codes that begin or end alike and have no description of their own.
type family struct{ prefix, suffix, words string }

// families are in order: the first that fits counts.
var families = []family{
	{"SSL_CLIENT_AUTH_", "", "it wants a client certificate, and the browser has none that it accepts"},
	{"CERT_DATABASE_", "", "the probe's own certificates changed"},
	{"CERT_VERIFIER_", "", "the probe's own certificates changed"},
	{"CERT", "", "its certificate is not accepted by browsers"},
	{"CT_", "", "its certificate is not in the public logs that browsers require"},
	{"ECH_", "", "it does not speak TLS properly"},
	{"INVALID_ECH_", "", "it does not speak TLS properly"},
	{"SSL_", "", "it does not speak TLS properly"},
	{"NO_SSL_", "", "it speaks no version of TLS that browsers use"},
	{"TLS13_", "", "it does not speak TLS properly"},
	{"EARLY_DATA_", "", "it does not speak TLS properly"},
	{"", "_EARLY_DATA", "it does not speak TLS properly"},
	{"ALPN_", "", "it does not speak TLS properly"},
	{"HTTP2_", "", "it broke the HTTP/2 protocol"},
	{"INCOMPLETE_HTTP2_", "", "it broke the HTTP/2 protocol"},
	{"H2_OR_QUIC_", "", "it does not speak HTTP/2 or HTTP/3"},
	{"SYN_REPLY_", "", "it broke the HTTP/2 protocol"},
	{"QUIC_", "", "it broke the HTTP/3 protocol"},
	{"WS_", "", "it broke the WebSocket protocol"},
	{"SOCKS_", "", "the probe's proxy did not connect to it"},
	{"PROXY_", "", "the probe's proxy did not connect to it"},
	{"HTTPS_PROXY_", "", "the probe's proxy did not connect to it"},
	{"", "_PROXY_AUTH", "the probe's proxy did not connect to it"},
	{"NO_SUPPORTED_PROXIES", "", "the probe has no proxy that it can use"},
	{"MANDATORY_PROXY_", "", "the probe's proxy settings could not be read"},
	{"PAC_", "", "the probe's proxy settings could not be read"},
	{"DNS_", "", "its name could not be looked up in DNS"},
	{"NAME_", "", "its name could not be looked up in DNS"},
	{"HOST_RESOLVER_", "", "the probe has too many names to look up in DNS"},
	{"RESPONSE_", "", "its answer is no valid HTTP"},
	{"ENCODING_", "", "its text is in an encoding that the browser cannot read"},
	{"", "_DICTIONARY_HEADER", "its body is not compressed as its headers say"},
	{"DICTIONARY_", "", "its body is not compressed as its headers say"},
	{"CACHE_", "", "the browser could not use its own cache"},
	{"CACHED_IP_", "", "the browser blocked it: a public page may not use a private address"},
	{"INCONSISTENT_IP_", "", "its name leads to a public and to a private address at once"},
	{"BLOCKED_", "", "the browser blocked it"},
	{"CLEARTEXT_", "", "the browser blocked it: it is not encrypted"},
	{"NETWORK_", "", "the probe may not use the network"},
	{"ADDRESS_", "", "its address could not be used"},
	{"SOCKET_", "", "the connection could not be used"},
	{"", "_BUFFER_SPACE", "the probe has no resources left"},
	{"PRECONNECT_", "", "the probe has too many connections"},
	{"FILE_", "", "a file could not be used"},
	{"UPLOAD_", "", "the file could not be sent: it changed, or had to be sent again"},
	{"FTP_", "", "browsers no longer speak FTP"},
	{"", "_FTP_DIRECTORY_LISTING_FORMAT", "browsers no longer speak FTP"},
	{"BLOB_", "", "a file that the page made could not be read"},
	{"TRUST_TOKEN_", "", "it could not prove who the browser is (private state tokens)"},
	{"PRIVATE_STATE_TOKEN_", "", "it could not prove who the browser is (private state tokens)"},
	{"INVALID_SIGNED_EXCHANGE", "", "its bundle of pages is damaged"},
	{"INVALID_BUNDLED_EXCHANGES", "", "its bundle of pages is damaged"},
	{"INVALID_WEB_BUNDLE", "", "its bundle of pages is damaged"},
	{"PKCS12_", "", "a certificate of the browser's own could not be used"},
	{"IMPORT_", "", "a certificate of the browser's own could not be used"},
	{"KEY_GENERATION_", "", "a certificate of the browser's own could not be used"},
	{"PRIVATE_KEY_", "", "a certificate of the browser's own could not be used"},
	{"SELF_SIGNED_CERT_", "", "a certificate of the browser's own could not be used"},
	{"", "_USER_CERT_FAILED", "a certificate of the browser's own could not be used"},
	{"", "_PRIVATE_KEY_FOR_CERT", "a certificate of the browser's own could not be used"},
	{"", "_AUTH_ENVIRONMENT", "the browser could not sign in there"},
	{"", "_SECURITY_LIBRARY_STATUS", "the browser could not sign in there"},
	{"MALFORMED_IDENTITY", "", "the user name and password could not be used"},
	{"TEMPORARILY_THROTTLED", "", "the browser held it back, since it failed so often"},
	{"REQUEST_RANGE_", "", "it could not send the part of the file that was asked for"},
	{"CONTEXT_SHUT_DOWN", "", "the browser was closing"},
}

// Describe returns a plain sentence for a code, followed by the code in parentheses. Chrome's list grows with each version,
// so a code that is in no family is spelled out.
func Describe(code string) string {
	short := strings.TrimPrefix(code, "net::")
	name := strings.TrimPrefix(short, "ERR_")
	if name == "" {
		return "it failed, and Chrome does not say why"
	}
	words, ok := describe(name)
	if !ok {
		words = "Chrome could not load it: " + strings.ToLower(strings.ReplaceAll(name, "_", " "))
	}
	return words + " (" + short + ")"
}

// describe returns the description of a code without its prefix, or that of its family.
func describe(name string) (words string, ok bool) {
	if words, ok := descriptions[name]; ok {
		return words, true
	}
	for _, f := range families {
		if strings.HasPrefix(name, f.prefix) && strings.HasSuffix(name, f.suffix) {
			return f.words, true
		}
	}
	return "", false
}

// probeFaults are the prefixes of the errors that the probe itself causes: its proxy, its network, its memory, its disk.
var probeFaults = []string{
	"PROXY_", "TUNNEL_CONNECTION_FAILED", "SOCKS_", "NO_SUPPORTED_PROXIES", "MANDATORY_PROXY_", "HTTPS_PROXY_", "PAC_",
	"INTERNET_DISCONNECTED", "NETWORK_CHANGED", "NETWORK_ACCESS_DENIED", "NETWORK_ACCESS_REVOKED", "NETWORK_IO_SUSPENDED",
	"INSUFFICIENT_RESOURCES", "OUT_OF_MEMORY", "NO_BUFFER_SPACE", "FILE_NO_SPACE", "HOST_RESOLVER_QUEUE_TOO_LARGE",
	"PRECONNECT_MAX_", "CONTEXT_SHUT_DOWN", "BLOCKED_BY_ADMINISTRATOR",
}

// IsProbeFault reports whether the probe's own proxy, network, memory or disk causes the error, and not the site.
func IsProbeFault(code string) bool {
	name := strings.TrimPrefix(strings.TrimPrefix(code, "net::"), "ERR_")
	for _, prefix := range probeFaults {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
