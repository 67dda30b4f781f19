package samcheck_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// emulatorOfLambda is AWS's own emulator of the interface between Lambda and a function's program.
const emulatorOfLambda = "github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie@v0.0.0-20261030222936-bef5c4ba774d"

// underInterface runs the programs that SAM has built under AWS's own emulator of Lambda's runtime interface, each with the environment of
// the deployed function: the pager makes a round, the probe runs a journey that is neither stored nor judged.
func (d *desk) underInterface() {
	d.Helper()
	install := exec.Command("go", "install", emulatorOfLambda)
	install.Dir, install.Env = d.dir, append(d.environ(), "GOBIN="+filepath.Join(d.dir, "bin"))
	if out, err := install.CombinedOutput(); err != nil {
		d.Logf("skipped, AWS's emulator of Lambda's runtime interface cannot be had: %v\n%s", err, tail(string(out), 1000))
		return
	}
	for function, c := range map[string]struct{ event, want string }{
		"Pager": {"{}", "null"},
		"Probe": {`{"journey":"print-card","dry":true}`, `"outcome":"passed"`},
	} {
		got := d.invokeUnder(function, c.event)
		if !strings.Contains(got, c.want) {
			d.Errorf("%s under AWS's emulator of Lambda's runtime interface: expected %s, got %s", function, c.want, tail(got, 2000))
		}
	}
	d.Log("the pager and the probe run under AWS's emulator of Lambda's runtime interface")
}

// invokeUnder starts a function's program under the emulator of the interface, and returns its answer to an event.
func (d *desk) invokeUnder(function, event string) string {
	d.Helper()
	address, api := d.freeAddress(), d.freeAddress()
	program := filepath.Join(d.dir, ".aws-sam/build", function)
	cmd := exec.Command(filepath.Join(d.dir, "bin/aws-lambda-rie"), "--runtime-interface-emulator-address", address, "--runtime-api-address", api, filepath.Join(program, "bootstrap"))
	cmd.Dir = program
	cmd.Env = append(d.environ(), "AWS_REGION="+regions[0], "TWILIO_API_URL="+d.phone, "AWS_LAMBDA_FUNCTION_TIMEOUT=120")
	var set map[string]any
	text := d.run("aws", "lambda", "get-function-configuration", "--region", regions[0], "--function-name", "valkyrie-"+strings.ToLower(function), "--query", "Environment.Variables", "--output", "json")
	if err := json.Unmarshal([]byte(text), &set); err != nil {
		d.Fatal(err)
	}
	for name, value := range set {
		text := strings.Replace(fmt.Sprint(value), "/opt/", filepath.Join(d.dir, ".aws-sam/build/Chrome")+"/", 1) // the layer
		cmd.Env = append(cmd.Env, name+"="+text)
	}
	log, err := os.Create(filepath.Join(d.logs, "interface"))
	if err != nil {
		d.Fatal(err)
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		d.Fatal(err)
	}
	defer func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // with the program
		_ = cmd.Wait()
	}()
	d.until("the emulator of the interface listens", func() bool {
		c, err := net.Dial("tcp", address)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
	client := &http.Client{Timeout: 3 * time.Minute}
	res, err := client.Post("http://"+address+"/2015-03-31/functions/function/invocations", "application/json", strings.NewReader(event))
	if err != nil {
		d.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		d.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		said, _ := os.ReadFile(log.Name())
		d.Errorf("%s: %s: %s\n%s", function, res.Status, body, tail(string(said), 3000))
	}
	return string(body)
}

// freeAddress returns an address of this machine on which nothing listens.
func (d *desk) freeAddress() string {
	d.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		d.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
