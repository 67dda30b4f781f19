package doctor

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"valkyrie/alerts/phrase"
)

// deadLetters reports the events that could not be delivered in the last two weeks, with their reasons. They stay in the queue.
func (t Target) deadLetters(ctx context.Context, s stack) Finding {
	what := "dead letters in " + s.region
	if len(s.resources[queueType]) != 1 {
		return problem(what, "make deploy", "the stack has %d queues, expected one: lost events would go unnoticed", len(s.resources[queueType]))
	}
	queue := s.resources[queueType][0]
	client := sqs.NewFromConfig(t.AWS, func(o *sqs.Options) { o.Region = s.region })
	out, err := client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &queue, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameApproximateNumberOfMessages}})
	if err != nil {
		return warning(what, "check your permission to read the queue", "%v", err)
	}
	count, err := strconv.Atoi(out.Attributes[string(types.QueueAttributeNameApproximateNumberOfMessages)])
	switch {
	case err != nil:
		return warning(what, "", "the queue's length could not be read: %v", err)
	case count == 0:
		return passed(what, "there are none")
	}
	got, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &queue, MaxNumberOfMessages: 10, MessageAttributeNames: []string{"All"}, VisibilityTimeout: 0})
	if err != nil {
		return warning(what, "check your permission to receive messages", "about %d, which could not be read: %v", count, err)
	}
	return warning(what,
		fmt.Sprintf("correct the reason; sending a late event again gains nothing, so then empty the queue: aws sqs purge-queue --region %s --queue-url %s", s.region, queue),
		"about %d; of the first: %s", count, strings.Join(reasons(got.Messages), "; "))
}

// reasons returns the distinct reasons of the messages, the most frequent first.
func reasons(messages []types.Message) []string {
	counts := map[string]int{}
	for _, m := range messages {
		counts[reason(m)]++
	}
	var all []string
	for why := range counts {
		all = append(all, why)
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(counts[b]-counts[a], strings.Compare(a, b)) })
	for i, why := range all {
		all[i] = fmt.Sprintf("%d × %s", counts[why], why)
	}
	return all
}

// A letter is what Lambda sends to the destination of a failed asynchronous invocation:
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html.
type letter struct {
	RequestContext struct {
		FunctionARN string `json:"functionArn"`
		Condition   string `json:"condition"`
	} `json:"requestContext"`
	RequestPayload struct {
		Journey string `json:"journey"`
	} `json:"requestPayload"`
	ResponsePayload struct {
		ErrorMessage string `json:"errorMessage"`
	} `json:"responsePayload"`
}

// reason is why the message could not be delivered. EventBridge Scheduler puts it into attributes:
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html.
func reason(m types.Message) string {
	attribute := func(name string) string { return aws.ToString(m.MessageAttributes[name].StringValue) }
	if code := attribute("ERROR_CODE"); code != "" {
		return fmt.Sprintf("the schedule %s: %s (%s)", lastPart(attribute("SCHEDULE_ARN")), phrase.Shorten(attribute("ERROR_MESSAGE")), code)
	}
	var l letter
	if err := json.Unmarshal([]byte(aws.ToString(m.Body)), &l); err != nil || l.RequestContext.FunctionARN == "" {
		return "unknown: " + phrase.Shorten(aws.ToString(m.Body))
	}
	_, function, _ := strings.Cut(l.RequestContext.FunctionARN, ":function:")
	function, _, _ = strings.Cut(function, ":")
	if l.RequestPayload.Journey != "" {
		function += " on " + l.RequestPayload.Journey
	}
	return fmt.Sprintf("%s: %s (%s)", function, phrase.Shorten(cmp.Or(l.ResponsePayload.ErrorMessage, "it was not started")), l.RequestContext.Condition)
}

func lastPart(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }
