package cloud_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"valkyrie/alerts"
	"valkyrie/functions/lambdatest"
	"valkyrie/infra/cloudtest"
	"valkyrie/infra/environ"
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

// people are the functions of a region that have to do with people.
func (d *deployment) people(region string, folders map[string]string) {
	var webhook *lambdatest.Function
	web := httptest.NewUnstartedServer(nil)
	address := "http://" + web.Listener.Addr().String()
	config := func(name string) lambdatest.Config {
		return lambdatest.Config{Folder: folders[name], Freeze: true, Env: d.Env(name, region, environ.CallbackURL+"="+address)}
	}
	webhook, d.pagers[region] = lambdatest.New(d.T, config(environ.FunctionWebhook)), lambdatest.New(d.T, config(environ.FunctionPager))
	web.Config.Handler = webhook
	web.Start()
	d.Cleanup(web.Close)
	d.Cloud.Function(region, lambdatest.Pager, func(payload []byte) {
		if res := d.pagers[region].Invoke(string(payload)); res.Err() != nil {
			d.Logf("the pager in %s: %v", region, res.Err())
		}
	})
}

// round has the regions run a journey for one slot, at the same time. It returns what they answered.
func (d *deployment) round(journey string, regions ...string) []string {
	d.Helper()
	var all sync.WaitGroup
	answers := make([]string, len(regions))
	for i, region := range regions {
		all.Go(func() {
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

// tick is the minute of a region's pager.
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

// incident is the one of a journey in a region's table.
func (d *deployment) incident(region, journey string) (found alerts.Incident) {
	d.Helper()
	route, err := alerts.LoadRoute(d.Context(), d.Tables[region])
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

// called counts the calls that were answered, and told of something.
func (d *deployment) called(words string) int {
	n := 0
	for _, c := range d.Exchange.Calls() {
		if c.Settled && strings.Contains(strings.Join(c.Words, " "), words) {
			n++
		}
	}
	return n
}

// TestThreeRegions is the story of a deployment, by the programs that are deployed: the workers die, and one call is made,
// and acknowledged; the home's table goes away in the middle of that, and the standby pages; it comes back, and they agree;
// a region goes silent.
func TestThreeRegions(t *testing.T) {
	d := deploy(t)
	d.workersDie()
	d.homeGoesAway()
	d.homeComesBack()
	d.regionGoesSilent()
}

func (d *deployment) workersDie() {
	for _, answer := range d.round("print-card", everywhere...) {
		if !strings.Contains(answer, `"outcome":"passed"`) && !strings.Contains(answer, `"outcome":"slow"`) {
			d.Fatal(answer)
		}
	}
	if err := d.Shop.SetFault("workers-down", true); err != nil {
		d.Fatal(err)
	}
	d.round("print-card", everywhere...)
	if calls := d.Exchange.Calls(); len(calls) > 0 {
		d.Fatalf("one failed run each: %+v", calls)
	}
	answers := d.round("print-card", everywhere...)
	opens := slices.DeleteFunc(answers, func(a string) bool { return !strings.Contains(a, "opens: print-card failed twice in a row") })
	if len(opens) != 1 {
		d.Errorf("%d regions opened an incident: %s", len(opens), answers)
	}
	d.until("the call about print-card is acknowledged", func() bool { return d.incident(lambdatest.Home, "print-card").State == alerts.Acknowledged })
	if err := d.tick(lambdatest.Home); err != nil {
		d.Fatal(err)
	}
	d.until("the call is over", func() bool { return d.called("Customers cannot print a card.") == 1 })
	call := d.Exchange.Calls()[0]
	if said := strings.Join(call.Words, " "); len(d.Exchange.Calls()) != 1 || call.Keys != "4" || !strings.Contains(said, `"wait for the PDF" failed twice in a row`) || !strings.Contains(said, "Thank you, Ada.") {
		d.Errorf("%d calls, the first: %q, keys %s", len(d.Exchange.Calls()), call.Words, call.Keys)
	}
}

// homeGoesAway: orders begin to fail just before the home's table goes; the standby has a copy, and goes on from there.
func (d *deployment) homeGoesAway() {
	d.Play(lambdatest.Unreachable)
	d.round("create-order", everywhere...)
	if err := d.tick(lambdatest.Standby); err != nil {
		d.Fatal(err)
	}
	d.Cloud.Down(lambdatest.Home, cloudtest.DynamoDB, true)
	if err := d.tick(lambdatest.Home); err == nil {
		d.Error("the home's pager says that all is well")
	}
	d.timePasses(lambdatest.Standby, "STANDBY#copy", "since", "beat")
	d.round("create-order", everywhere...)
	d.until("the standby's call is acknowledged", func() bool { return d.incident(lambdatest.Standby, "create-order").State == alerts.Acknowledged })
	d.until("it is over", func() bool { return d.called("Customers cannot create an order.") == 1 })
	if again := d.called("Customers cannot print a card."); again > 2 {
		d.Errorf("%d calls about what was acknowledged", again)
	}
}

func (d *deployment) homeComesBack() {
	d.Cloud.Down(lambdatest.Home, cloudtest.DynamoDB, false)
	d.timePasses(lambdatest.Home, "PAGER#home", "at")
	for _, region := range []string{lambdatest.Home, lambdatest.Standby, lambdatest.Home} {
		if err := d.tick(region); err != nil {
			d.Fatal(region, err)
		}
	}
	for _, journey := range []string{"print-card", "create-order"} {
		if i := d.incident(lambdatest.Home, journey); i.State != alerts.Acknowledged || i.AckedBy != "Ada" {
			d.Errorf("at home: %+v", i)
		}
	}
	if n := len(d.Exchange.Calls()); n > 3 {
		d.Errorf("%d calls; two things were wrong, and at most one call is too many", n)
	}
	d.Play(lambdatest.None)
	if err := d.Shop.SetFault("workers-down", false); err != nil {
		d.Fatal(err)
	}
	for _, journey := range []string{"print-card", "create-order"} {
		d.round(journey, everywhere...)
	}
	d.until("both are told to be over", func() bool {
		told := 0
		for _, text := range d.Exchange.Texts() {
			if strings.Contains(text.Body, "all clear") {
				told++
			}
		}
		return told == 2
	})
}

// regionGoesSilent: no run comes from the third region any more.
func (d *deployment) regionGoesSilent() {
	for _, journey := range []string{"print-card", "create-order"} {
		d.slot = time.Now().UTC().Truncate(time.Second)
		d.round(journey, lambdatest.Home, lambdatest.Standby)
	}
	d.timePasses(lambdatest.Home, "PAGER#watching", "since")
	if err := d.tick(lambdatest.Home); err != nil {
		d.Fatal(err)
	}
	for _, what := range []string{"print a card", "create an order"} {
		d.until("the silence is told once: "+what, func() bool {
			return d.called("Nobody is watching whether customers can "+what+". No run has come from ap southeast 2") == 1
		})
	}
}
