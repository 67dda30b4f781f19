package twilio_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio"
	"valkyrie/alerts/twilio/standin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	ourNumber   = "+15005550006"
	theirNumber = "+15005550101"
	token       = "0123456789abcdef0123456789abcdef"
	older       = "fedcba9876543210fedcba9876543210"
)

// A rig is the real Client and Callbacks with the stand-in between them, over real HTTP.
type rig struct {
	exchange *standin.Exchange
	phone    *twilio.Client
	api      string // the stand-in's address
	public   string // the callbacks' address

	mu      sync.Mutex
	reports []paging.Report
	fail    int // how many reports are rejected
}

// newRig starts a rig. The callbacks accept its tokens; the stand-in always signs with token.
func newRig(t *testing.T, tokens ...string) *rig {
	t.Helper()
	if len(tokens) == 0 {
		tokens = []string{token}
	}
	r := &rig{}
	ownTransport := http.DefaultTransport.(*http.Transport).Clone()
	r.exchange = standin.New(standin.Options{
		AuthToken: token, RingTime: time.Millisecond, SpeakTime: time.Millisecond, MessageLatency: time.Millisecond,
	})
	apiServer := httptest.NewServer(r.exchange)
	var callbacks http.Handler
	public := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		callbacks.ServeHTTP(w, req)
	}))
	r.api, r.public = apiServer.URL, public.URL
	callbacks = twilio.NewCallbacks(twilio.CallbacksConfig{PublicURL: r.public, Tokens: tokens, Handle: r.handle, Reply: r.take})
	r.exchange.Incoming(r.public + "/twilio/reply")
	t.Cleanup(func() {
		r.exchange.Close()
		ownTransport.CloseIdleConnections()
		apiServer.Close()
		public.Close()
	})
	r.phone = newClient(t, twilio.ClientConfig{
		BaseURL: r.api, CallbackURL: r.public, Transport: ownTransport, Timeout: time.Second,
	})
	return r
}

// newClient fills in the account.
func newClient(t *testing.T, cfg twilio.ClientConfig) *twilio.Client {
	t.Helper()
	cfg.AccountSID, cfg.AuthToken, cfg.From = standin.DemoAccountSID, token, ourNumber
	if cfg.Transport == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		t.Cleanup(transport.CloseIdleConnections)
		cfg.Transport = transport
	}
	p, err := twilio.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (r *rig) handle(_ context.Context, report paging.Report) (paging.Answer, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail > 0 {
		r.fail--
		return paging.Answer{}, context.DeadlineExceeded
	}
	r.reports = append(r.reports, report)
	answer := paging.Answer{Say: []string{"Thank you. <Key> " + report.Key + " & out."}}
	if report.Key == paging.RepeatKey {
		answer = paging.Answer{Say: []string{"Once more."}, Prompt: "Press 4 to acknowledge."}
	}
	return answer, nil
}

// take answers a text with its own words.
func (r *rig) take(_ context.Context, text paging.Reply) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail > 0 {
		r.fail--
		return "", context.DeadlineExceeded
	}
	if text.From == "" || text.SID == "" {
		return "", errors.New("no reply configured")
	}
	return "<" + text.From + "> & " + text.Body, nil
}

func (r *rig) seen() []paging.Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.reports)
}

func aCall() paging.Dispatch {
	return paging.Dispatch{
		PageID: "page-1", Channel: incident.Call, To: theirNumber,
		Speech: []string{"This is Valkyrie.", "Customers cannot print a card."},
		Prompt: "Press 4 to acknowledge.",
	}
}

func aText() paging.Dispatch {
	return paging.Dispatch{PageID: "page/2 #ü", Channel: incident.Text, To: theirNumber, TextBody: "Print a card: down since 14:05."}
}

// settledCalls waits for n calls to be over, callbacks included.
func (r *rig) settledCalls(t *testing.T, n int) []standin.CallRecord {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	calls, err := r.exchange.WaitCalls(ctx, n)
	if err != nil {
		t.Fatal(err)
	}
	return calls
}

func (r *rig) settledTexts(t *testing.T, n int) []standin.TextRecord {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	texts, err := r.exchange.WaitTexts(ctx, n)
	if err != nil {
		t.Fatal(err)
	}
	return texts
}
