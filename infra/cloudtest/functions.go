package cloudtest

import (
	"io"
	"net/http"
	"strings"
)

// Function registers a function for asynchronous invocation in a region: do gets the payload in a new goroutine, after the
// caller has got its response.
func (c *Cloud) Function(region, name string, do func(payload []byte)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.functions[region+" "+name] = do
}

// invoke implements Lambda's Invoke, for the invocation type Event only.
// See https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html.
func (c *Cloud) invoke(w http.ResponseWriter, r *http.Request, region string) {
	name, ok := strings.CutPrefix(r.URL.Path, "/2015-03-31/functions/")
	name, ok2 := strings.CutSuffix(name, "/invocations")
	c.mu.Lock()
	do := c.functions[region+" "+name]
	c.mu.Unlock()
	switch payload, err := io.ReadAll(r.Body); {
	case err != nil || !ok || !ok2 || r.Method != http.MethodPost || r.Header.Get("X-Amz-Invocation-Type") != "Event":
		w.WriteHeader(http.StatusBadRequest)
	case do == nil:
		w.Header().Set("X-Amzn-Errortype", "ResourceNotFoundException")
		w.WriteHeader(http.StatusNotFound)
	default:
		w.WriteHeader(http.StatusAccepted)
		go do(payload)
	}
}
