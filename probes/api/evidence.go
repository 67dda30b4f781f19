package api

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"valkyrie/probes/journey"
)

// Bounds of the evidence of a run.
const (
	exchangesKept = 50       // the latest exchanges
	bodyKept      = 64 << 10 // bytes of each body
)

// An exchange is a request and its response.
type exchange struct {
	step     string
	started  time.Time
	took     time.Duration
	request  *http.Request
	body     []byte
	response Answer
	err      error
}

func (c *Client) keep(r *http.Request, a Answer, began time.Time, err error) {
	x := exchange{step: c.step.Step(), started: began, took: c.now().Sub(began), request: r, response: a, err: err}
	if body, bad := r.GetBody(); bad == nil {
		x.body, _ = io.ReadAll(io.LimitReader(body, bodyKept)) // reading memory cannot fail
	}
	x.response.Body = a.Body[:min(len(a.Body), bodyKept)]
	c.mu.Lock()
	defer c.mu.Unlock()
	c.exchanges = append(c.exchanges, x)
	if len(c.exchanges) <= exchangesKept {
		return
	}
	oldest := max(slices.IndexFunc(c.exchanges, exchange.good), 0) // failures stay, unless there are too many
	c.exchanges = slices.Delete(c.exchanges, oldest, oldest+1)
}

func (x exchange) good() bool { return x.err == nil && x.response.Status < 400 }

// Capture saves the exchanges, the latest last.
func (c *Client) Capture(_ context.Context, save func(kind, name string, data []byte) journey.Evidence) []journey.Evidence {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all bytes.Buffer
	for _, x := range c.exchanges {
		x.write(&all)
	}
	return []journey.Evidence{save("exchanges", "exchanges.txt", all.Bytes())}
}

// End returns where the step's time went, and its failed requests.
func (c *Client) End(_ context.Context, res journey.StepResult) journey.Notes {
	n := journey.Notes{Waterfall: c.trace.waterfall()}
	c.mu.Lock()
	defer c.mu.Unlock()
	n.Certificates = slices.Clone(c.certificates)
	for _, x := range c.exchanges {
		if x.step != res.Name {
			continue
		}
		p := journey.Problem{Step: x.step, URL: x.request.URL.String(), FirstParty: true}
		lost, isLost := x.response.lost()
		switch {
		case isLost && x.err == nil && x.response.Status < 400:
			p.Kind, p.What = journey.ProblemHTTP, fmt.Sprintf("%s got a %s", x.name(), lost)
		case x.err != nil:
			p.Kind, p.What = journey.ProblemNetwork, x.name()+" got no answer: "+c.reason(x.err)
		case x.response.Status >= 400:
			p.Kind, p.What = journey.ProblemHTTP, fmt.Sprintf("%s answered %d", x.name(), x.response.Status)
		default:
			continue
		}
		n.Problems = append(n.Problems, p)
	}
	n.Why = c.slowest(res.Name)
	return n
}

// slowest names the request that took most of the step, if one did.
func (c *Client) slowest(step string) string {
	var most exchange
	var all time.Duration
	for _, x := range c.exchanges {
		if x.step == step {
			all += x.took
			if x.took > most.took {
				most = x
			}
		}
	}
	if most.took*2 <= all {
		return ""
	}
	return "mostly waiting for " + most.name()
}

func (x exchange) name() string { return x.request.Method + " " + x.request.URL.Path }

// write formats the exchange as HTTP.
func (x exchange) write(w *bytes.Buffer) {
	fmt.Fprintf(w, "# %s, step %q, %d ms\n", x.started.UTC().Format("15:04:05.000"), x.step, x.took.Milliseconds())
	fmt.Fprintf(w, "%s %s\n", x.request.Method, x.request.URL)
	writeHeader(w, x.request.Header)
	fmt.Fprintf(w, "\n%s\n", x.body)
	for _, r := range x.response.Redirects {
		fmt.Fprintf(w, "%s\n", r)
	}
	if x.err != nil {
		fmt.Fprintf(w, "no answer: %v\n\n", x.err)
		if x.response.Status == 0 {
			return
		}
	}
	fmt.Fprintf(w, "%d %s\n", x.response.Status, http.StatusText(x.response.Status))
	writeHeader(w, x.response.Header)
	fmt.Fprintf(w, "\n%s\n\n", x.response.Body)
}

// writeHeader writes headers without the credentials in them: the values of cookies, and authorizations.
func writeHeader(w *bytes.Buffer, h http.Header) {
	shown := h.Clone()
	for _, name := range []string{"Authorization", "Proxy-Authorization"} {
		for i, value := range shown[name] {
			scheme, _, _ := strings.Cut(value, " ")
			shown[name][i] = scheme + " [hidden]"
		}
	}
	for i, line := range shown["Set-Cookie"] {
		pair, attributes, more := strings.Cut(line, ";")
		name, _, _ := strings.Cut(pair, "=")
		if shown["Set-Cookie"][i] = name + "=[hidden]"; more {
			shown["Set-Cookie"][i] += ";" + attributes
		}
	}
	for i, line := range shown["Cookie"] {
		var names []string
		for pair := range strings.SplitSeq(line, "; ") {
			name, _, _ := strings.Cut(pair, "=")
			names = append(names, name+"=[hidden]")
		}
		shown["Cookie"][i] = strings.Join(names, "; ")
	}
	_ = shown.Write(w) // writing to memory cannot fail
}
