package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
)

// alarms checks that the stack's CloudWatch alarms exist, and that none is in the state ALARM. One that has not had the time to see
// the component that it monitors is reported as new.
func (t Target) alarms(ctx context.Context, s stack) Finding {
	what := "alarms in " + s.region
	names := s.resources[alarmType]
	if len(names) == 0 {
		return problem(what, "make deploy", "there are none: an outage of Valkyrie itself would go unnoticed")
	}
	client := cloudwatch.NewFromConfig(t.AWS, func(o *cloudwatch.Options) { o.Region = s.region })
	var raised, unproven []string
	var proven time.Time // when all new ones have had their time
	found := 0
	for part := range slices.Chunk(names, 100) { // the most that one request may name
		out, err := client.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: part, MaxRecords: aws.Int32(100)})
		if err != nil {
			return warning(what, "check your permission to read them", "%v", err)
		}
		found += len(out.MetricAlarms)
		for _, a := range out.MetricAlarms {
			since := aws.ToTime(a.AlarmConfigurationUpdatedTimestamp).Add(window(a))
			switch {
			case a.StateValue == types.StateValueOk:
			case t.now().Before(since):
				unproven = append(unproven, aws.ToString(a.AlarmName))
				if since.After(proven) {
					proven = since
				}
			case a.StateValue == types.StateValueAlarm:
				raised = append(raised, fmt.Sprintf("%s: %s", aws.ToString(a.AlarmName), aws.ToString(a.AlarmDescription)))
			}
		}
	}
	switch {
	case found < len(names):
		return problem(what, "make deploy", "%d of %d are missing: they were deleted outside of the stack", len(names)-found, len(names))
	case len(raised) > 0:
		return problem(what, "each names the place to look", "%s", strings.Join(raised, "; "))
	case len(unproven) > 0:
		return warning(what, "run doctor again after "+proven.UTC().Format("15:04 UTC"), "new, and without enough data yet: %s", strings.Join(unproven, ", "))
	}
	return passed(what, "none of %d is raised", found)
}

// window is the time over which the alarm evaluates its metric, with a margin for the metric's delay.
func window(a types.MetricAlarm) time.Duration {
	const margin = 5 * time.Minute
	return time.Duration(aws.ToInt32(a.Period)*aws.ToInt32(a.EvaluationPeriods))*time.Second + margin
}

// alarmTopic checks that the alarms have a subscriber: a subscription by e-mail counts only once its address has confirmed it.
func (t Target) alarmTopic(ctx context.Context, s stack) Finding {
	what := "alarm topic in " + s.region
	topic := s.outputs["AlarmTopic"]
	client := sns.NewFromConfig(t.AWS, func(o *sns.Options) { o.Region = s.region })
	var confirmed, pending []string
	pages := sns.NewListSubscriptionsByTopicPaginator(client, &sns.ListSubscriptionsByTopicInput{TopicArn: &topic})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return warning(what, "check your permission to list its subscriptions", "%v", err)
		}
		for _, sub := range page.Subscriptions {
			if strings.HasPrefix(aws.ToString(sub.SubscriptionArn), "arn:") {
				confirmed = append(confirmed, aws.ToString(sub.Endpoint))
			} else {
				pending = append(pending, aws.ToString(sub.Endpoint))
			}
		}
	}
	switch {
	case len(pending) > 0:
		return problem(what, "open the mail from AWS Notifications and confirm the subscription; if it has expired, subscribe again in the console (SNS, Topics)",
			"%s has not confirmed: alarms on Valkyrie itself do not arrive", strings.Join(pending, ", "))
	case len(confirmed) == 0:
		return warning(what, "set AlarmEmail in samconfig.toml, then make deploy", "has no subscriber: alarms on Valkyrie itself reach no person")
	}
	return passed(what, "%s gets the alarms on Valkyrie itself", strings.Join(confirmed, ", "))
}
