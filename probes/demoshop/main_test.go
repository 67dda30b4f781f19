package demoshop

import (
	"testing"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"go.uber.org/goleak"
)

// TestMain proves for every test that closing the shop and its server leaves no goroutine behind.
func TestMain(m *testing.M) {
	api.DisableConfigDir() // judging a PDF must not write to the home folder
	goleak.VerifyTestMain(m)
}
