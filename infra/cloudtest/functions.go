package cloudtest

import (
	"io"
	"net/http"
	"strings"
)

// Function makes a function that can be invoked in a region, asynchronously: do gets the payload, in a goroutine that
// the caller's answer does not wait for.
func (c *Cloud) Function(region, name string, do func(payload []byte)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.functions[region+" "+name] = do
}

// invoke answers Lambda's Invoke, of the type Event only.
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
