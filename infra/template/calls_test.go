package template_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"valkyrie/infra/environ"
)

// services maps the packages of the SDK to the prefixes of their actions, where they differ.
var services = map[string]string{"eventbridge": "events", "pinpointsmsvoicev2": "sms-voice", "lambda Invoke": "lambda:InvokeFunction"}

// elsewhere lists the requests in packages that functions link, which only the command line and tests make.
var elsewhere = map[string]string{
	"dynamodb:CreateTable":               "dynamo.Create, for tests and a laptop's table: the template makes the deployed one",
	"dynamodb:UpdateTimeToLive":          "dynamo.Create",
	"dynamodb:DescribeTable":             "dynamo.Store.Check and Retention, for valkyrie doctor",
	"dynamodb:DescribeTimeToLive":        "dynamo.Store.Retention",
	"dynamodb:DescribeContinuousBackups": "dynamo.Store.Retention",
}

// functionCalls returns the actions of the SDK's requests in the packages that each function links, by function. A request
// is recognized by its input: &dynamodb.PutItemInput{...}.
var functionCalls = sync.OnceValues(func() (map[string][]string, error) {
	calls := map[string][]string{}
	for _, function := range []string{environ.FunctionProbe, environ.FunctionPager, environ.FunctionWebhook} {
		out, err := exec.Command("go", "list", "-deps", "-f", `{{if and .Module .Module.Main}}{{.Dir}}{{end}}`, "valkyrie/functions/"+function).Output()
		if err != nil {
			return nil, fmt.Errorf("list the packages of %s: %w", function, err)
		}
		for dir := range strings.FieldsSeq(string(out)) {
			files, err := filepath.Glob(filepath.Join(dir, "*.go"))
			if err != nil {
				return nil, err
			}
			for _, file := range files {
				if strings.HasSuffix(file, "_test.go") {
					continue
				}
				found, err := requests(file)
				if err != nil {
					return nil, err
				}
				calls[function] = append(calls[function], found...)
			}
		}
		slices.Sort(calls[function])
		calls[function] = slices.Compact(calls[function])
	}
	return calls, nil
})

// requests returns the actions of the requests in a file.
func requests(file string) ([]string, error) {
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	clients := map[string]string{} // the SDK's packages, by their names in the file
	for _, i := range tree.Imports {
		p := strings.Trim(i.Path.Value, `"`)
		if service, ok := strings.CutPrefix(p, "github.com/aws/aws-sdk-go-v2/service/"); ok && !strings.Contains(service, "/") {
			name := path.Base(p)
			if i.Name != nil {
				name = i.Name.Name
			}
			clients[name] = service
		}
	}
	var actions []string
	ast.Inspect(tree, func(n ast.Node) bool {
		literal, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		kind, ok := literal.Type.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		from, _ := kind.X.(*ast.Ident)
		operation, isInput := strings.CutSuffix(kind.Sel.Name, "Input")
		if service := clients[nameOf(from)]; service != "" && isInput {
			actions = append(actions, actionOf(service, operation))
		}
		return true
	})
	return actions, nil
}

func nameOf(i *ast.Ident) string {
	if i == nil {
		return ""
	}
	return i.Name
}

func actionOf(service, operation string) string {
	if action := services[service+" "+operation]; action != "" {
		return action
	}
	if prefix := services[service]; prefix != "" {
		service = prefix
	}
	return service + ":" + operation
}

// TestCalls: each request in the code that the functions link is one of those whose permission the wiring check follows, or
// is known to be made elsewhere only. A new request fails here until the check leads it to a resource.
func TestCalls(t *testing.T) {
	all, err := functionCalls()
	if err != nil {
		t.Fatal(err)
	}
	d := read(t)
	for function, id := range functionIDs {
		s := newStack(d, home, everything())
		secret := everything()
		secret["SecretsIn"] = "secretsmanager"
		checked := map[string]bool{}
		for _, c := range slices.Concat(s.calls(id), newStack(d, home, secret).calls(id)) {
			action, _, _ := strings.Cut(c.action, onRows)
			checked[action] = true
		}
		for _, action := range all[function] {
			if !checked[action] && elsewhere[action] == "" && !slices.Contains(unused[function], action) {
				t.Errorf("%s makes the request %s, which the wiring check does not follow: add it to calls in wiring_test.go, or to elsewhere", function, action)
			}
		}
		if len(all[function]) < 5 {
			t.Errorf("%s: only the requests %v were found", function, all[function])
		}
	}
}

// unused lists the requests that functions link with functions/cloud, infra/dynamo and infra/secrets, and do not make.
var unused = map[string][]string{
	environ.FunctionProbe:   {"ssm:GetParameter", "sns:Publish", "sms-voice:SendVoiceMessage", "s3:GetObject", "dynamodb:BatchGetItem", "dynamodb:DeleteItem"}, // the pager's and the webhook's
	environ.FunctionPager:   {"lambda:InvokeFunction"},                                                                                                         // those that poke the pager make it
	environ.FunctionWebhook: {"ssm:GetParameter", "s3:PutObject", "dynamodb:BatchGetItem", "dynamodb:Query"},                                                   // the pager's, and the probe's
}

// functionIDs are the functions' logical names in the template.
var functionIDs = map[string]string{environ.FunctionProbe: "Probe", environ.FunctionPager: "Pager", environ.FunctionWebhook: "Webhook"}
