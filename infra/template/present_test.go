package template_test

import (
	"fmt"
	"strings"
)

// everywhere, paging and optional list the resources by the kind of region that has them. Resources beyond these are a
// fork's own.
var (
	everyRegion = strings.Fields("Probe Chrome ProbeRole ProbeLog Evidence EvidencePolicy Group ScheduleRole DeadLetters AlarmTopic " +
		"ProbeSilent Undelivered ProbeErrors ProbeThrottles ProbeNearTimeout FailuresQuery StepsQuery LateQuery ProblemsQuery")
	pagingRegion = strings.Fields("Pager PagerRole PagerLog Webhook WebhookRole WebhookLog PagerSilent PagerErrors PagerThrottles WebhookErrors " +
		"WebhookThrottles RoundsQuery UntoldQuery")
)

// present compares the resources with those that the region's kind and the parameters call for. The expectation is written
// out, not taken from the template's conditions.
func (s *stack) present(all map[string]map[string]any) (faults []string) {
	p := s.parameters
	isHome := s.region == p["HomeRegion"]
	pages := isHome || s.region == p["StandbyRegion"]
	page, mail, bus := p["StatusPage"] == "ENABLED", p["StatusMail"] == "ENABLED", p["EventBusArn"] != ""
	inVPC := p["SubnetIds"] != ""
	gateways, interfaces := inVPC && p["RouteTableIds"] != "", inVPC && p["PrivateEndpoints"] == "ENABLED"
	want := map[string]bool{
		"Table":        pages && p["ExistingTable"] == "",
		"StatusBucket": pages && page, "StatusBucketPolicy": pages && page,
		"Dashboard":       isHome,
		"StatusTopic":     isHome && mail,
		"OthersUntold":    pages && (page || mail || bus),
		"EvidenceGateway": gateways, "TableGateway": gateways && pages,
		"SecretsInterface": interfaces, "InterfaceGroup": interfaces, "PagerInterface": interfaces && pages,
	}
	for _, id := range everyRegion {
		want[id] = true
	}
	for _, id := range pagingRegion {
		want[id] = pages
	}
	for id, exists := range want {
		if exists != (all[id] != nil) {
			faults = append(faults, fmt.Sprintf("%s: expected that it exists: %v, got %v", id, exists, all[id] != nil))
		}
	}
	if !pages {
		return faults
	}
	v := s.variables("Pager")
	for name, c := range map[string]struct {
		set  string
		want bool
	}{"the status bucket": {v.StatusBucket, page}, "the status topic": {v.StatusTopic, mail}, "the event bus": {v.EventBus, bus}} {
		if c.want != (c.set != "") {
			faults = append(faults, fmt.Sprintf("Pager: expected that its environment names %s: %v, got %q", name, c.want, c.set))
		}
	}
	return faults
}

// between follows the connections from a stack to those of other regions: the tables and pagers of home and standby, and
// home's topic.
func between(from *stack, stacks map[string]*stack) (faults []string) {
	for _, id := range []string{"Probe", "Pager", "Webhook"} {
		if !from.exists(id) {
			continue
		}
		v := from.variables(id)
		for _, to := range []string{v.HomeRegion, v.StandbyRegion} {
			there := stacks[to]
			if there == nil {
				continue // no standby; a wrong region is reported already
			}
			if there.exists("Table") && v.Table != there.named("Table") {
				faults = append(faults, fmt.Sprintf("%s works on the table %q, which in %s is called %q", id, v.Table, to, there.named("Table")))
			}
			if v.Pager != "" && v.Pager != there.named("Pager") {
				faults = append(faults, fmt.Sprintf("%s invokes the pager %q, which in %s is called %q", id, v.Pager, to, there.named("Pager")))
			}
		}
		if topic := stacks[home].arn("StatusTopic"); v.StatusTopic != "" && v.StatusTopic != topic {
			faults = append(faults, fmt.Sprintf("%s publishes to %s, but the subscribers are at %s", id, v.StatusTopic, topic))
		}
	}
	return faults
}
