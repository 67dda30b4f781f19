// Package dynamo stores runs, incidents and pages in one DynamoDB table. It implements [valkyrie/alerts/incident.Store].
//
// The table has two generic keys and an attribute for the time to live. It needs no index, stream or transaction. Its rows, by
// partition key (pk) and sort key (sk):
//
//	ITEM#<key>          ITEM               a small state under optimistic locking by version, with the ids of its last writes
//	JOURNEYS            #<journey>         the journeys that have runs
//	RUN#<journey>       <slot>#<region>    a run: written once
//	INCIDENT#<id>       INCIDENT           the latest revision of an incident and its pages
//	INCIDENTS           <end>#<id>         list of incidents, sorted by end: "open" or a time
//
// Times in keys are RFC 3339 in UTC with nine decimals, so that they sort as text. Documents are JSON: in the attribute
// data, or gzip in the attribute gzip when that is shorter, because writes are billed by the kilobyte and JSON shrinks to a
// tenth. To read one:
//
//	aws dynamodb get-item --table-name valkyrie --key '{"pk":{"S":"ITEM#ROUTE#default"},"sk":{"S":"ITEM"}}' \
//	    --query Item.gzip.B --output text | base64 -d | gunzip
//
// Storing a run takes three requests, and one more for the first run of a journey in a process, independent of the length of the
// history.
//
// A request or its response may be lost. All requests are retried, with exponential backoff and jitter. Writes are idempotent:
// when the first attempt was applied, the retry recognises it by its write id, and does not report a conflict.
package dynamo

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"valkyrie/alerts/incident"
)

var _ incident.Store = (*Store)(nil)

// Config names a table, and configures the access to it.
type Config struct {
	Table    string      // name of the table; required
	Region   string      // such as "eu-central-1"; "": the region of AWS
	Endpoint string      // URL of another server, such as "http://127.0.0.1:8000"; "": Amazon's in the region
	AWS      *aws.Config // credentials and HTTP client; nil: the default configuration (AWS_PROFILE, Lambda's role)

	KeepRuns      time.Duration // retention of runs, from when they were written; 0: incident.RetainRuns
	KeepIncidents time.Duration // retention of resolved incidents, from their last write; 0: incident.RetainIncidents

	AttemptLimit time.Duration    // timeout of one attempt, before a retry; 0: 2 s
	TimeNow      func() time.Time // nil: time.Now
}

const defaultAttemptLimit = 2 * time.Second

// A Store is a table. Its methods are safe for concurrent use, and any number of processes may share a table.
type Store struct {
	cfg    Config
	client *dynamodb.Client
	clock  clock
	known  sync.Map // journeys that this process has added to the table's list of journeys, by name
}

// Open returns a store for a configuration. It sends no request, so a missing table is reported by the first request or by
// [Store.Check].
func Open(ctx context.Context, cfg Config) (*Store, error) {
	if cfg.Table == "" {
		return nil, errors.New("open store: no table is named; name the one that holds the runs and incidents, such as valkyrie")
	}
	cfg = cfg.withDefaults()
	if cfg.AWS == nil {
		loaded, err := config.LoadDefaultConfig(ctx)
		if err != nil {
			return nil, fmt.Errorf("load AWS configuration: %w", err)
		}
		cfg.AWS = &loaded
	}
	if cfg.Region == "" {
		cfg.Region = cfg.AWS.Region
	}
	if cfg.Region == "" {
		return nil, fmt.Errorf("open table %q: no region is named; set AWS_REGION, or add ?region=eu-central-1 to the store's address", cfg.Table)
	}
	s := &Store{cfg: cfg}
	s.client = dynamodb.NewFromConfig(*cfg.AWS, cfg.options, s.clock.watch)
	return s, nil
}

func (cfg Config) withDefaults() Config {
	if cfg.KeepRuns == 0 {
		cfg.KeepRuns = incident.RetainRuns
	}
	if cfg.KeepIncidents == 0 {
		cfg.KeepIncidents = incident.RetainIncidents
	}
	if cfg.AttemptLimit == 0 {
		cfg.AttemptLimit = defaultAttemptLimit
	}
	if cfg.TimeNow == nil {
		cfg.TimeNow = time.Now
	}
	return cfg
}

// Scheme is the prefix of a table's address.
const Scheme = "dynamodb://"

// ParseAddress parses the address of a table, such as "dynamodb://valkyrie?region=eu-central-1". The optional parameters region
// and endpoint have the meaning of the fields of [Config].
func ParseAddress(address string) (Config, error) {
	const expected = "expected an address such as dynamodb://valkyrie?region=eu-central-1"
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return Config{}, fmt.Errorf("parse %q: %s: %w", address, expected, err)
	case u.Scheme+"://" != Scheme:
		return Config{}, fmt.Errorf("parse %q: does not begin with %s; %s", address, Scheme, expected)
	case u.Host == "" || u.Path != "" && u.Path != "/" || u.User != nil:
		return Config{}, fmt.Errorf("parse %q: names no table, or more than one; %s", address, expected)
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Config{}, fmt.Errorf("parse %q: %w; %s", address, err, expected)
	}
	for name := range q {
		if known := []string{"endpoint", "region"}; !slices.Contains(known, name) {
			return Config{}, fmt.Errorf("parse %q: unknown parameter %q; expected %q", address, name, known)
		}
	}
	return Config{Table: u.Host, Region: q.Get("region"), Endpoint: q.Get("endpoint")}, nil
}
