package cloud_test

import (
	"fmt"
	"net/http/httptest"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/functions/lambdatest"
	"valkyrie/infra/environ"
	"valkyrie/infra/suite"
)

// A deployment is all functions of three regions, on one machine.
type deployment struct {
	*testing.T
	*lambdatest.World
	probes map[string]*lambdatest.Function // by region
	pagers map[string]*lambdatest.Function
	slot   time.Time // of the next round
}

var everywhere = []string{lambdatest.Home, lambdatest.Standby, lambdatest.Third}

func deploy(t *testing.T) *deployment {
	t.Helper()
	suite.Core(t)
	d := &deployment{
		T: t, World: lambdatest.NewWorld(t), probes: map[string]*lambdatest.Function{}, pagers: map[string]*lambdatest.Function{},
		slot: time.Now().UTC().Truncate(time.Minute).Add(-12 * time.Minute),
	}
	layer := lambdatest.Layer(t)
	folders := map[string]string{}
	for _, f := range []string{environ.FunctionProbe, environ.FunctionPager, environ.FunctionWebhook} {
		folders[f] = lambdatest.Build(t, f)
	}
	for _, region := range everywhere {
		d.probes[region] = lambdatest.New(t, lambdatest.Config{
			Folder: folders[environ.FunctionProbe], Layer: layer, Freeze: true,
			Env: d.Env(environ.FunctionProbe, region, lambdatest.Chrome(layer)),
		})
	}
	for _, region := range []string{lambdatest.Home, lambdatest.Standby} {
		d.people(region, folders)
	}
	return d
}

// people deploys the pager and the webhook of a region.
func (d *deployment) people(region string, folders map[string]string) {
	var webhook *lambdatest.Function
	web := httptest.NewUnstartedServer(nil)
	address := "http://" + web.Listener.Addr().String()
	config := func(name string) lambdatest.Config {
		return lambdatest.Config{Folder: folders[name], Freeze: true, Env: d.Env(name, region, environ.CallbackURL+"="+address)}
	}
	pager := config(environ.FunctionPager)
	pager.Env = append(pager.Env, environ.StatusBucket+"="+lambdatest.StatusBucket) // a status page reads more than paging does
	webhook, d.pagers[region] = lambdatest.New(d.T, config(environ.FunctionWebhook)), lambdatest.New(d.T, pager)
	web.Config.Handler = webhook
	web.Start()
	d.Cleanup(web.Close)
	d.Cloud.Function(region, lambdatest.Pager, func(payload []byte) {
		if res := d.pagers[region].Invoke(string(payload)); res.Err() != nil {
			d.Logf("the pager in %s: %v", region, res.Err())
		}
	})
}

// round runs a journey for one slot in all regions, as many at once as this machine has cores, and returns their answers. On AWS
// each has a machine of its own.
func (d *deployment) round(journey string, regions ...string) []string {
	d.Helper()
	var all sync.WaitGroup
	free := make(chan struct{}, runtime.NumCPU())
	answers := make([]string, len(regions))
	for i, region := range regions {
		all.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			res := d.probes[region].Invoke(fmt.Sprintf(`{"journey":%q,"slot":%q}`, journey, d.slot.Format(time.RFC3339)))
			if answers[i] = string(res.Payload); res.Err() != nil {
				d.Errorf("%s in %s: %v\n%s", journey, region, res.Err(), d.probes[region].Log())
			}
		})
	}
	all.Wait()
	d.slot = d.slot.Add(time.Minute)
	return answers
}

// tick invokes a region's pager as its schedule does each minute.
func (d *deployment) tick(region string) error { return d.pagers[region].Invoke(`{}`).Err() }

// until waits for a condition.
func (d *deployment) until(what string, ok func() bool) {
	d.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); {
		if time.Now().After(end) {
			d.Fatalf("never: %s\ncalls %+v\npager at home: %s\npager at standby: %s", what, d.Exchange.Calls(), d.pagers[lambdatest.Home].Log(), d.pagers[lambdatest.Standby].Log())
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-d.Context().Done():
		}
	}
}

// incident returns the incident of a journey in a region's table.
func (d *deployment) incident(region, journey string) (found incident.Incident) {
	d.Helper()
	route, err := paging.LoadState(d.Context(), d.Tables[region])
	if err != nil {
		d.Fatal(err)
	}
	for _, i := range route.Incidents {
		if i.Journey == journey {
			found = i
		}
	}
	return found
}

// called counts the answered calls whose text matches a pattern.
func (d *deployment) called(pattern string) int {
	n, words := 0, regexp.MustCompile(pattern)
	for _, c := range d.Exchange.Calls() {
		if c.Settled && words.MatchString(strings.Join(c.Words, " ")) {
			n++
		}
	}
	return n
}
