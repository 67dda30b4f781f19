package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"valkyrie/infra/chrome"
)

// TestNotices checks that the notices of a program have a licence of each module in it, and Go's, and that the same program has the same
// notices.
func TestNotices(t *testing.T) {
	dir := t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "bootstrap"), "valkyrie/functions/webhook")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	read := func() string {
		t.Helper()
		if err := write(dir); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(dir, "THIRD_PARTY_NOTICES.txt"))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	text := read()
	for _, want := range []string{
		"The Go programming language", "github.com/aws/aws-sdk-go-v2 v", "github.com/twilio/twilio-go v", "Apache License", "Redistribution and use in source and binary forms", "Permission is hereby granted",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in %d bytes of notices", want, len(text))
		}
	}
	if strings.Contains(text, "\nvalkyrie") || strings.Contains(text, "gofakes3") {
		t.Error("the notices name what is not in the program, or is no third party's")
	}
	if again := read(); again != text {
		t.Error("the notices of the same program differ")
	}
}

func TestNoticesOfTheLayer(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "chrome"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := write(dir); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "THIRD_PARTY_NOTICES.txt"))
	if err != nil || !strings.Contains(string(text), "@sparticuz/chromium "+chrome.Pinned()+" has it") || strings.Contains(string(text), "%!") {
		t.Errorf("%v: %.200s", err, text)
	}
}

// TestSBOM checks that the layer's SBOM is CycloneDX and names the pinned package.
func TestSBOM(t *testing.T) {
	var got struct {
		BOMFormat, SpecVersion string
		Components             []struct{ Name, Version, PURL string }
	}
	if err := json.Unmarshal(sbomOfChrome(), &got); err != nil {
		t.Fatal(err)
	}
	if got.BOMFormat != "CycloneDX" || got.SpecVersion != "1.6" || len(got.Components) != 1 || got.Components[0].PURL != "pkg:npm/%40sparticuz/chromium@"+chrome.Pinned() {
		t.Errorf("%+v", got)
	}
}

// TestNoProgram checks the errors: a folder that was not built, and a module without a licence.
func TestNoProgram(t *testing.T) {
	if err := write(t.TempDir()); err == nil || !strings.Contains(err.Error(), "build it first") {
		t.Errorf("an empty folder: %v", err)
	}
	m := module{Path: "example.com/m", Version: "v1.0.0", Dir: t.TempDir()}
	if _, err := licences(m); err == nil || !strings.Contains(err.Error(), "example.com/m v1.0.0: no file with a licence") {
		t.Errorf("a module without a licence: %v", err)
	}
	for name, is := range map[string]bool{"LICENSE": true, "LICENCE.md": true, "LICENSE-3RD-PARTY.txt": true, "NOTICE.txt": true, "COPYING": true, "licenses.go": false, "README.md": false, "noticed.txt": false} {
		if licence.MatchString(name) != is {
			t.Errorf("%s is a licence: %t, want %t", name, !is, is)
		}
	}
}
