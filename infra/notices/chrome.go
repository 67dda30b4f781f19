package main

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"valkyrie/infra/chrome"
)

// chromeNotices are the notices of the layer, with a verb for the version.
//
//go:embed chrome.txt
var chromeNotices string

// ofChrome returns the notices of the layer's folder.
func ofChrome() []byte { return fmt.Appendf(nil, chromeNotices, chrome.Pinned()) }

// sbomOfChrome returns the SBOM of the layer (https://cyclonedx.org/docs/1.6/json/): it contains one package. Those of the
// functions are cyclonedx-gomod's.
func sbomOfChrome() []byte {
	type component struct {
		Type    string `json:"type"`
		Name    string `json:"name"`
		Version string `json:"version"`
		PURL    string `json:"purl"`
	}
	text, _ := json.MarshalIndent(struct { // of texts only, it always encodes
		Format     string      `json:"bomFormat"`
		Spec       string      `json:"specVersion"`
		Version    int         `json:"version"`
		Components []component `json:"components"`
	}{"CycloneDX", "1.6", 1, []component{{"library", "@sparticuz/chromium", chrome.Pinned(), "pkg:npm/%40sparticuz/chromium@" + chrome.Pinned()}}}, "", "  ")
	return append(text, '\n')
}
