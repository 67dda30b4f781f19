package lambdatest

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// ServeHTTP serves the function's Function URL.
// See https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads.
func (f *Function) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	in := events.LambdaFunctionURLRequest{
		Version: "2.0", RawPath: r.URL.EscapedPath(), RawQueryString: r.URL.RawQuery, Headers: map[string]string{},
		Body: base64.StdEncoding.EncodeToString(body), IsBase64Encoded: true, // as Lambda does with forms
	}
	for name, values := range r.Header {
		in.Headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	in.RequestContext.DomainName, in.RequestContext.HTTP.Method, in.RequestContext.HTTP.Path = r.Host, r.Method, r.URL.Path
	payload, err := json.Marshal(in)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	res := f.Invoke(string(payload))
	var out events.LambdaFunctionURLResponse
	if res.Err() != nil || json.Unmarshal(res.Payload, &out) != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	for name, value := range out.Headers {
		w.Header().Set(name, value)
	}
	text := []byte(out.Body)
	if out.IsBase64Encoded {
		text, _ = base64.StdEncoding.DecodeString(out.Body)
	}
	w.WriteHeader(out.StatusCode)
	_, _ = w.Write(text) // the client may have disconnected
}
