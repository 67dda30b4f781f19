package lambdatest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"valkyrie/alerts/twilio/standin"
	"valkyrie/infra/cloudtest"
	"valkyrie/infra/dynamo"
	"valkyrie/infra/dynamo/local"
	"valkyrie/infra/environ"
	"valkyrie/probes/demoshop"
)

// Regions of a World.
const (
	Home    = "eu-west-1"
	Standby = "us-east-1"
	Third   = "ap-southeast-2"
)

// Names in a World, the same in each region.
const (
	Deployment = "valkyrie"
	Table      = "valkyrie"
	Bucket     = "valkyrie-evidence"
	// EvidencePrefix begins Bucket.
	EvidencePrefix = "valkyrie-"
	StatusBucket   = "valkyrie-status"
	Pager          = "valkyrie-pager"
)

// A World is the environment of functions: the cloud, with tables in two regions and a bucket in each of three, the
// practice shop as their site, and the stand-in phone.
type World struct {
	Cloud    *cloudtest.Cloud
	Tables   map[string]*dynamo.Store // by region
	Shop     *demoshop.Shop
	Site     string
	Exchange *standin.Exchange
	PhoneURL string
	outage   atomic.Value // Outage
}

// An Outage is a fault of the whole site.
type Outage string

// The outages.
const (
	None        Outage = ""            // the site works
	Unreachable Outage = "unreachable" // connections are reset: an immediate failure
	Hanging     Outage = "hanging"     // requests are never answered
)

// Play makes the site play an outage.
func (w *World) Play(o Outage) { w.outage.Store(o) }

// NewWorld starts a World, which stops at the end of the test.
func NewWorld(tb testing.TB) *World {
	tb.Helper()
	tb.Setenv("AWS_CA_BUNDLE", "") // the machine's own setting does not apply
	w := &World{Cloud: cloudtest.New(), Tables: map[string]*dynamo.Store{}}
	tb.Cleanup(w.Cloud.Close)
	tb.Cleanup(func() { w.checkNeeds(tb) })
	for _, region := range []string{Home, Standby} {
		w.table(tb, region)
	}
	for _, region := range []string{Home, Standby, Third} {
		for _, bucket := range []string{Bucket, StatusBucket} {
			if err := w.Cloud.Bucket(region, bucket); err != nil {
				tb.Fatal(err)
			}
		}
	}
	w.Cloud.Parameter("/valkyrie/journeys/shop-email", demoshop.DemoEmail)
	w.Cloud.Parameter("/valkyrie/journeys/shop-password", demoshop.DemoPassword)
	w.Cloud.Parameter("/valkyrie/"+environ.TwilioToken, standin.DemoAuthToken)
	w.Cloud.Parameter("/valkyrie/"+environ.BeatKey, "a key of a test, long enough")
	w.openShop(tb)
	w.Exchange = standin.New(standin.Options{RingTime: 10 * time.Millisecond, SpeakTime: time.Millisecond, MessageLatency: time.Millisecond})
	phone := httptest.NewServer(w.Exchange)
	tb.Cleanup(phone.Close)
	tb.Cleanup(w.Exchange.Close) // before its server
	w.PhoneURL = phone.URL
	return w
}

// TableRequests returns the number of requests to the tables so far.
func (w *World) TableRequests() (n int) {
	for name, count := range w.Cloud.Requests() {
		if strings.HasPrefix(name, "dynamodb") {
			n += count
		}
	}
	return n
}

// table creates a region's table, on a separate server.
func (w *World) table(tb testing.TB, region string) {
	cfg := local.For(tb).Config(Table)
	if err := local.Create(tb.Context(), cfg); err != nil {
		tb.Fatal(err)
	}
	store, err := dynamo.Open(tb.Context(), cfg)
	if err != nil {
		tb.Fatal(err)
	}
	w.Tables[region] = store
	if err := w.Cloud.Forward(region, cloudtest.DynamoDB, cfg.Endpoint); err != nil {
		tb.Fatal(err)
	}
}

func (w *World) openShop(tb testing.TB) {
	shop, err := demoshop.New(demoshop.Config{PrintTime: 50 * time.Millisecond, OrderTime: 20 * time.Millisecond})
	if err != nil {
		tb.Fatal(err)
	}
	web := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch w.outage.Load() {
		case Unreachable:
			panic(http.ErrAbortHandler)
		case Hanging:
			<-r.Context().Done()
			return
		}
		shop.ServeHTTP(rw, r)
	}))
	tb.Cleanup(func() { shop.Close() })
	tb.Cleanup(web.Close)
	w.Shop, w.Site = shop, web.URL
}

// Env returns a function's environment variables in a region, as template.yaml sets them; more is appended.
func (w *World) Env(function, region string, more ...string) []string {
	env := w.Cloud.EnvironOf(function, region)
	secrets := "ssm:/valkyrie/"
	if function == environ.FunctionProbe {
		secrets += "journeys/"
	}
	for name, value := range map[string]string{
		environ.Name: Deployment, environ.Site: w.Site, environ.Every: "1 minute", environ.HomeRegion: Home, environ.StandbyRegion: Standby, environ.Table: Table,
		environ.Bucket: Bucket, environ.Evidence: EvidencePrefix, environ.Pager: Pager, environ.Secrets: secrets, environ.Account: standin.DemoAccountSID, environ.PhoneAPI: w.PhoneURL,
	} {
		if environ.Reads(function, name) {
			env = append(env, fmt.Sprintf("%s=%s", name, value))
		}
	}
	return append(env, more...) // of two with the same name, the later one counts
}
