package main

import (
	"strings"
	"testing"
)

const passing = `go test -json ./...
{"Action":"start","Package":"valkyrie/a"}
{"Action":"run","Package":"valkyrie/a","Test":"TestQuick"}
{"Action":"output","Package":"valkyrie/a","Test":"TestQuick","Output":"=== RUN   TestQuick\n"}
{"Action":"output","Package":"valkyrie/a","Test":"TestQuick","Output":"    a_test.go:1: a log that nobody needs\n"}
{"Action":"pass","Package":"valkyrie/a","Test":"TestQuick","Elapsed":0.5}
{"Action":"pass","Package":"valkyrie/a","Test":"TestSlow/part","Elapsed":8}
{"Action":"pass","Package":"valkyrie/a","Test":"TestSlow","Elapsed":9}
{"Action":"output","Package":"valkyrie/a","Output":"PASS\n"}
{"Action":"output","Package":"valkyrie/a","Output":"ok  \tvalkyrie/a\t9.5s\n"}
{"Action":"pass","Package":"valkyrie/a","Elapsed":9.5}
`

const failing = `{"Action":"output","Package":"valkyrie/b","Test":"TestBad","Output":"    b_test.go:7: got 1, want 2\n"}
{"Action":"output","Package":"valkyrie/b","Test":"TestBad","Output":"--- FAIL: TestBad (0.10s)\n"}
{"Action":"fail","Package":"valkyrie/b","Test":"TestBad","Elapsed":0.1}
{"Action":"output","Package":"valkyrie/b","Output":"FAIL\n"}
{"Action":"output","Package":"valkyrie/b","Output":"FAIL\tvalkyrie/b\t0.1s\n"}
{"Action":"fail","Package":"valkyrie/b","Elapsed":0.1}
{"Action":"build-output","ImportPath":"valkyrie/c","Output":"c.go:3:1: syntax error\n"}
{"Action":"build-fail","ImportPath":"valkyrie/c"}
`

func TestReport(t *testing.T) {
	for name, c := range map[string]struct {
		in, want string
		failed   bool
	}{
		"all pass": {passing, `go test -json ./...
the slowest tests:
     8.0 s  valkyrie/a TestSlow/part
ok  	valkyrie/a	9.5s
`, false},
		"one fails, and another does not compile": {passing + failing, `go test -json ./...
    b_test.go:7: got 1, want 2
--- FAIL: TestBad (0.10s)
FAIL
c.go:3:1: syntax error
the slowest tests:
     8.0 s  valkyrie/a TestSlow/part
ok  	valkyrie/a	9.5s
FAIL	valkyrie/b	0.1s
FAIL
`, true},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			failed, err := report(strings.NewReader(c.in), &out, 1)
			if err != nil || failed != c.failed || out.String() != c.want {
				t.Errorf("failed: %t, %v; got\n%swant\n%s", failed, err, out.String(), c.want)
			}
		})
	}
}
