package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// pingLimit is how long the ping may take.
const pingLimit = 5 * time.Second

// ping tells somebody outside of this account that all is well here: when the pings stop, they say so. It is what is left
// when the account itself is gone, with its alarms.
func (p *pager) ping(ctx context.Context) {
	if p.Env.Ping == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, pingLimit)
	defer cancel()
	if err := get(ctx, p.Env.Ping); err != nil {
		p.Log.Warn("whoever watches from outside could not be told that all is well", "err", err)
	}
}

func get(ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		return fmt.Errorf("it answered %s", res.Status)
	}
	return nil
}
