package dynamo

import (
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Names of the attributes in the table's definition, which template.yaml repeats.
const (
	PartitionKey = "pk"  // a string
	SortKey      = "sk"  // a string
	TimeToLive   = "ttl" // seconds since 1970, as a number
)

type attributes = map[string]types.AttributeValue

func text(s string) types.AttributeValue  { return &types.AttributeValueMemberS{Value: s} }
func bytes(b []byte) types.AttributeValue { return &types.AttributeValueMemberB{Value: b} }
func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

// key returns the key of a row. It rejects text that is not valid UTF-8, because the SDK would change it to a different key.
func key(pk, sk string) (attributes, error) {
	for _, k := range []string{pk, sk} {
		if !utf8.ValidString(k) {
			return nil, fmt.Errorf("key %q is not valid UTF-8", k)
		}
	}
	return attributes{PartitionKey: text(pk), SortKey: text(sk)}, nil
}

// expiry returns the time to live of a row that is kept for the duration keep.
func expiry(from time.Time, keep time.Duration) types.AttributeValue {
	return number(from.Add(keep).Unix())
}

// stampLayout is RFC 3339 with nine decimals. Its width is fixed, so that the text sorts like the time.
const stampLayout = "2006-01-02T15:04:05.000000000Z"

// stamp formats a time for a key.
func stamp(t time.Time) (string, error) {
	utc := t.UTC()
	if y := utc.Year(); y < 0 || y > 9999 {
		return "", fmt.Errorf("the year of %v is outside 0 to 9999", utc)
	}
	return utc.Format(stampLayout), nil
}

// readText returns the text of an attribute, or "" if it has none.
func readText(row attributes, name string) string {
	if a, ok := row[name].(*types.AttributeValueMemberS); ok {
		return a.Value
	}
	return ""
}

func readNumber(row attributes, name string) (int64, error) {
	a, ok := row[name].(*types.AttributeValueMemberN)
	if !ok {
		return 0, fmt.Errorf("attribute %q is not a number", name)
	}
	return strconv.ParseInt(a.Value, 10, 64)
}

func readBytes(row attributes, name string) ([]byte, bool) {
	a, ok := row[name].(*types.AttributeValueMemberB)
	if !ok {
		return nil, false
	}
	return a.Value, true
}
