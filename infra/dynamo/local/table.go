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

// Table makes a new table on the server for a test, and returns how to open it.
func (s *Server) Table(tb testing.TB) dynamo.Config {
	tb.Helper()
	cfg := s.Config(fmt.Sprintf("table-%d", tables.Add(1)))
	if err := Create(tb.Context(), cfg); err != nil {
		tb.Fatal(err)
	}
	return cfg
}

// Config is how to open a table of the server, which need not be there yet. Nothing of this machine's AWS settings is used.
func (s *Server) Config(table string) dynamo.Config {
	return dynamo.Config{
		Table: table, Region: "local-1", Endpoint: s.Endpoint,
		AWS: &aws.Config{Region: "local-1", Credentials: credentials.NewStaticCredentialsProvider("local", "local", "")},
	}
}

// Create makes the table of a configuration.
func Create(ctx context.Context, cfg dynamo.Config) error {
	store, err := dynamo.Open(ctx, cfg)
	if err != nil {
		return err
	}
	return store.CreateTable(ctx)
}
