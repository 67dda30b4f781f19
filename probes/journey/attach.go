package journey

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// An attachment is a file that a step offers as evidence.
type attachment struct {
	kind, name string
	create     func(ctx context.Context) ([]byte, error)
}

// Attach offers a file, such as "page-1.png", as evidence. create is called only when the run's evidence is captured; its
// error is reported as why the file is missing. A later attachment of the same name replaces an earlier one.
func (t *T) Attach(kind, name string, create func(ctx context.Context) ([]byte, error)) {
	if t.attached != nil {
		t.attached.add(attachment{kind, name, create})
	}
}

// attachments collects them. It is locked because a blocked step is abandoned and may still attach.
type attachments struct {
	mu  sync.Mutex
	all []attachment
}

func (a *attachments) add(n attachment) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.all = append(slices.DeleteFunc(a.all, func(o attachment) bool { return o.name == n.name }), n)
}

// attach saves the attachments of the run, within ctx.
func (e *execution) attach(ctx context.Context, run Run) (list []Evidence) {
	e.attached.mu.Lock()
	all := slices.Clone(e.attached.all)
	e.attached.mu.Unlock()
	for _, a := range all {
		data, err := a.made(ctx)
		if err != nil {
			list = append(list, Evidence{Kind: a.kind, Missing: e.mask.Text(err.Error())})
			continue
		}
		list = append(list, e.save(run, a.kind, a.name, data))
	}
	return list
}

// made calls create. Its panic is an error, since it runs outside the step's own protection.
func (a attachment) made(ctx context.Context) (data []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("create %s: it panicked: %v", a.name, p)
		}
	}()
	return a.create(ctx)
}
