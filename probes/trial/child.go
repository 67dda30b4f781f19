package trial

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"sync"

	"valkyrie/probes/journey"
)

// A Task is what a child is to do: the first line of its input, as JSON.
type Task struct {
	Journey string
	Site    string
	Root    string // the module's folder
	Chrome  journey.Program
	Inputs  map[string]string
	Pause   bool
	Once    bool
	Last    int // the number of the step to stop after; 0: the last
}

// An Event is a line of a child's output, as JSON, with one of its fields.
type Event struct {
	Text   string       `json:",omitempty"` // to print
	Secret string       `json:",omitempty"` // the name of a secret, which the child waits for
	Paused bool         `json:",omitempty"` // the child waits for Answer.Next
	Held   bool         `json:",omitempty"` // the browser stays open until the input ends
	Usage  string       `json:",omitempty"` // the task is wrong
	Run    *journey.Run `json:",omitempty"` // the last line
}

// An Answer is a line of a child's input after the task. The end of the input ends the run too, without an answer for its cleanup.
type Answer struct {
	End     bool   `json:",omitempty"` // the run is to end, with its cleanup
	Next    bool   `json:",omitempty"` // the paused run goes on
	Value   string `json:",omitempty"` // of the secret
	Error   string `json:",omitempty"` // why there is no value
	Unknown bool   `json:",omitempty"` // the secret is not known: journey.ErrNoSecret
}

// A Child executes one task in a process of its own, in which the journey was just compiled.
type Child struct {
	Journeys []func() journey.Journey

	mu      sync.Mutex
	out     *json.Encoder
	answers chan Answer   // to a question for a secret
	next    chan struct{} // gets a value when a paused run goes on
	over    chan struct{} // closed when the run is to end
	gone    chan struct{} // closed at the end of the input
	end     func()        // closes over, once
	asking  sync.Mutex
}

// Main executes the task from in, writes its events to out, and returns the exit code.
func (c *Child) Main(ctx context.Context, in io.Reader, out io.Writer) int {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	var task Task
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &task) != nil {
		fmt.Fprintln(os.Stderr, "valkyrie: this program is started by \"valkyrie try\"; run that")
		return 2
	}
	c.out, c.answers, c.next, c.over, c.gone = json.NewEncoder(out), make(chan Answer), make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	c.end = sync.OnceFunc(func() { close(c.over) })
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		defer close(c.gone)
		defer c.end()
		c.read(ctx, lines)
	}()
	if err := c.run(ctx, cancel, task); err != nil {
		c.send(Event{Usage: err.Error()})
		return 2
	}
	return 0
}

// read passes the answers on.
func (c *Child) read(ctx context.Context, lines *bufio.Scanner) {
	for lines.Scan() {
		var a Answer
		if json.Unmarshal(lines.Bytes(), &a) != nil {
			continue
		}
		switch {
		case a.End:
			c.end()
			continue
		case a.Next:
			select {
			case c.next <- struct{}{}:
			default:
			}
			continue
		}
		select {
		case c.answers <- a:
		case <-ctx.Done():
			return
		}
	}
}

func (c *Child) send(e Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.out.Encode(e) // a parent that is gone needs none
}

// run plays the journey. Its end is ordered while a step runs, which interrupts it, or while the browser is kept open.
func (c *Child) run(ctx context.Context, cancel context.CancelFunc, task Task) error {
	makers, err := journey.Find(c.Journeys, task.Journey)
	if err != nil {
		return err
	}
	site, err := url.Parse(task.Site)
	if err != nil {
		return err
	}
	j := makers[0]()
	if task.Last > len(j.Steps) {
		return fmt.Errorf("--step %d: expected 1 to %d, as the journey %s has %d steps", task.Last, len(j.Steps), j.Name, len(j.Steps))
	}
	holds := make(chan struct{})
	go func() {
		<-c.over
		select {
		case <-holds: // the run ends in order, with its cleanup
		default:
			cancel()
		}
	}()
	wait := func(e Event, goesOn <-chan struct{}) func(context.Context) {
		return func(ctx context.Context) {
			c.send(e)
			select {
			case <-goesOn:
			case <-c.over:
			case <-ctx.Done():
			}
		}
	}
	tr := &Trial{
		Stage: journey.Stage{Site: site, Chrome: task.Chrome, Secrets: c.secret, Inputs: task.Inputs, Agent: journey.Agent(), Trace: true},
		Root:  task.Root, Once: task.Once, Last: task.Last,
		Print: func(text string) { c.send(Event{Text: strings.TrimRight(text, "\n")}) },
	}
	hold := wait(Event{Held: true}, nil)
	tr.Hold = func(ctx context.Context) { close(holds); hold(ctx) }
	if task.Pause {
		tr.Pause = wait(Event{Paused: true}, c.next)
	}
	run := tr.Run(ctx, j)
	c.send(Event{Run: &run})
	return nil
}

// secret asks the parent for a secret.
func (c *Child) secret(name string) (string, error) {
	c.asking.Lock()
	defer c.asking.Unlock()
	c.send(Event{Secret: name})
	select {
	case a := <-c.answers:
		switch {
		case a.Unknown:
			return "", fmt.Errorf("%w %s", journey.ErrNoSecret, a.Error)
		case a.Error != "":
			return "", errors.New(a.Error)
		}
		return a.Value, nil
	case <-c.gone:
		return "", errors.New("the program that knows the secrets has ended")
	}
}
