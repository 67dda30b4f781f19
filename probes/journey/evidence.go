package journey

import (
	"context"
	"fmt"
	"time"
)

// capture saves evidence once, at the first failure. Evidence that was saved counts even if the rest blocks.
func (e *execution) capture() {
	if len(e.run.Evidence) == 0 {
		e.keep("")
	}
}

// keep adds evidence of this moment to the run; prefix tells it from other evidence of the run.
func (e *execution) keep(prefix string) {
	if e.Evidence == nil {
		return
	}
	limit := min(captureLimit, time.Until(e.end)/2)
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	run := snapshot(e.run)
	saved := &evidenceList{}
	all := make(chan []Evidence, 1)
	go func() {
		list := []Evidence{}
		if e.journey.Uses != nil {
			list = e.journey.Uses.Capture(ctx, func(kind, name string, data []byte) Evidence {
				return saved.add(e.save(run, kind, prefix+name, data))
			})
		}
		if prefix == "" {
			list = append(list, e.attach(ctx, run)...)
		}
		all <- list
	}()
	kept, ok := within(all, limit+returnGrace)
	if !ok {
		kept = append(saved.list(), Evidence{Kind: "more", Missing: "it was not captured within " + limit.String()})
	}
	for _, piece := range kept {
		piece.Kind = prefix + piece.Kind
		e.run.Evidence = append(e.run.Evidence, piece)
	}
	e.progress.record(e.run, nil)
}

// save stores one piece of evidence. Later tries do not overwrite the first one's.
func (e *execution) save(run Run, kind, name string, data []byte) Evidence {
	if run.Tries > 1 {
		name = fmt.Sprintf("try-%d-%s", run.Tries, name)
	}
	path, err := e.Evidence.Save(run, name, e.mask.File(name, data))
	if err != nil {
		return Evidence{Kind: kind, Missing: e.mask.Text(err.Error())}
	}
	return Evidence{Kind: kind, Path: path}
}
