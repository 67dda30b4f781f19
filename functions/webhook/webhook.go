package main

import (
	"cmp"
	"context"
	"net/http"

	"github.com/aws/aws-lambda-go/events"

	"valkyrie/functions/cloud"
	"valkyrie/infra/environ"
	web "valkyrie/infra/webhook"
)

// A webhook is the function, for as long as its process lives.
type webhook struct{ *cloud.Station }

func open(ctx context.Context, getenv func(string) string) (webhook, error) {
	s, err := cloud.Open(ctx, environ.FunctionWebhook, getenv)
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
	public := cmp.Or(w.Told.CallbackURL, "https://"+in.RequestContext.DomainName)
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
		PublicURL: public, Tokens: people.Tokens, BeatKey: []byte(key), Pager: w.Pager(people.Phone), Desk: w.Desk(), Changed: w.changed, Log: w.Log,
	})
	a := newAnswer()
	h.ServeHTTP(a, r)
	return a.response(), nil
}

// changed wakes the pager: what was said may have made something due, or been a batch's cry for help.
func (w webhook) changed(ctx context.Context) {
	w.Poke(ctx, "the webhook was told something", w.Told.Region)
}
