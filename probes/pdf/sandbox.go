package pdf

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// The limits of one document. A customer's reader opens an ordinary one in a hundredth of them.
const (
	memoryLimit = 256 << 20 // bytes that PDFium may use for it
	readers     = 2         // documents read at the same time; more wait
	wasmPage    = 64 << 10
)

// A ProbeFault is a fault of the probe: the PDF was not judged. Report it with T.Brokenf; Open does.
type ProbeFault struct{ err error }

func (f *ProbeFault) Error() string { return "start PDFium: " + f.err.Error() }

func (f *ProbeFault) Unwrap() error { return f.err }

// engine is PDFium. It starts with the first document, so that a journey without one does not pay for it, and stays, since
// starting costs more than reading. It is interpreted: compiling it takes seconds of all CPUs and twice the memory.
var engine struct {
	sync.Mutex
	pool pdfium.Pool
}

// Start starts PDFium, for the field Prepare of a journey whose steps read PDFs. Otherwise the first of these steps starts it,
// and on a busy machine that takes seconds of the step's limit. The error is a ProbeFault, or the end of ctx.
func Start(ctx context.Context) error {
	late := func() error { return fmt.Errorf("start PDFium: %w; give the probe more CPU", context.Cause(ctx)) }
	if ctx.Err() != nil {
		return late()
	}
	started := make(chan error, 1)
	go func() {
		_, err := start()
		started <- err
	}()
	select {
	case err := <-started:
		return err
	case <-ctx.Done():
		return late()
	}
}

// start returns PDFium, ready. It has no file system, no network and no environment.
func start() (pdfium.Pool, error) {
	engine.Lock()
	defer engine.Unlock()
	if engine.pool != nil {
		return engine.pool, nil
	}
	pool, err := webassembly.Init(webassembly.Config{
		MaxTotal: readers,
		FSConfig: wazero.NewFSConfig(),
		Stdout:   io.Discard, Stderr: io.Discard,
		RuntimeConfig: wazero.NewRuntimeConfigInterpreter().
			WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
			WithCloseOnContextDone(true).
			WithMemoryLimitPages(memoryLimit / wasmPage),
	})
	if err != nil {
		return nil, &ProbeFault{err}
	}
	engine.pool = pool
	return pool, nil
}

// errCrash is an error of the sandbox, not of the document.
var errCrash = fmt.Errorf("PDFium, the engine of Chrome's reader, crashes on it, or needs more than %d MB", memoryLimit>>20)

// sandboxed calls do with a PDFium of its own, which is killed afterwards, or when do takes longer than limit.
func sandboxed(ctx context.Context, limit time.Duration, do func(pdfium.Pdfium) error) error {
	pool, err := start()
	if err != nil {
		return err
	}
	instance, err := pool.GetInstanceWithContext(ctx)
	if err == nil {
		err = ctx.Err() // the pool minds it only while it waits
	}
	if err != nil {
		return &ProbeFault{fmt.Errorf("no free reader: %w", err)}
	}
	outer := ctx
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("a reader needs more than %v for it", limit))
	defer cancel()
	kill := sync.OnceFunc(func() { _ = instance.Kill() }) // its error is that it is dead already
	defer kill()
	defer context.AfterFunc(ctx, kill)()
	err = guarded(instance, do)
	if outer.Err() != nil { // no customer reads it on this machine
		return &ProbeFault{fmt.Errorf("there was no time left to read it: %w; raise the step's limit, or give the probe more CPU", context.Cause(outer))}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// guarded converts a panic, or a trap of the sandbox, into errCrash: a damaged file must not end the probe.
func guarded(instance pdfium.Pdfium, do func(pdfium.Pdfium) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errCrash, p)
		}
	}()
	err = do(instance)
	for _, trap := range []string{"wasm error", "module closed", "panic occurred"} {
		if err != nil && strings.Contains(err.Error(), trap) {
			first, _, _ := strings.Cut(err.Error(), "\n")
			return fmt.Errorf("%w: %s", errCrash, first)
		}
	}
	return err
}
