package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"time"

	xdraw "golang.org/x/image/draw"

	"valkyrie/infra/chrome"
	"valkyrie/probes/browser/picture"
	"valkyrie/probes/demoshop"
	"valkyrie/probes/journey"
	"valkyrie/probes/practice"
)

// The failure picture: the fault of the practice shop, the size in pixels that a README shows, and the limit in bytes. The page
// is empty below that height.
const (
	fault         = "workers-down"
	pictureWidth  = 830
	pictureHeight = 350
	pictureLimit  = 150_000
)

// write writes both pictures into dir.
func write(ctx context.Context, dir string) error {
	shot, err := failure(ctx)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "failure.png"), shot, 0o644); err != nil {
		return err
	}
	drawing, err := flow()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "flow.svg"), []byte(drawing), 0o644)
}

// failure runs print-card in Chrome against a practice shop whose workers are down, and returns the screenshot that is
// kept as evidence, scaled for the README.
func failure(ctx context.Context) ([]byte, error) {
	shop, err := demoshop.New(demoshop.Config{Faults: []string{fault}})
	if err != nil {
		return nil, err
	}
	defer shop.Close()
	server := httptest.NewServer(shop)
	defer server.Close()
	site, err := url.Parse(server.URL)
	if err != nil {
		return nil, err
	}
	found, err := chrome.Find(ctx, chrome.Config{Progress: os.Stderr})
	if err != nil {
		return nil, err
	}
	kept := memory{}
	runner := journey.Runner{
		Stage:  journey.Stage{Site: site, Chrome: journey.Program{Path: found.Path, Env: found.Env}, Secrets: account},
		Region: "laptop", Evidence: kept,
	}
	run := runner.Probe(ctx, practice.PrintCard, time.Now())
	if step, _ := run.Culprit(); run.Outcome != journey.Failed || step.Name != failingStep {
		return nil, fmt.Errorf("run print-card with the fault %s: expected step %q to fail, got %s: %s", fault, failingStep, run.Outcome, run.Error)
	}
	return scaled(kept["screenshot.png"])
}

// scaled decodes a screenshot and encodes its upper part at pictureWidth, in at most pictureLimit bytes.
func scaled(screenshot []byte) ([]byte, error) {
	shot, err := png.Decode(bytes.NewReader(screenshot))
	if err != nil {
		return nil, fmt.Errorf("decode the screenshot: %w", err)
	}
	small := image.NewRGBA(image.Rect(0, 0, pictureWidth, pictureHeight))
	part := image.Rect(0, 0, shot.Bounds().Dx(), shot.Bounds().Dx()*pictureHeight/pictureWidth)
	xdraw.CatmullRom.Scale(small, small.Bounds(), shot, part, draw.Src, nil)
	return picture.PNG(small, pictureLimit)
}

// account finds the secrets of the practice shop's public account.
func account(name string) (string, error) {
	if value, ok := demoshop.Secret(name); ok {
		return value, nil
	}
	return "", journey.ErrNoSecret
}

// memory keeps the evidence of one run by file name.
type memory map[string][]byte

// Save implements journey.Saver.
func (m memory) Save(_ journey.Run, name string, data []byte) (string, error) {
	if len(data) == 0 {
		return "", errors.New("keep " + name + ": it is empty")
	}
	m[name] = data
	return name, nil
}
