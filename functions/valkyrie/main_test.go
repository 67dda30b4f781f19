package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"valkyrie/functions/lambdatest"
	"valkyrie/infra/chrome"
)

// programEnv is the environment that names Chrome, so that the program neither searches nor fetches it again.
var programEnv []string

// TestMain puts the program on the PATH. The test binary is the program when it is started as valkyrie.
func TestMain(m *testing.M) {
	testscript.Main(prepared{m}, map[string]func(){"valkyrie": practiceMain, "valkyrie-fatal": fatalMain})
}

// practiceMain is main, with the practice shop's suite.
func practiceMain() { os.Exit(mainAt(lambdatest.Practice(), time.Now)) }

// prepared sets up what the tests share. It does not run in a test binary that is started as the program.
type prepared struct{ *testing.M }

func (p prepared) Run() int {
	c, err := chrome.Find(context.Background(), chrome.Config{Progress: os.Stderr})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	programEnv = append([]string{"CHROME=" + c.Path}, c.Env...)
	if os.Getenv("GORACE") == "" {
		programEnv = append(programEnv, "GORACE=atexit_sleep_ms=0") // else -race has each program stay for a second
	}
	// Most of these tests wait for a step's limit or a ringing phone, so more of them than cores can run at once.
	if err := flag.Set("test.parallel", strconv.Itoa(2*runtime.NumCPU())); err != nil {
		panic(err)
	}
	return p.M.Run()
}

// TestScripts runs the command lines in testdata/*.txt.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata", Cmds: scriptCommands, Condition: scriptCondition,
		Setup: func(env *testscript.Env) error {
			env.Vars = append(env.Vars, programEnv...)
			env.Values[serversKey] = servers{}
			return nil
		},
		RequireExplicitExec: true, RequireUniqueNames: true,
	})
}
