package dashboard

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Deployment is the deployment whose dashboard is drawn.
type Deployment struct {
	Name, Site string
	Regions    []string // one to ten; the first is home
	Standby    string   // one of them, or empty
}

// account stands for the account's number, which the names of alarms contain.
const account = "111122223333"

// Body evaluates the dashboard's body in the template, as CloudFormation does for the deployment. The parameters without a value
// in it have their defaults.
func (d Deployment) Body(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read the template: %w", err)
	}
	var doc struct {
		Parameters map[string]struct {
			Default yaml.Node `yaml:"Default"`
		} `yaml:"Parameters"`
		Resources map[string]struct {
			Properties struct {
				AlarmName     yaml.Node `yaml:"AlarmName"`
				DashboardBody yaml.Node `yaml:"DashboardBody"`
			} `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return "", fmt.Errorf("parse the template: %w", err)
	}
	e := evaluation{values: map[string]string{}, alarms: map[string]*yaml.Node{}, regions: len(d.Regions), standby: d.Standby != ""}
	for name, p := range doc.Parameters {
		e.values[name] = p.Default.Value
	}
	for name, value := range map[string]string{
		"Name": d.Name, "SiteUrl": d.Site, "ProbeRegions": strings.Join(d.Regions, ","), "HomeRegion": d.Regions[0], "StandbyRegion": d.Standby,
		"AWS::Region": d.Regions[0], "AWS::AccountId": account, "AWS::Partition": "aws",
	} {
		e.values[name] = value
	}
	for id, r := range doc.Resources {
		e.alarms[id] = &r.Properties.AlarmName
	}
	body := doc.Resources["Dashboard"].Properties.DashboardBody
	if body.IsZero() {
		return "", errors.New("evaluate the template: expected a DashboardBody of the resource Dashboard, got none")
	}
	return e.text(&body, nil), e.err
}

// An evaluation evaluates CloudFormation's functions as far as the dashboard uses them. It keeps the first error.
type evaluation struct {
	values  map[string]string
	alarms  map[string]*yaml.Node // the names of alarms, by logical id
	regions int
	standby bool
	err     error
}

var placeholder = regexp.MustCompile(`\$\{([^}]+)\}`)

// text evaluates a node to text. own are the names that the innermost !Sub defines.
func (e *evaluation) text(n *yaml.Node, own map[string]string) string {
	switch n.Tag {
	case "!Sub":
		format := n.Value
		if n.Kind == yaml.SequenceNode {
			format, own = n.Content[0].Value, map[string]string{}
			for i := 0; i+1 < len(n.Content[1].Content); i += 2 {
				own[n.Content[1].Content[i].Value] = e.text(n.Content[1].Content[i+1], nil)
			}
		}
		return placeholder.ReplaceAllStringFunc(format, func(found string) string { return e.named(found[2:len(found)-1], own) })
	case "!Ref":
		return e.named(n.Value, nil)
	case "!If":
		if e.holds(n.Content[0].Value) {
			return e.text(n.Content[1], own)
		}
		return e.text(n.Content[2], own)
	case "!Select": // of a !Split
		parts := strings.Split(e.text(n.Content[1].Content[1], own), n.Content[1].Content[0].Value)
		i := 0
		if err := n.Content[0].Decode(&i); err != nil || i >= len(parts) {
			e.fail("Select %s of %v", n.Content[0].Value, parts)
			return ""
		}
		return parts[i]
	case "!!str":
		return n.Value
	}
	e.fail("the function %s is unknown to this package; add it", n.Tag)
	return ""
}

// named returns the value of ${name}: one of own, a literal, a parameter, or the ARN of an alarm.
func (e *evaluation) named(name string, own map[string]string) string {
	if value, ok := own[name]; ok {
		return value
	}
	if literal, ok := strings.CutPrefix(name, "!"); ok {
		return "${" + literal + "}"
	}
	if id, ok := strings.CutSuffix(name, ".Arn"); ok && e.alarms[id] != nil {
		return fmt.Sprintf("arn:aws:cloudwatch:%s:%s:alarm:%s", e.values["AWS::Region"], account, e.text(e.alarms[id], nil))
	}
	value, ok := e.values[name]
	if !ok {
		e.fail("${%s} is unknown", name)
	}
	return value
}

// atLeast are the conditions on the number of regions: two, three, and so on.
var atLeast = []string{"TwoRegions", "ThreeRegions", "FourRegions", "FiveRegions", "SixRegions", "SevenRegions", "EightRegions", "NineRegions", "TenRegions"}

func (e *evaluation) holds(condition string) bool {
	if condition == "HasStandby" {
		return e.standby
	}
	if i := slices.Index(atLeast, condition); i >= 0 {
		return e.regions >= i+2
	}
	e.fail("the condition %s is unknown to this package; add it", condition)
	return false
}

func (e *evaluation) fail(format string, args ...any) {
	if e.err == nil {
		e.err = fmt.Errorf("evaluate the template: "+format, args...)
	}
}
