package template_test

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// followed lists the properties whose values another check follows or evaluates, by resource; decisions has the others. So a
// property that is new to the template is a fault until it is in one of the two lists: an end date of a schedule, a prefix of a
// lifecycle rule or a unit of an alarm looks harmless, and ends the schedule, the rule or the alarm. Entries are separated by
// spaces; the values below an entry that ends with a slash are followed too.
var followed = []struct{ resource, properties string }{
	{"Probe", "VpcConfig/SubnetIds/ VpcConfig/SecurityGroupIds/ Layers/0 ReservedConcurrentExecutions " +
		"Events/*/Properties/Name Events/*/Properties/ScheduleExpression Events/*/Properties/State Events/*/Properties/Input"},
	{"Webhook", "FunctionUrlConfig/AuthType FunctionUrlConfig/InvokeMode ReservedConcurrentExecutions"},
	{"Probe", functionProperties},
	{"Pager", functionProperties},
	{"Webhook", functionProperties},
	{"Chrome", "CompatibleArchitectures/0 CompatibleRuntimes/0 ContentUri Description LayerName"},
	{"*Role", "AssumeRolePolicyDocument/ Policies/0/PolicyName Policies/0/PolicyDocument/"},
	{"*Log", "KmsKeyId LogGroupName RetentionInDays"},
	{"Evidence", "BucketEncryption/ServerSideEncryptionConfiguration/0/ServerSideEncryptionByDefault/KMSMasterKeyID " +
		"LifecycleConfiguration/Rules/0/Id LifecycleConfiguration/Rules/0/ExpirationInDays"},
	{"*Policy", "Bucket PolicyDocument/"},
	{"*Gateway", "RouteTableIds/ ServiceName VpcEndpointType VpcId"},
	{"*Interface", "SecurityGroupIds/0 ServiceName SubnetIds/ VpcEndpointType VpcId"},
	{"InterfaceGroup", "GroupDescription VpcId SecurityGroupIngress/0/Description SecurityGroupIngress/0/IpProtocol SecurityGroupIngress/0/SourceSecurityGroupId"},
	{"*Query", "LogGroupNames/0 Name QueryString"},
	{"Dashboard", "DashboardBody"},
	{"StatusTopic", "TopicName"},
	{"Table", "AttributeDefinitions/ KeySchema/ SSESpecification/KMSMasterKeyId SSESpecification/SSEType TableName TimeToLiveSpecification/AttributeName"},
}

const functionProperties = "CodeUri Description FunctionName Handler Role LoggingConfig/LogGroup Environment/Variables/ " +
	"EventInvokeConfig/DestinationConfig/OnFailure/Destination EventInvokeConfig/DestinationConfig/OnFailure/Type " +
	"Events/*/Type Events/*/Properties/DeadLetterConfig/Arn Events/*/Properties/GroupName Events/*/Properties/RoleArn"

// alarmProperties are those that evaluate_test.go and watching_test.go interpret.
const alarmProperties = "AlarmName AlarmDescription AlarmActions/0 OKActions/0 ActionsEnabled Namespace MetricName Dimensions/0/Name Dimensions/0/Value Statistic " +
	"Period EvaluationPeriods DatapointsToAlarm ComparisonOperator Threshold TreatMissingData Metrics/*/Id Metrics/*/Label Metrics/*/Expression Metrics/*/ReturnData " +
	"Metrics/*/MetricStat/Stat Metrics/*/MetricStat/Period Metrics/*/MetricStat/Metric/Namespace Metrics/*/MetricStat/Metric/MetricName " +
	"Metrics/*/MetricStat/Metric/Dimensions/0/Name Metrics/*/MetricStat/Metric/Dimensions/0/Value"

// attributes are those that a resource may have besides its properties. A deletion policy needs a decision.
var attributes = strings.Fields("Type Condition Metadata Properties DeletionPolicy UpdateReplacePolicy DependsOn")

// parameterAttributes are those that a parameter may have. NoEcho is none of them: deploy.sh compares the parameters of the regions, and
// would see asterisks in each; and no parameter is a secret.
var parameterAttributes = strings.Fields("Type Default AllowedPattern AllowedValues ConstraintDescription Description MinValue MaxValue")

// listed reports properties of the template's own resources that are in neither list. A fork may add resources as it likes.
func listed(d document) (faults []string) {
	own := slices.Concat(everyRegion, pagingRegion, strings.Fields("Table StatusBucket StatusBucketPolicy Dashboard StatusTopic OthersUntold EvidenceGateway TableGateway "+
		"SecretsInterface InterfaceGroup PagerInterface TracesInterface"))
	for _, given := range []map[string]any{parameters(), settings()} {
		s := newStack(d, home, given)
		for _, id := range own {
			r := s.resources()[id]
			for name := range r {
				if !slices.Contains(attributes, name) {
					faults = append(faults, fmt.Sprintf("%s/%s: no check follows it; list it in listed_test.go", id, name))
				}
			}
			leaves := map[string]string{}
			flatten(id, map[string]any{"Properties": r["Properties"], "DeletionPolicy": r["DeletionPolicy"], "UpdateReplacePolicy": r["UpdateReplacePolicy"]}, leaves)
			for leaf := range leaves {
				if !isListed(leaf, r["Type"] == "AWS::CloudWatch::Alarm") {
					faults = append(faults, fmt.Sprintf("%s: no check follows it; list it in decided_test.go with its reason, or in listed_test.go with a check", leaf))
				}
			}
		}
		faults = append(faults, s.faults...)
	}
	if d.all["AWSTemplateFormatVersion"] != "2010-09-09" || d.all["Transform"] != "AWS::Serverless-2016-10-31" {
		faults = append(faults, "expected CloudFormation's format of 2010-09-09, and the transform of SAM")
	}
	for name, p := range d.section("Parameters") {
		p, _ := p.(map[string]any)
		if _, words := p["Default"].(string); p["Default"] != nil && words != (p["Type"] == "String") {
			faults = append(faults, fmt.Sprintf("the parameter %s: Type %v, but the default is %v", name, p["Type"], p["Default"]))
		}
		for key := range p {
			if !slices.Contains(parameterAttributes, key) {
				faults = append(faults, fmt.Sprintf("the parameter %s has %s: no check follows it", name, key))
			}
		}
	}
	slices.Sort(faults)
	return slices.Compact(faults)
}

// isListed reports whether a leaf of a resource, which may be an alarm, has a decision or is followed.
func isListed(leaf string, alarm bool) bool {
	for _, dec := range slices.Concat(decisions, wordDecisions) {
		if ok, _ := path.Match(dec.path, leaf); ok {
			return true
		}
	}
	id, property, _ := strings.Cut(leaf, "/Properties/")
	if alarm {
		return slices.ContainsFunc(strings.Fields(alarmProperties), func(pattern string) bool { return matches(pattern, property) })
	}
	for _, f := range followed {
		if ok, _ := path.Match(f.resource, id); ok && slices.ContainsFunc(strings.Fields(f.properties), func(pattern string) bool { return matches(pattern, property) }) {
			return true
		}
	}
	return false
}

// matches compares a property with an entry of followed.
func matches(pattern, property string) bool {
	if strings.HasSuffix(pattern, "/") {
		return strings.HasPrefix(property, pattern)
	}
	ok, err := path.Match(pattern, property)
	return ok && err == nil
}
