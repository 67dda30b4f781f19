package template_test

import (
	"fmt"
	"strings"
)

// stackName is the stack's name, which is the same in every region.
const stackName = "thestack"

// named returns a resource's own name.
func (s *stack) named(id string) string {
	properties := at(s.doc.section("Resources")[id], "Properties")
	for _, key := range []string{"FunctionName", "LogGroupName", "TableName", "DashboardName", "QueueName", "TopicName", "LayerName", "AlarmName", "Name"} {
		if own := at(properties, key); own != nil {
			return text(s.value(own))
		}
	}
	if at(s.doc.section("Resources")[id], "Type") == "AWS::S3::Bucket" {
		return stackName + "-" + strings.ToLower(id) + "-1a2b3c"
	}
	return strings.ToLower(id) + "-1a2b3c"
}

// arn returns a resource's ARN.
// See https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html.
func (s *stack) arn(id string) string {
	regional := func(service, resource string) string {
		return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, s.region, account, resource)
	}
	switch at(s.doc.section("Resources")[id], "Type") {
	case "AWS::Serverless::Function":
		return regional("lambda", "function:"+s.named(id))
	case "AWS::Serverless::LayerVersion":
		return regional("lambda", "layer:"+s.named(id)+":1")
	case "AWS::DynamoDB::Table":
		return regional("dynamodb", "table/"+s.named(id))
	case "AWS::Logs::LogGroup":
		return regional("logs", "log-group:"+s.named(id)+":*")
	case "AWS::SQS::Queue":
		return regional("sqs", s.named(id))
	case "AWS::SNS::Topic":
		return regional("sns", s.named(id))
	case "AWS::S3::Bucket":
		return "arn:aws:s3:::" + s.named(id)
	case "AWS::IAM::Role":
		return fmt.Sprintf("arn:aws:iam::%s:role/%s", account, s.named(id))
	case "AWS::CloudWatch::Alarm":
		return regional("cloudwatch", "alarm:"+s.named(id))
	}
	s.fault("%s.Arn: the ARN of its type is unknown to this test; add it", id)
	return ""
}
