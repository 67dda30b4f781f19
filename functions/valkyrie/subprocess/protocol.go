// Package subprocess executes each run of a journey in a process of its own.
//
// A stack overflow, a concurrent map write or a panic in a goroutine of a journey ends its process, and Go cannot recover from
// it. In a process of its own it is one Broken run; in ours it would end the pager too. The child is the same program, with
// [Argument]. It reads a task from stdin and writes events to stdout, both as JSON. The end of stdin cancels the run, so that
// no Chrome outlives a parent that was killed.
package subprocess

import (
	"time"

	"valkyrie/probes/journey"
)

// Argument is the only argument of a child.
const Argument = "run-in-subprocess"

// scratchPrefix begins the names of the folders for a child's temporary files.
const scratchPrefix = "valkyrie-run-"

// A task is the run that a child executes: the Runner without its functions.
type task struct {
	Journey  string
	Slot     time.Time
	Site     string
	Region   string
	Every    time.Duration
	Evidence string // the folder; "": none is kept
	Always   bool
	Tries    int
	Chrome   journey.Program
	Agent    string
	Trace    bool
	NoFilm   bool
	Inputs   map[string]string
}

// An event is a line of a child's output: a step's result, the verdict, or at last the whole run.
type event struct {
	Run       journey.Run
	FirstStep journey.StepResult  // Run's, which its JSON omits
	Step      *journey.StepResult // for Runner.OnStep
	Verdict   bool                // for Runner.OnVerdict
}
