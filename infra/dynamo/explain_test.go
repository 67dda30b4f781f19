package dynamo_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"valkyrie/alerts/incident"
	"valkyrie/infra/dynamo"
	"valkyrie/infra/dynamo/local"
)

// TestTable checks that CreateTable follows Definition, and that Check rejects a table with other keys.
func TestTable(t *testing.T) {
	server := local.For(t)
	cfg := server.Table(t)
	must(t, open(t, cfg).Check(t.Context()))
	client := dynamodb.NewFromConfig(*cfg.AWS, func(o *dynamodb.Options) { o.BaseEndpoint = &cfg.Endpoint })

	made, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &cfg.Table})
	must(t, err)
	want := dynamo.Definition(cfg.Table)
	unexported := cmpopts.IgnoreUnexported(types.KeySchemaElement{}, types.AttributeDefinition{})
	if diff := cmp.Diff(want.KeySchema, made.Table.KeySchema, unexported); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want.AttributeDefinitions, made.Table.AttributeDefinitions, unexported); diff != "" {
		t.Error(diff)
	}
	ttl, err := client.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: &cfg.Table})
	must(t, err)
	if got := aws.ToString(ttl.TimeToLiveDescription.AttributeName); got != dynamo.TimeToLive {
		t.Errorf("the attribute of the time to live is %q", got)
	}

	other := dynamo.Definition("other")
	other.AttributeDefinitions[0].AttributeName, other.KeySchema[0].AttributeName = aws.String("id"), aws.String("id")
	_, err = client.CreateTable(t.Context(), other)
	must(t, err)
	wantWords(t, open(t, server.Config("other")).Check(t.Context()), `"other"`, "id (HASH)", "expected pk (HASH)", "not Valkyrie's")
	wantWords(t, open(t, server.Config("none")).Check(t.Context()), `"none"`, "does not exist")
	_, err = open(t, server.Config("none")).Item(t.Context(), "k")
	wantWords(t, err, `read item "k"`, `"none"`, "does not exist; deploy first")
}

// TestTimeToLive checks that runs and resolved incidents expire, and that open incidents and items do not.
func TestTimeToLive(t *testing.T) {
	cfg := local.For(t).Table(t)
	cfg.TimeNow, cfg.KeepRuns, cfg.KeepIncidents = func() time.Time { return noon }, time.Hour, 2*time.Hour
	s := open(t, cfg)
	must(t, s.PutRun(t.Context(), runAt(0)))
	must(t, s.PutItem(t.Context(), incident.Item{Key: "k"}))
	for id, state := range map[string]incident.IncidentState{"on": incident.Open, "over": incident.Resolved} {
		must(t, s.PutIncident(t.Context(), incident.Record{Incident: incident.Incident{ID: id, State: state, Opened: noon}}))
	}
	client := dynamodb.NewFromConfig(*cfg.AWS, func(o *dynamodb.Options) { o.BaseEndpoint = &cfg.Endpoint })
	all, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &cfg.Table})
	must(t, err)
	got := map[string]string{}
	for _, row := range all.Items {
		expires := "never"
		if n, ok := row[dynamo.TimeToLive].(*types.AttributeValueMemberN); ok {
			expires = n.Value
		}
		got[row[dynamo.PartitionKey].(*types.AttributeValueMemberS).Value+" "+row[dynamo.SortKey].(*types.AttributeValueMemberS).Value] = expires
	}
	want := map[string]string{
		"JOURNEYS #print-card": "never", "ITEM#k ITEM": "never",
		"RUN#print-card 2026-11-03T12:00:00.000000000Z#eu-west-1": "1793710800",
		"INCIDENT#on INCIDENT":                          "never",
		"INCIDENTS open#on":                             "never",
		"INCIDENT#over INCIDENT":                        "1793714400",
		"INCIDENTS 2026-11-03T12:00:00.000000000Z#over": "1793714400",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestSDKsOwnClientGetsLimits checks that the SDK's default HTTP client, which has no timeout, gets one.
func TestSDKsOwnClientGetsLimits(t *testing.T) {
	_, cfg := newProxy(t, local.For(t), func(_ string, n int) fault {
		if n == 0 {
			return silence
		}
		return none
	})
	cfg.AWS.HTTPClient = awshttp.NewBuildableClient()
	cfg.AttemptLimit = 50 * time.Millisecond
	_, err := open(t, cfg).Item(t.Context(), "k")
	must(t, err)
}

func TestOddKeys(t *testing.T) {
	s := open(t, local.For(t).Table(t))
	wantWords(t, s.PutItem(t.Context(), incident.Item{Key: "a\xff"}), "not valid UTF-8")
	run := runAt(0)
	run.Slot = time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)
	wantWords(t, s.PutRun(t.Context(), run), "outside 0 to 9999")
	_, err := dynamo.Open(t.Context(), dynamo.Config{})
	wantWords(t, err, "no table is named")
}
