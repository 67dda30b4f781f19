package outages

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"valkyrie/probes/demoshop"
)

// directNetwork is the network between a probe and a shop on one simulated clock: a request is a function call, and takes as long
// as the shop makes it wait.
type directNetwork struct {
	shop  *demoshop.Shop
	clock *demoshop.Simulated
}

// RoundTrip calls the shop. The time left in the request's context is applied to the simulated clock.
func (n directNetwork) RoundTrip(r *http.Request) (res *http.Response, err error) {
	ctx, cancel := r.Context(), context.CancelFunc(func() {})
	if end, ok := ctx.Deadline(); ok {
		ctx, cancel = n.clock.WithTimeout(ctx, time.Until(end).Round(10*time.Millisecond), context.DeadlineExceeded)
	}
	defer cancel()
	defer func() {
		if p := recover(); p == http.ErrAbortHandler {
			res, err = nil, io.EOF
		} else if p != nil {
			panic(p)
		}
	}()
	began, patience := n.clock.Now(), deadline(r.Context())
	w := httptest.NewRecorder()
	r = r.Clone(ctx)
	r.RequestURI = r.URL.RequestURI()
	n.shop.ServeHTTP(w, r)
	if patience > 0 && n.clock.Now().Sub(began) >= patience {
		return nil, context.DeadlineExceeded
	}
	return w.Result(), nil
}

// deadline returns the time left in the context; 0: unlimited.
func deadline(ctx context.Context) time.Duration {
	end, ok := ctx.Deadline()
	if !ok {
		return 0
	}
	return time.Until(end).Round(10 * time.Millisecond)
}

// Rest pauses between two requests.
func (n directNetwork) Rest(ctx context.Context, d time.Duration) error { return n.clock.Work(ctx, d) }
