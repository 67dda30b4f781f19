package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"valkyrie/infra/process"
)

// A Server is a local DynamoDB without tables at first. It ends with Stop, or with the program that started it.
type Server struct {
	Endpoint string // "http://127.0.0.1:40537"

	cmd    *exec.Cmd
	alive  io.Closer     // closing it ends the server
	exited chan struct{} // closed when the process has exited
	stderr *bytes.Buffer // valid once exited
}

// Start fetches the program if necessary, starts it on a free port, and returns when it responds.
func Start(ctx context.Context) (*Server, error) {
	path, err := fetch(ctx)
	if err != nil {
		return nil, fmt.Errorf("start a local DynamoDB: %w", err)
	}
	const tries = 5 // another process may take the port before the server listens on it
	var errs []error
	for range tries {
		s, err := start(ctx, path)
		if err == nil || ctx.Err() != nil {
			return s, err
		}
		errs = append(errs, err)
	}
	return nil, fmt.Errorf("start a local DynamoDB: %w", errors.Join(errs...))
}

// For starts a server that is stopped at the end of the test.
func For(tb testing.TB) *Server {
	tb.Helper()
	s, err := Start(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Stop)
	return s
}

// start runs the server under a shell that kills it when the shell's stdin is closed, which happens when this program exits.
func start(ctx context.Context, path string) (*Server, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(address)
	const guarded = `exec 3<&0
"$0" --host 127.0.0.1 --port "$1" & server=$!
(read -r _; kill -9 $server) <&3 & guard=$!
wait $server; status=$?
kill $guard; exit $status`
	s := &Server{Endpoint: "http://" + address, exited: make(chan struct{}), stderr: &bytes.Buffer{}}
	s.cmd = exec.Command("/bin/sh", "-c", guarded, path, port)
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C must reach only this program, which then stops the server
	s.cmd.Stderr = s.stderr
	s.cmd.WaitDelay = time.Second
	if s.alive, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { s.cmd.Wait(); close(s.exited) }()
	if err := s.ready(ctx); err != nil {
		s.Stop()
		return nil, fmt.Errorf("%s on %s: %w%s", path, address, err, process.Quote(s.stderr.String()))
	}
	return s, nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// ready waits until the server responds.
func (s *Server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 20*time.Second, errors.New("no response within 20 s"))
	defer cancel()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Endpoint, nil)
		if err != nil {
			return err
		}
		if answer, err := client.Do(req); err == nil {
			return answer.Body.Close()
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-s.exited:
			return errors.New("it exited during the start")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// Stop kills the server, and discards its tables. Repeated calls have no effect.
func (s *Server) Stop() {
	s.alive.Close()
	<-s.exited
}
