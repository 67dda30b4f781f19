package template_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"valkyrie/infra/dynamo"
)

// TestTable: the template's table has the store's schema.
func TestTable(t *testing.T) {
	p := at(newStack(read(t), home, parameters()).resources()["Table"], "Properties")
	want := dynamo.Definition("valkyrie")
	got := []string{text(at(p, "TableName")), text(at(p, "BillingMode"))}
	expected := []string{*want.TableName, string(want.BillingMode)}
	for _, a := range list(at(p, "AttributeDefinitions")) {
		got = append(got, text(at(a, "AttributeName"))+" "+text(at(a, "AttributeType")))
	}
	for _, a := range want.AttributeDefinitions {
		expected = append(expected, *a.AttributeName+" "+string(a.AttributeType))
	}
	for _, k := range list(at(p, "KeySchema")) {
		got = append(got, text(at(k, "AttributeName"))+" "+text(at(k, "KeyType")))
	}
	for _, k := range want.KeySchema {
		expected = append(expected, *k.AttributeName+" "+string(k.KeyType))
	}
	got = append(got, fmt.Sprint(at(p, "TimeToLiveSpecification")))
	expected = append(expected, fmt.Sprint(map[string]any{"AttributeName": dynamo.TimeToLive, "Enabled": true}))
	if diff := cmp.Diff(expected, got); diff != "" {
		t.Errorf("the table (-want +got):\n%s", diff)
	}
}

// TestTableRequests: the functions' permissions on the table are together exactly the store's requests; rowCalls
// compares them with the requests of each function. Creating and describing a table is left to people.
func TestTableRequests(t *testing.T) {
	files, err := filepath.Glob("../dynamo/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no source of the store was found", err)
	}
	var want []string
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") || filepath.Base(path) == "table.go" {
			continue
		}
		code, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`&dynamodb\.(\w+)Input\{`).FindAllStringSubmatch(string(code), -1) {
			want = append(want, "dynamodb:"+m[1])
		}
	}
	slices.Sort(want)
	want = slices.Compact(want)
	var got []string
	for _, r := range reach(read(t)) {
		if _, action, _ := strings.Cut(r, " "); strings.HasPrefix(action, "dynamodb:") {
			got = append(got, action)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, slices.Compact(got)); diff != "" {
		t.Errorf("(-the store's requests +the roles' permissions):\n%s", diff)
	}
}
