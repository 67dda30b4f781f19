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

// A Server is a DynamoDB on this machine, empty at first. Stop ends it; it also ends with the program that started it.
type Server struct {
	Endpoint string // "http://127.0.0.1:40537"

	cmd    *exec.Cmd
	alive  io.Closer     // its end is the end of the server
	exited chan struct{} // closed when the process is gone
	stderr *bytes.Buffer // once exited
}

// Start fetches the program if need be, starts it on a free port, and returns when it answers.
func Start(ctx context.Context) (*Server, error) {
	path, err := fetch(ctx)
	if err != nil {
		return nil, fmt.Errorf("starting a local DynamoDB: %w", err)
	}
	const tries = 5 // another process may take the port between finding it free and listening on it
	var errs []error
	for range tries {
		s, err := start(ctx, path)
		if err == nil || ctx.Err() != nil {
			return s, err
		}
		errs = append(errs, err)
	}
	return nil, fmt.Errorf("starting a local DynamoDB: %w", errors.Join(errs...))
}

// For starts a server for the length of a test.
func For(tb testing.TB) *Server {
	tb.Helper()
	s, err := Start(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Stop)
	return s
}

// start runs the server under a shell that ends it when its own stdin ends, which it does when this program dies.
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
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for the program, which then stops the server
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

// ready waits until the server answers.
func (s *Server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 20*time.Second, errors.New("it did not answer within 20 s"))
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
			return errors.New("it ended by itself")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// Stop ends the server at once, and all that was in it. Stopping twice is fine.
func (s *Server) Stop() {
	s.alive.Close()
	<-s.exited
}
