package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"valkyrie/alerts/incident"
	"valkyrie/infra/storetest"
)

// childRole makes this test program the other process: it works on the database named by its only argument.
const childRole = "VALKYRIE_SQLITE_TEST_CHILD"

// increments is the number of increments by each of two racing processes.
const increments = 200

func TestMain(m *testing.M) {
	work, isChild := map[string]func(*Store) error{
		"increment": incrementMany,
		"write":     writeForEver,
	}[os.Getenv(childRole)]
	if !isChild {
		os.Exit(m.Run())
	}
	s, err := Open(context.Background(), os.Args[1])
	if err == nil {
		err = work(s)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func incrementMany(s *Store) error {
	for range increments {
		if err := storetest.Increment(context.Background(), s, "counter"); err != nil {
			return err
		}
	}
	return s.Close()
}

// writeForEver prints the key of each item after it is written.
func writeForEver(s *Store) error {
	for i := 0; ; i++ {
		key := strconv.Itoa(i)
		if err := s.PutItem(context.Background(), incident.Item{Key: key, Data: []byte(key)}); err != nil {
			return err
		}
		fmt.Println(key)
	}
}

// child returns a command that runs this program in a role.
func child(t *testing.T, role, path string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), program, path)
	c.Env = append(os.Environ(), childRole+"="+role)
	c.Stderr = os.Stderr
	return c
}

func TestTwoProcessesLoseNoIncrement(t *testing.T) {
	path := filepath.Join(t.TempDir(), "valkyrie.db") // created by the first process to open it
	one, two := child(t, "increment", path), child(t, "increment", path)
	for _, c := range []*exec.Cmd{one, two} {
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []*exec.Cmd{one, two} {
		if err := c.Wait(); err != nil {
			t.Error(err)
		}
	}
	item, err := mustOpen(t, path).Item(t.Context(), "counter")
	if err != nil {
		t.Fatal(err)
	}
	if want := strconv.Itoa(2 * increments); string(item.Data) != want || item.Version != 2*increments {
		t.Errorf("counted %s in %d versions, expected %s in as many", item.Data, item.Version, want)
	}
}

func TestKilledWriterLosesNothingWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "valkyrie.db")
	c := child(t, "write", path)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	const enough = 100
	var written []string
	lines := bufio.NewScanner(out)
	for lines.Scan() { // to the end: keys printed before the kill count as well
		if written = append(written, lines.Text()); len(written) == enough {
			c.Process.Kill()
		}
	}
	if err := c.Wait(); err == nil || len(written) < enough {
		t.Fatalf("the writer ended before the kill after %d items (%v)", len(written), err)
	}
	s := mustOpen(t, path)
	for _, key := range written {
		item, err := s.Item(t.Context(), key)
		if err != nil || item.Version != 1 || string(item.Data) != key {
			t.Errorf("item %q: got version %d, data %q, error %v; it had been written", key, item.Version, item.Data, err)
		}
	}
}
