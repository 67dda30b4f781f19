package suite

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"valkyrie/alerts/config"
	"valkyrie/alerts/watchdog"
)

// TestFileThatNeverReturns checks that a file whose reading never ends is an error that names it.
func TestFileThatNeverReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		defer close(hang)
		_, err := policyWithin(time.Minute, "alerts.yaml", func() (config.Config, error) { <-hang; return config.Config{}, nil })
		if !errors.Is(err, watchdog.ErrStuck) || err.Error() != "reading alerts.yaml: it has not ended within 1m0s" {
			t.Error(err)
		}
	})
}
