package local

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"valkyrie/infra/dynamo"
)

var tables atomic.Int64

// Table creates a table on the server for a test, and returns its configuration.
func (s *Server) Table(tb testing.TB) dynamo.Config {
	tb.Helper()
	cfg := s.Config(fmt.Sprintf("table-%d", tables.Add(1)))
	if err := Create(tb.Context(), cfg); err != nil {
		tb.Fatal(err)
	}
	return cfg
}

// Config returns the configuration of a table on the server, which need not exist yet. It does not use the machine's AWS settings.
func (s *Server) Config(table string) dynamo.Config {
	return dynamo.Config{
		Table: table, Region: "local-1", Endpoint: s.Endpoint,
		AWS: &aws.Config{Region: "local-1", Credentials: credentials.NewStaticCredentialsProvider("local", "local", "")},
	}
}

// Create creates the table of a configuration.
func Create(ctx context.Context, cfg dynamo.Config) error {
	store, err := dynamo.Open(ctx, cfg)
	if err != nil {
		return err
	}
	return store.CreateTable(ctx)
}
