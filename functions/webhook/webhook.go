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
	"valkyrie/infra/regions"
	web "valkyrie/infra/webhook"
)

// A webhook is the function, for as long as its process lives.
type webhook struct{ *cloud.Services }

func open(ctx context.Context, watched suite.Suite, getenv func(string) string) (webhook, error) {
	s, err := cloud.Open(ctx, environ.FunctionWebhook, getenv, watched)
	return webhook{s}, err
}

// Handle answers one request. It never fails: what goes wrong is the status of the answer, and in the log.
func (w webhook) Handle(ctx context.Context, in events.LambdaFunctionURLRequest) (events.LambdaFunctionURLResponse, error) {
	r, err := request(ctx, in)
	if err != nil {
		w.Log.Warn("this is no request to a Function URL", "err", err)
		return events.LambdaFunctionURLResponse{StatusCode: http.StatusBadRequest}, nil
	}
	// The callbacks of a call that is placed from here come here.
	public := cmp.Or(w.Env.CallbackURL, "https://"+in.RequestContext.DomainName)
	people, err := w.People(ctx, public)
	if err != nil {
		w.Log.Error("nobody can be believed: the tokens are missing", "err", err)
		return events.LambdaFunctionURLResponse{StatusCode: http.StatusInternalServerError}, nil
	}
	key, err := w.Vault.Find(environ.BeatKey)
	if err != nil && len(w.Alerts.Judge.Heartbeats) > 0 {
		w.Log.Error("no batch can report", "err", err)
	}
	h := web.New(web.Config{
		PublicURL: public, Tokens: people.Tokens, BeatKey: []byte(key), Beat: w.beat, Changed: w.changed, Log: w.Log,
		Pager: func(ctx context.Context, pageID string) *paging.Pager {
			return w.Pager(w.Tables.Holder(ctx, pageID), people.Phone)
		},
	})
	a := newAnswer()
	h.ServeHTTP(a, r)
	return a.response(), nil
}

// beat takes in what a batch says, at the home, or, while that does not answer, at the standby.
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
	w.Log.Warn("the home's table did not take a heartbeat; the standby's gets it", "job", b.Batch, "err", err)
	return w.Recorder(w.Tables.Standby).Beat(ctx, b)
}

// changed wakes the pager: what was said may have made something due, or been a batch's cry for help.
func (w webhook) changed(ctx context.Context) {
	w.Poke(ctx, "the webhook was told something", w.Env.Region)
}
