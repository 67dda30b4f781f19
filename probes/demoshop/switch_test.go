package demoshop

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// switchFault switches a fault over HTTP, as a script does.
func (c *customer) switchFault(fault, on string) {
	c.t.Helper()
	c.post("/faults/"+fault+"?on="+on).wantPage(c.t, http.StatusOK)
}

func TestSwitchingFaults(t *testing.T) {
	_, server := open(t, instant())
	c := arrives(t, server)
	c.post("/faults/worker-down", "on", "true").wantPage(t, http.StatusNotFound, `unknown fault "worker-down", did you mean "workers-down"?`)
	c.post("/faults/workers-down", "on", "perhaps").wantPage(t, http.StatusBadRequest, "say on=true or on=false")
	c.switchFault("workers-down", "true")
	c.switchFault("workers-down", "true")
	if diff := cmp.Diff([]string{"workers-down"}, c.getDiagnostics().Faults); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	c.get("/backstage").wantPage(t, http.StatusOK, `aria-label="Repair workers-down"`, `aria-label="Break cache-down"`)
	c.post("/backstage/workers-down", "on", "false").wantPage(t, http.StatusOK, `aria-label="Break workers-down"`)

	var list struct{ Faults []faultView }
	if err := json.Unmarshal([]byte(c.get("/faults").body), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Faults) != len(Faults()) || list.Faults[0].On {
		t.Errorf("GET /faults gives %+v, want every fault, all off", list.Faults)
	}
}
