package main

import (
	"archive/zip"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"valkyrie/functions/lambdatest"
	"valkyrie/infra/environ"
)

// BenchmarkLambda measures the deployed function, warm, run after run in the sandbox: the resources of a run, and those
// that it leaks. The first numbers are the sizes of the deployed files.
func BenchmarkLambda(b *testing.B) {
	layer, w := lambdatest.Layer(b), lambdatest.NewWorld(b)
	f := lambdatest.New(b, lambdatest.Config{
		Folder: folder, Layer: layer, Freeze: true,
		Env: w.Env(environ.FunctionProbe, lambdatest.Home, lambdatest.Chrome(layer)),
	})
	slot := time.Now().UTC().Truncate(time.Minute).Add(-30 * 24 * time.Hour)
	run := func() lambdatest.Result {
		slot = slot.Add(time.Minute)
		res := f.Invoke(due("create-order", slot))
		if res.Err() != nil {
			b.Fatal(res.Err(), f.Log())
		}
		return res
	}
	cold := run()
	for range 4 {
		run()
	}
	own, _ := f.Memory()
	before, peak := w.TableRequests(), watchMemory(f)
	for b.Loop() {
		run()
	}
	after, highest := w.TableRequests(), peak()
	later, _ := f.Memory()
	b.ReportMetric(megabytes(zipped(b, filepath.Join(folder, "bootstrap"))), "zip-MB")
	b.ReportMetric(megabytes(unpacked(b, folder)+unpacked(b, layer)), "unpacked-MB")
	b.ReportMetric(float64(cold.Init.Milliseconds()), "init-ms")
	b.ReportMetric(float64(cold.Took.Milliseconds()), "first-ms")
	b.ReportMetric(float64(highest)/1000, "peak-MB")
	b.ReportMetric(float64(later)/1000, "own-MB")
	b.ReportMetric(float64(later-own)/1000, "grown-MB")
	b.ReportMetric(float64(after-before)/float64(b.N), "requests/op")
	b.ReportMetric(float64(len(f.Files())+len(f.Processes())), "left")
}

// watchMemory samples the memory of all of a function's processes; the returned function ends that and returns the maximum,
// in kilobytes.
func watchMemory(f *lambdatest.Function) func() int {
	var most int
	var watching sync.WaitGroup
	enough := make(chan struct{})
	watching.Go(func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-enough:
				return
			case <-tick.C:
				_, all := f.Memory()
				most = max(most, all)
			}
		}
	})
	return func() int {
		close(enough)
		watching.Wait()
		return most
	}
}

func megabytes(bytes int64) float64 { return float64(bytes) / 1e6 }

// zipped returns the compressed size of a file.
func zipped(b *testing.B, path string) int64 {
	b.Helper()
	var size counting
	z := zip.NewWriter(&size)
	text, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	w, err := z.Create("bootstrap")
	if err == nil {
		_, err = w.Write(text)
	}
	if err != nil || z.Close() != nil {
		b.Fatal(err)
	}
	return int64(size)
}

type counting int64

func (c *counting) Write(p []byte) (int, error) {
	*c += counting(len(p))
	return len(p), nil
}

// unpacked returns the size of a folder.
func unpacked(b *testing.B, dir string) int64 {
	b.Helper()
	var size int64
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		size += info.Size()
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return size
}
