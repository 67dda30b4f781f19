package dynamo_test

import (
	"testing"

	"valkyrie/alerts/incident"
	"valkyrie/infra/dynamo/local"
	"valkyrie/infra/storetest"
)

func TestConformance(t *testing.T) {
	server := local.For(t)
	storetest.Run(t, func(tb testing.TB) storetest.Open {
		cfg := server.Table(tb)
		return func() incident.Store { return open(tb, cfg) }
	})
}

// TestNoOutputStopsAPage checks that no output of a site keeps anybody from being called: DynamoDB takes 400 KB at most.
func TestNoOutputStopsAPage(t *testing.T) {
	server := local.For(t)
	storetest.NoOutputStopsAPage(t, func(tb testing.TB) storetest.Open {
		cfg := server.Table(tb)
		return func() incident.Store { return open(tb, cfg) }
	})
}
