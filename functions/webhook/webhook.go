package main

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-lambda-go/events"

	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/functions/cloud"
	"valkyrie/functions/suite"
	"valkyrie/infra/environ"
	"valkyrie/infra/evidence"
	"valkyrie/infra/evidence/link"
	"valkyrie/infra/regions"
	web "valkyrie/infra/webhook"
)

// A webhook is the state of the function during the life of its process.
type webhook struct{ *cloud.Services }

func open(ctx context.Context, watched suite.Suite, getenv func(string) string) (webhook, error) {
	s, err := cloud.Open(ctx, environ.FunctionWebhook, getenv, watched)
	return webhook{s}, err
}

// Handle answers one request. It never returns an error: failures are in the status of the answer and in the log.
func (w webhook) Handle(ctx context.Context, in events.LambdaFunctionURLRequest) (events.LambdaFunctionURLResponse, error) {
	r, err := request(ctx, in)
	if err != nil {
		w.Log.Warn("read the event: expected a request to a Function URL", "err", err)
		return events.LambdaFunctionURLResponse{StatusCode: http.StatusBadRequest}, nil
	}
	// The callbacks of a call that is placed from here come here.
	public := cmp.Or(w.Env.CallbackURL, "https://"+in.RequestContext.DomainName)
	access, err := w.OpenPhone(ctx, public)
	if err != nil {
		w.Log.Error("read Twilio's tokens: failed; callbacks and texts are refused", "err", err)
		return events.LambdaFunctionURLResponse{StatusCode: http.StatusInternalServerError}, nil
	}
	key, err := w.Vault.Find(environ.BeatKey)
	if err != nil && len(w.Alerts.Judge.Heartbeats) > 0 {
		w.Log.Error("read the key of the batches: failed; heartbeats are refused", "err", err)
	}
	h := web.New(web.Config{
		PublicURL: public, Tokens: access.Tokens, BeatKey: []byte(key), Beat: w.beat, Changed: w.changed, Log: w.Log, Evidence: access.Evidence,
		ReadEvidence: func(ctx context.Context, f link.File) ([]byte, string, error) { return evidence.Read(ctx, w.AWS, f) },
		Pager: func(ctx context.Context, pageID string) *paging.Pager {
			return w.Deps(access.Phone).PagerOf(ctx, w.Tables, pageID)
		},
	})
	a := newAnswer()
	h.ServeHTTP(a, r)
	return a.response(), nil
}

// beat records a batch's heartbeat at the home, or at the standby while the home does not answer.
func (w webhook) beat(ctx context.Context, b judge.Beat) ([]judge.Decision, error) {
	if w.Tables.Standby == nil {
		return w.Recorder(w.Tables.Home).Beat(ctx, b)
	}
	brief, cancel := context.WithTimeout(ctx, regions.Patience)
	defer cancel()
	decisions, err := w.Recorder(w.Tables.Home).Beat(brief, b)
	if err == nil || errors.Is(err, judge.ErrUnknownBatch) {
		return decisions, err
	}
	w.Log.Warn("record a heartbeat: the home's table failed; the standby's table is used", "job", b.Batch, "err", err)
	return w.Recorder(w.Tables.Standby).Beat(ctx, b)
}

// changed wakes the pager: the request may have made work due, such as a call about a failed batch.
func (w webhook) changed(ctx context.Context) {
	w.Poke(ctx, "a request to the webhook", w.Env.Region)
}
