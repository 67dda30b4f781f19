package template_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"valkyrie/infra/environ"
	"valkyrie/probes/journey"
	"valkyrie/probes/practice"
)

func slurp(t *testing.T, path string) string {
	t.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// TestGuide: the targets, commands, flags, parameters and secrets named in infra/README.md exist.
func TestGuide(t *testing.T) {
	guide, makefile := slurp(t, "../README.md"), slurp(t, "../../Makefile")
	for _, m := range regexp.MustCompile("(?m)(?:^|`)make ([a-z-]+)").FindAllStringSubmatch(guide, -1) {
		if !strings.Contains(makefile, "\n"+m[1]+":") {
			t.Errorf("there is no target %q", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`valkyrie (cost|doctor|run)\b([^\n`+"`"+`]*)`).FindAllStringSubmatch(guide, -1) {
		code := slurp(t, "../../functions/valkyrie/"+m[1]+".go")
		for _, f := range regexp.MustCompile(`--([a-z-]+)`).FindAllStringSubmatch(m[2], -1) {
			if !strings.Contains(code, `"`+f[1]+`"`) {
				t.Errorf("%s has no flag --%s", m[1], f[1])
			}
		}
	}
	all, outputs := read(t).section("Parameters"), read(t).section("Outputs")
	for _, m := range regexp.MustCompile("(the output\\s)?`([A-Z][a-z]+[A-Z][A-Za-z]+)[`=]").FindAllStringSubmatch(guide, -1) {
		if names := map[bool]map[string]any{true: outputs, false: all}[m[1] != ""]; names[m[2]] == nil {
			t.Errorf("there is no parameter, or output, %s", m[2])
		}
	}
	path := text(at(all["SecretsPath"], "Default"))
	for _, name := range journey.Secrets(practice.All) {
		if !strings.Contains(guide, "--name "+path+"probe/"+name) {
			t.Errorf("it does not say where the secret %s goes", name)
		}
	}
	for _, name := range []string{environ.TwilioToken, environ.BeatKey} {
		if !strings.Contains(guide, "--name "+path+"phone/"+name) {
			t.Errorf("it does not say where the secret %s goes", name)
		}
	}
}

// inContainer matches the differences of a probe that is a container on arm64: no zip, no layer, another place of Chrome.
var inContainer = regexp.MustCompile(`Chrome: expected that it exists|Probe: (CHROME|CodeUri): expected|Probe: expected the layer Chrome|` +
	`^(Probe/Properties/(Runtime|Architectures/0)|Chrome/(Metadata/BuildArchitecture|Properties/RetentionPolicy)): expected|^Probe/Properties/PackageType: no check`)

// TestARM64: the patch for arm64 applies to the template, and the patched template passes the checks.
func TestARM64(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "template.yaml"), []byte(original(t)), 0o644); err != nil {
		t.Fatal(err)
	}
	patch, err := filepath.Abs("../arm64.patch")
	if err != nil {
		t.Fatal(err)
	}
	apply := exec.Command("git", "apply", patch)
	apply.Dir = dir
	if out, err := apply.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	d, err := parse(slurp(t, filepath.Join(dir, "template.yaml")))
	if err != nil {
		t.Fatal(err)
	}
	for name, check := range checks {
		for _, fault := range check(d) {
			if !inContainer.MatchString(fault) {
				t.Errorf("%s: %s", name, fault)
			}
		}
	}
	s := newStack(d, home, parameters())
	p := s.resources()["Probe"]
	dockerfile := slurp(t, filepath.Join("../..", text(at(p, "Metadata", "Dockerfile"))))
	program := text(at(p, "Properties", "Environment", "Variables", "CHROME"))
	if at(p, "Properties", "PackageType") != "Image" || !strings.Contains(dockerfile, filepath.Base(program)) || len(s.faults) > 0 {
		t.Errorf("PackageType %v, Chrome %s, faults %v", at(p, "Properties", "PackageType"), program, s.faults)
	}
}
