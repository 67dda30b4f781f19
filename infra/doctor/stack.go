package doctor

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

// A stack is CloudFormation's description of the stack in one region.
type stack struct {
	region, status string
	parameters     map[string]string
	outputs        map[string]string
	resources      map[string][]string // physical names by type, such as AWS::CloudWatch::Alarm
}

// The types of the resources that are examined by their own names: other stacks may have names that begin alike.
const (
	alarmType = "AWS::CloudWatch::Alarm"
	queueType = "AWS::SQS::Queue"
)

// find looks up a stack.
func find(ctx context.Context, cfg aws.Config, region, name string) (stack, error) {
	client := cloudformation.NewFromConfig(cfg, func(o *cloudformation.Options) { o.Region = region })
	out, err := client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	if err != nil {
		return stack{}, err
	}
	if len(out.Stacks) != 1 {
		return stack{}, fmt.Errorf("describe stack %[2]s: got %[1]d stacks, expected one", len(out.Stacks), name)
	}
	s := stack{region: region, status: string(out.Stacks[0].StackStatus), parameters: map[string]string{}, outputs: map[string]string{}}
	for _, p := range out.Stacks[0].Parameters {
		s.parameters[aws.ToString(p.ParameterKey)] = aws.ToString(p.ParameterValue)
	}
	for _, o := range out.Stacks[0].Outputs {
		s.outputs[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
	}
	return s, s.listResources(ctx, client, name)
}

func (s *stack) listResources(ctx context.Context, client *cloudformation.Client, name string) error {
	s.resources = map[string][]string{}
	pages := cloudformation.NewListStackResourcesPaginator(client, &cloudformation.ListStackResourcesInput{StackName: &name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, r := range page.StackResourceSummaries {
			kind := aws.ToString(r.ResourceType)
			s.resources[kind] = append(s.resources[kind], aws.ToString(r.PhysicalResourceId))
		}
	}
	return nil
}

// settled checks that the last deployment has succeeded.
func (s stack) settled() Finding {
	what := "stack in " + s.region
	switch {
	case strings.HasSuffix(s.status, "_IN_PROGRESS"):
		return warning(what, "wait, then run doctor again", "is %s", s.status)
	case strings.Contains(s.status, "ROLLBACK") || strings.HasSuffix(s.status, "FAILED"):
		return problem(what, "see its events in the console for the failure, then: make deploy", "is %s: the last deployment failed", s.status)
	}
	return passed(what, "is %s", s.status)
}
