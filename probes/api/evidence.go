package api

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"valkyrie/probes/journey"
)

// What is kept of a run as evidence.
const (
	exchangesKept = 50       // the last of them
	bodyKept      = 64 << 10 // bytes of each body
)

// An exchange is a request and what came of it.
type exchange struct {
	step   string
	began  time.Time
	took   time.Duration
	asked  *http.Request
	sent   []byte
	answer Answer
	err    error
}

func (c *Client) keep(r *http.Request, a Answer, began time.Time, err error) {
	x := exchange{step: c.step.Step(), began: began, took: c.now().Sub(began), asked: r, answer: a, err: err}
	if body, bad := r.GetBody(); bad == nil {
		x.sent, _ = io.ReadAll(io.LimitReader(body, bodyKept)) // from memory: it cannot fail
	}
	x.answer.Body = a.Body[:min(len(a.Body), bodyKept)]
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said = append(c.said, x)
	c.said = c.said[max(0, len(c.said)-exchangesKept):]
}

// Capture saves what was asked and answered, the last of all at the end.
func (c *Client) Capture(_ context.Context, save func(kind, name string, data []byte) journey.Evidence) []journey.Evidence {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all bytes.Buffer
	for _, x := range c.said {
		x.write(&all)
	}
	return []journey.Evidence{save("exchanges", "exchanges.txt", all.Bytes())}
}

// End says where the step's time went, and which requests of it went wrong.
func (c *Client) End(_ context.Context, res journey.StepResult) journey.Notes {
	n := journey.Notes{Waterfall: c.trace.waterfall()}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, x := range c.said {
		if x.step != res.Name {
			continue
		}
		p := journey.Problem{Step: x.step, URL: x.asked.URL.String(), FirstParty: true}
		switch {
		case x.err != nil:
			p.Kind, p.What = journey.ProblemNetwork, x.name()+" got no answer: "+c.reason(x.err)
		case x.answer.Status >= 400:
			p.Kind, p.What = journey.ProblemHTTP, fmt.Sprintf("%s answered %d", x.name(), x.answer.Status)
		default:
			continue
		}
		n.Problems = append(n.Problems, p)
	}
	n.Why = c.slowest(res.Name)
	return n
}

// slowest names the request that took most of the step, when one did.
func (c *Client) slowest(step string) string {
	var most exchange
	var all time.Duration
	for _, x := range c.said {
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

func (x exchange) name() string { return x.asked.Method + " " + x.asked.URL.Path }

// write tells the exchange in the words of HTTP.
func (x exchange) write(w *bytes.Buffer) {
	fmt.Fprintf(w, "# %s, step %q, %d ms\n", x.began.UTC().Format("15:04:05.000"), x.step, x.took.Milliseconds())
	fmt.Fprintf(w, "%s %s\n", x.asked.Method, x.asked.URL)
	_ = x.asked.Header.Write(w) // to memory: it cannot fail
	fmt.Fprintf(w, "\n%s\n", x.sent)
	if x.err != nil {
		fmt.Fprintf(w, "no answer: %v\n\n", x.err)
		return
	}
	fmt.Fprintf(w, "%d %s\n", x.answer.Status, http.StatusText(x.answer.Status))
	_ = x.answer.Header.Write(w)
	fmt.Fprintf(w, "\n%s\n\n", x.answer.Body)
}
