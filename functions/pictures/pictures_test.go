package main

import (
	"image/png"
	"os"
	"testing"
)

// TestFlow checks that flow.svg is drawn from the steps and the policy as they are.
func TestFlow(t *testing.T) {
	want, err := flow()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("flow.svg")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("functions/pictures/flow.svg has drifted from the code; run \"make pictures\"")
	}
}

// TestFailure checks that failure.png is a picture of the size that a README shows.
func TestFailure(t *testing.T) {
	file, err := os.Open("failure.png")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	config, err := png.DecodeConfig(file)
	if err != nil || config.Width != pictureWidth || config.Height != pictureHeight || info.Size() > pictureLimit {
		t.Errorf("%d x %d pixels in %d bytes, want %d x %d in at most %d; %v", config.Width, config.Height, info.Size(), pictureWidth, pictureHeight, pictureLimit, err)
	}
}
