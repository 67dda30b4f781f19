package doctor

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// spare is how many functions besides the probes run at once in an outage: the pager, a poke that finds it at work, and webhooks that
// answer a key press and the reports of calls.
const spare = 5

// concurrency checks that Lambda runs all journeys of a minute at once, and the pager and the webhook beside them.
func (t Target) concurrency(ctx context.Context, s stack) Finding {
	what := "Lambda in " + s.region
	client := lambda.NewFromConfig(t.AWS, func(o *lambda.Options) { o.Region = s.region })
	out, err := client.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
	if err != nil || out.AccountLimit == nil {
		return warning(what, "check your permission to read the account's settings (lambda:GetAccountSettings)", "its quota could not be read: %v", err)
	}
	limit, free := int(out.AccountLimit.ConcurrentExecutions), int(aws.ToInt32(out.AccountLimit.UnreservedConcurrentExecutions))
	need := len(t.Journeys) + spare
	if free < need {
		return problem(what, "ask AWS for more (Service Quotas, Lambda, Concurrent executions; 1,000 is usual), then set WebhookConcurrency=5 in samconfig.toml",
			"the account runs %d functions at once, %d of them unreserved, and %d journeys in one minute need %d: probes, pages or key presses would be turned away", limit, free, len(t.Journeys), need)
	}
	return passed(what, "the account runs %d functions at once, %d of them unreserved; %d are needed", limit, free, need)
}

// pagerTimeout bounds an invocation of the pager, which works up to a minute on an open incident.
const pagerTimeout = 90 * time.Second

// poke is a functions/cloud.Poked.
const poke = `{"poked":"doctor"}`

// pager invokes the pager, as a probe with news does: it makes one of its usual rounds, or leaves that to the one at work.
func (t Target) pager(ctx context.Context, s stack) Finding {
	what := "pager in " + s.region
	const cure = "see its log group"
	ctx, cancel := context.WithTimeout(ctx, pagerTimeout)
	defer cancel()
	client := lambda.NewFromConfig(t.AWS, func(o *lambda.Options) { o.Region, o.RetryMaxAttempts = s.region, 1 })
	began := t.now()
	out, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String(s.outputs["PagerFunction"]), Payload: []byte(poke)})
	switch {
	case err != nil:
		return problem(what, "check your permission to invoke it; otherwise "+cure, "cannot be invoked: %v", err)
	case out.FunctionError != nil:
		var failed struct{ ErrorMessage string }
		_ = json.Unmarshal(out.Payload, &failed) // then it is reported without a reason
		return problem(what, cure, "fails: %s", failed.ErrorMessage)
	}
	return passed(what, "made a round in %v", t.now().Sub(began).Round(time.Millisecond))
}
