package doctor

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	schedulertypes "github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/infra/dynamo"
)

// pagerSchedule is the name of the pager's schedule in the template.
const pagerSchedule = "pager"

// settings reads the settings that people made at run time, from home's table.
func (t Target) settings(ctx context.Context, home stack) (paging.NotificationState, error) {
	store, err := dynamo.Open(ctx, dynamo.Config{Table: home.outputs["TableName"], Region: home.region, AWS: &t.AWS})
	if err != nil {
		return paging.NotificationState{}, err
	}
	return paging.LoadState(ctx, store)
}

// probing checks the schedules of a region, and whether its runs are missed.
func (t Target) probing(ctx context.Context, s stack, settings paging.NotificationState) []Finding {
	what := "schedules in " + s.region
	pause, paused := settings.Paused(s.region, t.now())
	if s.parameters["Schedules"] == "DISABLED" {
		start := "to start: set Schedules=ENABLED in samconfig.toml, then make deploy"
		if paused {
			return []Finding{warning(what, start+", then valkyrie region resume "+s.region, "are paused: no journey runs from here, which is not missed until %s", pauseEnd(pause))}
		}
		return []Finding{warning(what, start+"; or valkyrie region pause "+s.region, "are paused: no journey runs from here, which is missed if it ever ran")}
	}
	found := []Finding{t.schedules(ctx, s)}
	switch {
	case paused && pause.Removed:
		found = append(found, warning("region "+s.region, "make destroy, and take it out of ProbeRegions; or valkyrie region resume "+s.region, "is being removed: its runs are not missed until %s", pauseEnd(pause)))
	case paused:
		found = append(found, warning("region "+s.region, "valkyrie region resume "+s.region, "is paused: its runs are not missed until %s", pauseEnd(pause)))
	}
	return found
}

func pauseEnd(p incident.Pause) string { return p.Until.UTC().Format("2006-01-02 15:04 UTC") }

// schedules checks that each journey has an enabled schedule, and the pager too in a region that has one.
func (t Target) schedules(ctx context.Context, s stack) Finding {
	what := "schedules in " + s.region
	client := scheduler.NewFromConfig(t.AWS, func(o *scheduler.Options) { o.Region = s.region })
	group := s.outputs["ScheduleGroup"]
	enabled := []string{}
	pages := scheduler.NewListSchedulesPaginator(client, &scheduler.ListSchedulesInput{GroupName: &group})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return problem(what, "check your permission to list them; if they are missing: make deploy", "%v", err)
		}
		for _, summary := range page.Schedules {
			if summary.State == schedulertypes.ScheduleStateEnabled {
				enabled = append(enabled, aws.ToString(summary.Name))
			}
		}
	}
	want := slices.Clone(t.Journeys)
	if s.outputs["PagerFunction"] != "" {
		want = append(want, pagerSchedule)
	}
	var missing, unknown []string
	for _, name := range want {
		if !slices.Contains(enabled, name) {
			missing = append(missing, name)
		}
	}
	for _, name := range enabled {
		if !slices.Contains(want, name) {
			unknown = append(unknown, name)
		}
	}
	switch {
	case len(missing) > 0:
		return problem(what, "enable them in the console, or make deploy: template.yaml has one for each journey", "none is enabled for %s", strings.Join(missing, ", "))
	case len(unknown) > 0:
		return warning(what, "use the version of this program that was deployed", "there is one for %s, which this program does not know", strings.Join(unknown, ", "))
	}
	return passed(what, "%d are enabled", len(enabled))
}

// bucket checks that the evidence bucket exists and is private.
func (t Target) bucket(ctx context.Context, s stack) Finding {
	what := "evidence in " + s.region
	name := s.outputs["EvidenceBucket"]
	client := s3.NewFromConfig(t.AWS, func(o *s3.Options) { o.Region, o.UsePathStyle = s.region, t.AWS.BaseEndpoint != nil })
	out, err := client.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: &name})
	if err != nil {
		return problem(what, "check that the bucket exists and blocks public access; make deploy corrects both", "%v", err)
	}
	b := out.PublicAccessBlockConfiguration
	if b == nil || !aws.ToBool(b.BlockPublicAcls) || !aws.ToBool(b.BlockPublicPolicy) || !aws.ToBool(b.IgnorePublicAcls) || !aws.ToBool(b.RestrictPublicBuckets) {
		return problem(what, "block all public access in the console: evidence shows customers' data", "the bucket %s may be public", name)
	}
	return passed(what, "the bucket %s exists and is private", name)
}

// table checks the table's keys, its time to live and its point-in-time recovery.
func (t Target) table(ctx context.Context, s stack) Finding {
	what := "table in " + s.region
	name := s.outputs["TableName"]
	store, err := dynamo.Open(ctx, dynamo.Config{Table: name, Region: s.region, AWS: &t.AWS})
	if err == nil {
		err = store.Check(ctx)
	}
	if err != nil {
		return problem(what, "make deploy", "%v", err)
	}
	retention, err := store.Retention(ctx)
	switch {
	case err != nil:
		return warning(what, "", "time to live and point-in-time recovery could not be read: %v", err)
	case !retention.Expires:
		return warning(what, "enable time to live on the attribute "+dynamo.TimeToLive, "old rows are not deleted, and cost money")
	case !retention.Recoverable:
		return warning(what, "enable point-in-time recovery", "rows deleted by mistake cannot be restored")
	}
	return passed(what, "%s exists; old rows expire, and deleted ones can be restored", name)
}
