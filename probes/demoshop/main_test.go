package demoshop

import (
	"testing"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"go.uber.org/goleak"
)

// TestMain checks for every test that closing the shop and its server leaves no goroutine.
func TestMain(m *testing.M) {
	api.DisableConfigDir() // validating a PDF must not write to the home folder
	goleak.VerifyTestMain(m)
}
