package cloudtest

import (
	"io"
	"net/http"
	"path"
	"sync"

	"github.com/aws/smithy-go/encoding/cbor"
)

// Dashboards are CloudWatch's dashboards of one region, by name: a handler for [Cloud.Serve]. It speaks
// https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html.
type Dashboards struct {
	// Complaint is returned by each PutDashboard, as a validation message; empty: none.
	Complaint string

	mu     sync.Mutex
	bodies map[string]string
}

// Put stores a dashboard.
func (d *Dashboards) Put(name, body string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.bodies == nil {
		d.bodies = map[string]string{}
	}
	d.bodies[name] = body
}

// Body returns the body of a dashboard, or "".
func (d *Dashboards) Body(name string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.bodies[name]
}

// ServeHTTP answers GetDashboard and PutDashboard.
func (d *Dashboards) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	value, _ := cbor.Decode(body)
	request, _ := value.(cbor.Map)
	name, _ := request["DashboardName"].(cbor.String)
	answer := cbor.Map{}
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	w.Header().Set("Content-Type", "application/cbor")
	switch path.Base(r.URL.Path) {
	case "GetDashboard":
		answer["DashboardBody"] = cbor.String(d.Body(string(name)))
		if d.Body(string(name)) == "" {
			w.WriteHeader(http.StatusNotFound)
			answer = cbor.Map{"__type": cbor.String("com.amazonaws.cloudwatch#DashboardNotFoundError"), "message": cbor.String("Dashboard " + name + " does not exist")}
		}
	case "PutDashboard":
		text, _ := request["DashboardBody"].(cbor.String)
		d.Put(string(name), string(text))
		if d.Complaint != "" {
			answer["DashboardValidationMessages"] = cbor.List{cbor.Map{"DataPath": cbor.String("/widgets/0"), "Message": cbor.String(d.Complaint)}}
		}
	default:
		w.WriteHeader(http.StatusNotImplemented)
	}
	_, _ = w.Write(cbor.Encode(answer))
}
