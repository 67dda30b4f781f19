package template_test

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"valkyrie/alerts/config"
)

// TestOverrides: the overrides in samconfig.toml are parameters of the template with allowed values, and all parameters
// without a default are overridden.
func TestOverrides(t *testing.T) {
	for _, fault := range overrides(readSamconfig(t, "../../samconfig.toml"), read(t).section("Parameters")) {
		t.Error(fault)
	}
}

// TestPlantedOverrides plants one fault at a time in a samconfig.toml, and requires the check to report it.
func TestPlantedOverrides(t *testing.T) {
	whole, parameters := readSamconfig(t, "testdata/samconfig.toml"), read(t).section("Parameters")
	if faults := overrides(whole, parameters); len(faults) > 0 {
		t.Fatalf("testdata/samconfig.toml: expected no fault, got %q", faults)
	}
	for _, c := range []struct{ old, planted, want string }{
		{
			"ProbeRegions=eu-west-1,", "ProbeRegions=eu-west-1, ",
			`samconfig.toml: [home.deploy.parameters]: ProbeRegions: expected one to ten regions, joined by commas without spaces (AllowedPattern "[a-z]`,
		},
		{"SiteUrl=", "SiteUlr=", `samconfig.toml: [home.deploy.parameters]: SiteUlr: expected a parameter of template.yaml, got an unknown one; did you mean "SiteUrl"?`},
		{"SiteUrl=", "Shop=", `samconfig.toml: [home.deploy.parameters]: Shop: expected a parameter of template.yaml, got an unknown one; remove it`},
		{`  "HomeRegion=eu-west-1",` + "\n", "", `samconfig.toml: [home.deploy.parameters]: HomeRegion: expected a value, got none; add "HomeRegion=..." to its parameter_overrides`},
		{`  "HomeRegion`, `  "Schedules=OFF",` + "\n" + `  "HomeRegion`, `Schedules: expected one of ENABLED, DISABLED, got "OFF"; correct it`},
		{`  "HomeRegion`, `  "HomeRegion=eu-west-2",` + "\n" + `  "HomeRegion`, `HomeRegion: expected it once, got it again as "eu-west-1"; remove one`},
		{`  "HomeRegion`, `  "Tries=4",` + "\n" + `  "HomeRegion`, `Tries: expected a number from 0 to 3, got "4"; correct it`},
		{"[home.deploy.parameters]", "[home.deploy]", `samconfig.toml: expected [home.deploy.parameters] first, got [standby.deploy.parameters]`},
	} {
		planted := strings.Replace(whole, c.old, c.planted, 1)
		if planted == whole {
			t.Fatalf("testdata/samconfig.toml has no %q; update this test", c.old)
		}
		if faults := strings.Join(overrides(planted, parameters), "\n"); !strings.Contains(faults, c.want) {
			t.Errorf("%q: got\n%s\nwant %s", c.planted, faults, c.want)
		}
	}
}

func readSamconfig(t *testing.T, path string) string {
	t.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

var (
	section  = regexp.MustCompile(`(?m)^\[([A-Za-z0-9_.-]+)\]`)
	override = regexp.MustCompile(`(?m)^  "([A-Za-z]+)=([^"]*)",$`)
)

// overrides checks the overrides of each environment in the text of a samconfig.toml.
func overrides(samconfig string, parameters map[string]any) (faults []string) {
	var environments []string
	places := section.FindAllStringSubmatchIndex(samconfig, -1)
	for i, place := range places {
		name, end := samconfig[place[2]:place[3]], len(samconfig)
		if i+1 < len(places) {
			end = places[i+1][0]
		}
		if !strings.HasSuffix(name, ".deploy.parameters") {
			continue
		}
		environments = append(environments, name)
		faults = append(faults, prefixed("samconfig.toml: ["+name+"]", environmentOverrides(samconfig[place[1]:end], parameters))...)
	}
	if len(environments) == 0 {
		return []string{"samconfig.toml: expected at least [home.deploy.parameters], got no environment; write one"}
	}
	if environments[0] != "home.deploy.parameters" {
		faults = append(faults, fmt.Sprintf("samconfig.toml: expected [home.deploy.parameters] first, got [%s]; move or rename it", environments[0]))
	}
	return faults
}

// environmentOverrides checks the overrides of one environment.
func environmentOverrides(text string, parameters map[string]any) (faults []string) {
	names := slices.Sorted(maps.Keys(parameters))
	set := map[string]bool{}
	for _, m := range override.FindAllStringSubmatch(text, -1) {
		name, value := m[1], m[2]
		again := set[name]
		set[name] = true
		switch p := parameters[name]; {
		case again:
			faults = append(faults, fmt.Sprintf("%s: expected it once, got it again as %q; remove one", name, value))
		case p == nil && config.Nearest(name, names) != "":
			faults = append(faults, fmt.Sprintf("%s: expected a parameter of template.yaml, got an unknown one; did you mean %q?", name, config.Nearest(name, names)))
		case p == nil:
			faults = append(faults, fmt.Sprintf("%s: expected a parameter of template.yaml, got an unknown one; remove it", name))
		case !allows(p, value):
			faults = append(faults, fmt.Sprintf("%s: expected %s, got %q; correct it", name, allowed(p), value))
		}
	}
	for _, name := range names {
		if at(parameters[name], "Default") == nil && !set[name] {
			faults = append(faults, fmt.Sprintf("%s: expected a value, got none; add %q to its parameter_overrides", name, name+"=..."))
		}
	}
	return faults
}

// allowed describes the values that a parameter allows.
func allowed(p any) string {
	if values := list(at(p, "AllowedValues")); len(values) > 0 {
		return "one of " + strings.Trim(strings.ReplaceAll(fmt.Sprint(values), " ", ", "), "[]")
	}
	if at(p, "MinValue") != nil {
		return fmt.Sprintf("a number from %v to %v", at(p, "MinValue"), at(p, "MaxValue"))
	}
	return fmt.Sprintf("%s (AllowedPattern %q)", at(p, "ConstraintDescription"), at(p, "AllowedPattern"))
}
