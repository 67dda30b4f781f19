package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"valkyrie/probes/journey"
	"valkyrie/probes/journey/mask"
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
		x.body = c.withoutParts(r.Header.Get("Content-Type"), x.body)
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

// withoutParts hides a request's body whose fields make up a secret together, and has the parts masked wherever they return.
func (c *Client) withoutParts(mime string, body []byte) []byte {
	values := leaves(mime, body)
	for i, part := range c.step.Mask().Split(values) {
		if part {
			c.step.Mask().AddPart(values[i])
			body = []byte("[hidden: its fields make up a secret]")
		}
	}
	return body
}

// leaves are the values of a form's or a JSON text's fields, in order.
func leaves(mime string, body []byte) (values []string) {
	if strings.Contains(mime, "form-urlencoded") {
		for pair := range strings.SplitSeq(string(body), "&") {
			_, value, _ := strings.Cut(pair, "=")
			if plain, err := url.QueryUnescape(value); err == nil {
				values = append(values, plain)
			}
		}
		return values
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	type level struct{ object, value bool } // value: the next string is one, and no name
	var open []level
	for {
		token, err := d.Token()
		if err != nil {
			return values
		}
		in := len(open) - 1
		named := in < 0 || !open[in].object || open[in].value
		switch token := token.(type) {
		case json.Delim:
			if token == '{' || token == '[' {
				if in >= 0 {
					open[in].value = false
				}
				open = append(open, level{object: token == '{'})
			} else {
				open = open[:in]
			}
			continue
		case string:
			if named {
				values = append(values, token)
			}
		case json.Number:
			values = append(values, token.String())
		}
		if in >= 0 {
			open[in].value = !named
		}
	}
}

// shown is a body as text, with its control characters shown; of one that is no text, secrets are masked first.
func (c *Client) shown(body []byte) string {
	if utf8.Valid(body) && !bytes.ContainsRune(body, 0) {
		return journey.Printable(string(body))
	}
	return journey.Printable(strings.ToValidUTF8(string(c.step.Mask().Overwrite(body)), "�"))
}

func (x exchange) good() bool { return x.err == nil && x.response.Status < 400 }

// Capture saves the exchanges, the latest last.
func (c *Client) Capture(_ context.Context, save func(kind, name string, data []byte) journey.Evidence) []journey.Evidence {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all bytes.Buffer
	for _, x := range c.exchanges {
		x.write(&all, c.shown)
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
func (x exchange) write(w *bytes.Buffer, shown func([]byte) string) {
	fmt.Fprintf(w, "# %s, step %q, %d ms\n", x.started.UTC().Format("15:04:05.000"), x.step, x.took.Milliseconds())
	fmt.Fprintf(w, "%s %s\n", x.request.Method, x.request.URL)
	writeHeader(w, x.request.Header)
	fmt.Fprintf(w, "\n%s\n", shown(x.body))
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
	fmt.Fprintf(w, "\n%s\n\n", shown(x.response.Body))
}

// writeHeader writes headers without the secrets in them: the values of cookies, authorizations, and headers named alike.
func writeHeader(w *bytes.Buffer, h http.Header) {
	shown := h.Clone()
	for name, values := range shown {
		for i, value := range values {
			switch {
			case name == "Set-Cookie":
				pair, attributes, more := strings.Cut(value, ";")
				if values[i] = hidePairs(pair); more {
					values[i] += ";" + attributes
				}
			case name == "Cookie":
				values[i] = hidePairs(value)
			case strings.HasSuffix(name, "Authorization"):
				scheme, _, _ := strings.Cut(value, " ")
				values[i] = scheme + " " + mask.Hidden
			case mask.IsSecretName(name):
				values[i] = mask.Hidden
			}
		}
	}
	_ = shown.Write(w) // writing to memory cannot fail
}

// hidePairs hides the values of cookies. One without a name is a value.
func hidePairs(line string) string {
	var names []string
	for pair := range strings.SplitSeq(line, "; ") {
		name, _, ok := strings.Cut(pair, "=")
		if !ok {
			name = ""
		}
		names = append(names, name+"="+mask.Hidden)
	}
	return strings.Join(names, "; ")
}
