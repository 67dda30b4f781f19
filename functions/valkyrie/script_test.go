package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptCommands are the commands of the scripts, besides those of testscript.
var scriptCommands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"exits": scriptExits,
	"serve": scriptServe,
	"close": scriptClose,
	"free":  scriptFree,
	"get":   scriptGet,
	"post":  scriptPost,
	"await": scriptAwait,
	"runs":  scriptRuns,
	"junit": scriptJUnit,
	"step":  scriptStep,
	"tidy":  scriptTidy,
}

// scriptCondition implements [root] and [listening:ADDR], which holds when a server listens on ADDR.
func scriptCondition(condition string) (bool, error) {
	if condition == "root" {
		return os.Getuid() == 0, nil
	}
	if addr, ok := strings.CutPrefix(condition, "listening:"); ok {
		conn, err := net.DialTimeout("tcp", addr, time.Second)
		if err != nil {
			return false, nil
		}
		return true, conn.Close()
	}
	return false, fmt.Errorf("unknown condition %q", condition)
}

// scriptExits implements exits CODE COMMAND [ARG...]: the command must end with that exit code.
func scriptExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	err = ts.Exec(args[1], args[2:]...)
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

// servers are the servers of a script by name: shop, phone.
type servers map[string]*process

const serversKey = "servers"

// scriptServe implements serve shop|phone [ARG...]: it starts a server of the program on a free port, waits until it is ready,
// and sets SHOP or PHONE to its address. The server ends with the script.
func scriptServe(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: serve shop|phone [ARG...]")
	}
	env := []string{"PATH=" + ts.Getenv("PATH"), "HOME=" + ts.Getenv("HOME"), "TMPDIR=" + ts.Getenv("TMPDIR")}
	p, err := startProcess(ts.MkAbs("."), env, append([]string{args[0], "--addr", "127.0.0.1:0"}, args[1:]...)...)
	ts.Check(err)
	ts.Value(serversKey).(servers)[args[0]] = p
	ts.Defer(func() {
		if _, _, err := p.end(os.Interrupt); err != nil {
			ts.Logf("%v", err)
		}
	})
	address, err := p.awaitOutput(`http://[0-9.:]+`)
	ts.Check(err)
	ts.Setenv(strings.ToUpper(args[0]), address)
}

// scriptClose implements close shop|phone: it interrupts the server, which must exit with 0, and prints its output.
func scriptClose(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: close shop|phone")
	}
	p := ts.Value(serversKey).(servers)[args[0]]
	if p == nil {
		ts.Fatalf("no %s is served", args[0])
	}
	code, _, err := p.end(syscall.SIGINT)
	ts.Check(err)
	_, _ = io.WriteString(ts.Stdout(), p.stdout.String())
	_, _ = io.WriteString(ts.Stderr(), p.stderr.String())
	if code != 0 {
		ts.Fatalf("exit code %d, want 0; stderr:\n%s", code, p.stderr.String())
	}
}

// scriptFree implements free NAME: it sets a variable to a free address.
func scriptFree(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: free NAME")
	}
	addr, err := freeAddress()
	ts.Check(err)
	ts.Setenv(args[0], addr)
}

func freeAddress() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return ln.Addr().String(), ln.Close()
}

// scriptGet implements get URL, which prints the response. With !, the response must be an error.
func scriptGet(ts *testscript.TestScript, neg bool, args []string) {
	scriptRequest(ts, neg, http.MethodGet, args)
}

// scriptPost implements post URL, which is get by POST.
func scriptPost(ts *testscript.TestScript, neg bool, args []string) {
	scriptRequest(ts, neg, http.MethodPost, args)
}

func scriptRequest(ts *testscript.TestScript, neg bool, method string, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: [!] %s URL", strings.ToLower(method))
	}
	body, status, err := request(method, args[0])
	ts.Check(err)
	_, _ = io.WriteString(ts.Stdout(), body)
	if bad := status >= http.StatusBadRequest; bad != neg {
		ts.Fatalf("%s %s answered %d: %s", method, args[0], status, body)
	}
}

func request(method, address string) (body string, status int, err error) {
	req, err := http.NewRequest(method, address, nil)
	if err != nil {
		return "", 0, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", 0, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	return string(data), res.StatusCode, err
}

// scriptAwait implements await PATTERN get URL and await PATTERN COMMAND [ARG...]: it repeats the request or the command until
// its output matches.
func scriptAwait(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: await PATTERN get URL | COMMAND [ARG...]")
	}
	re, err := regexp.Compile(`(?m)` + args[0])
	ts.Check(err)
	ts.Check(eventually(func() error {
		var text string
		if args[1] == "get" {
			text, _, err = request(http.MethodGet, args[2])
		} else {
			err = ts.Exec(args[1], args[2:]...)
			text = ts.ReadFile("stdout")
		}
		if re.MatchString(text) {
			if args[1] == "get" {
				_, _ = io.WriteString(ts.Stdout(), text)
			}
			return nil
		}
		return fmt.Errorf("no match for %q (%v) in:\n%s", args[0], err, text)
	}))
}

// scriptTidy implements tidy: it checks that no process and no file of Chrome is left.
func scriptTidy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: tidy")
	}
	if left := leftovers(ts.Getenv("WORK"), ts.Getenv("TMPDIR")); len(left) > 0 {
		ts.Fatalf("left behind: %s", strings.Join(left, "\n"))
	}
}
