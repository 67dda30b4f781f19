package demoshop

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain checks for every test that closing the shop and its server leaves no goroutine.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}
