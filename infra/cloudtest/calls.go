package cloudtest

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// A TableCall is a request for rows of a table, as IAM sees it: the caller's name in [Cloud.EnvironOf], the action, and the partition key
// of a row, which a policy limits by the condition dynamodb:LeadingKeys.
type TableCall struct{ Caller, Action, Key string }

// EnvironOf is Environ with an access key of the caller's own, whose requests to tables TableCalls lists. A name has lower-case letters
// only.
func (c *Cloud) EnvironOf(caller, region string) []string {
	env := c.Environ(region)
	for i, line := range env {
		if line == "AWS_ACCESS_KEY_ID="+AccessKey {
			env[i] += strings.ToUpper(caller)
		}
	}
	return env
}

// TableCalls returns the distinct requests to tables so far of the callers that have names, in order.
func (c *Cloud) TableCalls() []TableCall {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.SortedFunc(maps.Keys(c.tableCalls), func(a, b TableCall) int {
		return strings.Compare(a.Caller+" "+a.Action+" "+a.Key, b.Caller+" "+b.Action+" "+b.Key)
	})
}

// noteTableCall records the rows of a request to DynamoDB, and leaves the request as it was.
func (c *Cloud) noteTableCall(caller string, r *http.Request) {
	if caller == "" {
		return
	}
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), errorReader{err}))
	keys := leadingKeys(body)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, key := range keys {
		c.tableCalls[TableCall{strings.ToLower(caller), "dynamodb:" + operation(r), key}] = true
	}
}

// errorReader is the end of a body: io.EOF, or the error of reading it.
type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	return 0, io.EOF
}

// leadingKeys returns the partition keys, pk, of the rows that a request names, or "" for a request that names none.
func leadingKeys(body []byte) []string {
	type row struct {
		PK struct{ S string } `json:"pk"`
	}
	var in struct {
		Key, Item                 *row
		ExpressionAttributeValues map[string]struct{ S any }
		KeyConditionExpression    string
		RequestItems              map[string]struct{ Keys []row }
	}
	if json.Unmarshal(body, &in) != nil {
		return []string{""}
	}
	var keys []string
	for _, one := range []*row{in.Key, in.Item} {
		if one != nil {
			keys = append(keys, one.PK.S)
		}
	}
	if key, ok := in.ExpressionAttributeValues[":pk"].S.(string); ok && strings.Contains(in.KeyConditionExpression, "= :pk") {
		keys = append(keys, key)
	}
	for _, table := range in.RequestItems {
		for _, one := range table.Keys {
			keys = append(keys, one.PK.S)
		}
	}
	if len(keys) == 0 {
		keys = append(keys, "")
	}
	return keys
}
