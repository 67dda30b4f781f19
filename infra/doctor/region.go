package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	schedulertypes "github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"valkyrie/infra/dynamo"
)

// pagerSchedule is what the template calls the schedule of the pager.
const pagerSchedule = "pager"

// schedules examines whether each journey has one that is enabled, and the pager where there is one.
func (d Deployment) schedules(ctx context.Context, s stack) Finding {
	what := "schedules in " + s.region
	client := scheduler.NewFromConfig(d.AWS, func(o *scheduler.Options) { o.Region = s.region })
	group := s.outputs["ScheduleGroup"]
	enabled := []string{}
	pages := scheduler.NewListSchedulesPaginator(client, &scheduler.ListSchedulesInput{GroupName: &group})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return ill(what, "may you look at them? If they are gone: make deploy", "%v", err)
		}
		for _, summary := range page.Schedules {
			if summary.State == schedulertypes.ScheduleStateEnabled {
				enabled = append(enabled, aws.ToString(summary.Name))
			}
		}
	}
	want := slices.Clone(d.Journeys)
	if s.outputs["PagerFunction"] != "" {
		want = append(want, pagerSchedule)
	}
	var missing, strange []string
	for _, name := range want {
		if !slices.Contains(enabled, name) {
			missing = append(missing, name)
		}
	}
	for _, name := range enabled {
		if !slices.Contains(want, name) {
			strange = append(strange, name)
		}
	}
	switch {
	case len(missing) > 0:
		return ill(what, "enable them in the console, or make deploy: each journey has one in template.yaml", "none is enabled for %s", strings.Join(missing, ", "))
	case len(strange) > 0:
		return note(what, "is what is deployed newer than this program?", "there is one for %s, which this program does not know", strings.Join(strange, ", "))
	}
	return well(what, "%d are enabled", len(enabled))
}

// bucket examines whether evidence has a place that is not public.
func (d Deployment) bucket(ctx context.Context, s stack) Finding {
	what := "evidence in " + s.region
	name := s.outputs["EvidenceBucket"]
	client := s3.NewFromConfig(d.AWS, func(o *s3.Options) { o.Region, o.UsePathStyle = s.region, d.AWS.BaseEndpoint != nil })
	out, err := client.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: &name})
	if err != nil {
		return ill(what, "is the bucket there, and closed to the public? make deploy puts it right", "%v", err)
	}
	b := out.PublicAccessBlockConfiguration
	if b == nil || !aws.ToBool(b.BlockPublicAcls) || !aws.ToBool(b.BlockPublicPolicy) || !aws.ToBool(b.IgnorePublicAcls) || !aws.ToBool(b.RestrictPublicBuckets) {
		return ill(what, "block all public access in the console: evidence shows customers' data", "the bucket %s may be public", name)
	}
	return well(what, "the bucket %s is there, and private", name)
}

// table examines the table: its keys, that what is old goes, and that it can be put back.
func (d Deployment) table(ctx context.Context, s stack) Finding {
	what := "table in " + s.region
	name := s.outputs["TableName"]
	store, err := dynamo.Open(ctx, dynamo.Config{Table: name, Region: s.region, AWS: &d.AWS})
	if err == nil {
		err = store.Check(ctx)
	}
	if err != nil {
		return ill(what, "make deploy", "%v", err)
	}
	kept, err := store.Keeping(ctx)
	switch {
	case err != nil:
		return note(what, "", "whether what is old goes, and what is lost can be put back, is not known: %v", err)
	case !kept.Expires:
		return note(what, "turn the time to live on, by the attribute "+dynamo.TimeToLive, "what is old stays, and is paid for")
	case !kept.Recoverable:
		return note(what, "turn point-in-time recovery on", "what is deleted by mistake cannot be put back")
	}
	return well(what, "%s is there; what is old goes, and what is lost can be put back", name)
}

// alarms examines what AWS itself says of Valkyrie.
func (d Deployment) alarms(ctx context.Context, s stack) Finding {
	what := "alarms in " + s.region
	client := cloudwatch.NewFromConfig(d.AWS, func(o *cloudwatch.Options) { o.Region = s.region })
	out, err := client.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: aws.String(s.parameters["Name"] + "-")})
	if err != nil {
		return note(what, "may you look at them?", "%v", err)
	}
	var off []string
	for _, a := range out.MetricAlarms {
		if a.StateValue == types.StateValueAlarm {
			off = append(off, fmt.Sprintf("%s: %s", aws.ToString(a.AlarmName), aws.ToString(a.AlarmDescription)))
		}
	}
	switch {
	case len(out.MetricAlarms) == 0:
		return ill(what, "make deploy", "there are none: nobody would hear that Valkyrie is down")
	case len(off) > 0:
		return ill(what, "each says where to look", "%s", strings.Join(off, "; "))
	}
	return well(what, "none of %d has gone off", len(out.MetricAlarms))
}
