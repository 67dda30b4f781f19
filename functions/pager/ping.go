package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// pingLimit is the timeout of the ping.
const pingLimit = 5 * time.Second

// ping reports a good round to an external monitor, which alerts when the pings stop. It covers the loss of the whole
// account, including its alarms.
func (p *pager) ping(ctx context.Context) {
	if p.Env.Ping == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, pingLimit)
	defer cancel()
	if err := get(ctx, p.Env.Ping); err != nil {
		p.Log.Warn("ping the external monitor: failed", "err", err)
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
		return fmt.Errorf("expected status 2xx, got %s", res.Status)
	}
	return nil
}
