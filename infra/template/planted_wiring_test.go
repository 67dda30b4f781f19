package template_test

import (
	"regexp"
	"strings"
	"testing"
)

// A mistake is one error in the template, such as an edit by hand makes.
type mistake struct {
	check, old, planted string // the first match of old, a regular expression
	want                string // in the check's report
}

// within returns a regular expression for a text within a resource, whose part before it is kept as ${1}.
func within(resource, old string) string {
	return `(?s)(\n  ` + resource + `:\n(?:(?:    [^\n]*)?\n)*?[^\n]*?)` + old
}

// wiringMistakes break a connection between two resources, or from code to one.
var wiringMistakes = map[string]mistake{
	"the tables of another region":            {"wiring", within("ProbeRole", `dynamodb:\$\{HomeRegion\}`), "${1}dynamodb:${AWS::Region}", "ProbeRole does not allow dynamodb:GetItem on ITEM#JOURNEY#* on arn:aws:dynamodb:eu-west-1"},
	"no table of the standby":                 {"wiring", within("PagerRole", `dynamodb:\$\{StandbyRegion\}`), "${1}dynamodb:${HomeRegion}", "PagerRole does not allow dynamodb:GetItem on ITEM#* on arn:aws:dynamodb:eu-central-1"},
	"the new table's name for an older one":   {"wiring", within("WebhookRole", `!If \[NamesTable, !Ref ExistingTable, !Ref Name\]`), "${1}!Ref Name", "table/kept"},
	"an index instead of the table":           {"wiring", within("ProbeRole", `table/\$\{Table\}"`), `${1}table/${Table}/index"`, "ProbeRole does not allow dynamodb:GetItem"},
	"the webhook reads no item":               {"wiring", within("WebhookRole", `dynamodb:GetItem, `), "${1}", "WebhookRole does not allow dynamodb:GetItem"},
	"the probe may scan the table":            {"wiring", within("ProbeRole", `dynamodb:Query`), "${1}dynamodb:Scan", "ProbeRole allows dynamodb:Scan"},
	"the probe deletes rows":                  {"wiring", within("ProbeRole", `Action: dynamodb:PutItem`), "${1}Action: [dynamodb:DeleteItem, dynamodb:PutItem]", "ProbeRole allows dynamodb:DeleteItem on RUN#*, which"},
	"the probe writes what pages are sent of": {"wiring", within("ProbeRole", `"ITEM#JOURNEY#\*"`), `${1}"ITEM#*"`, "ProbeRole allows dynamodb:UpdateItem on ITEM#*, which"},
	"the webhook writes any state":            {"wiring", within("WebhookRole", `"ITEM#ROUTE#default"`), `${1}"ITEM#*"`, "WebhookRole allows dynamodb:UpdateItem on ITEM#*, which"},
	"the probe writes any row":                {"wiring", within("ProbeRole", `\n *Condition: \{"ForAllValues[^\n]*`), "${1}", "ProbeRole allows dynamodb:UpdateItem on arn"},
	"keys that have to be the pattern itself": {"wiring", within("PagerRole", `ForAllValues:StringLike`), "${1}ForAllValues:StringEquals", "PagerRole: expected statements that allow, without a condition"},
	"the pager deletes incidents":             {"wiring", within("PagerRole", `"dynamodb:LeadingKeys": \["INCIDENTS"\]`), `${1}"dynamodb:LeadingKeys": ["INCIDENT*"]`, "PagerRole allows dynamodb:DeleteItem on INCIDENT*, which"},
	"the probe invokes any function":          {"wiring", within("ProbeRole", `function:\$\{Name\}-pager`), "${1}function:${Name}-webhook", "ProbeRole does not allow lambda:InvokeFunction on arn:aws:lambda:eu-west-1:111122223333:function:valkyrie-pager"},
	"the webhook invokes home's pager":        {"wiring", within("WebhookRole", `lambda:\$\{AWS::Region\}`), "${1}lambda:${HomeRegion}", "WebhookRole does not allow lambda:InvokeFunction"},
	"evidence of the bucket itself":           {"wiring", within("ProbeRole", `"\$\{Evidence.Arn\}/\?{4}-\?\?-\?\?/\*"`), `${1}"${Evidence.Arn}"`, "ProbeRole does not allow s3:PutObject"},
	"evidence is read, not written":           {"wiring", within("ProbeRole", `s3:PutObject`), "${1}s3:GetObject", "ProbeRole does not allow s3:PutObject"},
	"the webhook writes evidence":             {"wiring", within("WebhookRole", `s3:GetObject`), "${1}s3:PutObject", "WebhookRole does not allow s3:GetObject"},
	"the webhook lists evidence":              {"wiring", within("WebhookRole", `Action: s3:GetObject`), "${1}Action: [s3:GetObject, s3:ListBucket]", "WebhookRole allows s3:ListBucket"},
	"the evidence of home only":               {"wiring", within("WebhookRole", `-evidence-\*/`), "${1}-evidence-1a2b3c/", "another-region"},
	"evidence under another name":             {"wiring", within("Pager", `\$\{AWS::StackName\}-evidence-`), "${1}${Name}-evidence-", "VALKYRIE_EVIDENCE_PREFIX"},
	"traces that are not allowed":             {"wiring", within("ProbeRole", `xray:PutTraceSegments`), "${1}xray:PutTelemetryRecords", "ProbeRole does not allow xray:PutTraceSegments"},
	"traces allowed in vain":                  {"wiring", within("ProbeRole", `- MakesTraces`), "${1}- IsHome", "ProbeRole allows xray:PutTraceSegments"},
	"no endpoint for traces":                  {"wiring", `MakesTracesInterface: !And \[!Condition MakesInterfaces, !Condition MakesTraces\]`, "MakesTracesInterface: !And [!Condition MakesInterfaces, !Condition LimitsProbe]", "Probe calls xray in eu-west-1"},
	"the status page under another name":      {"wiring", within("PagerRole", `\$\{StatusBucket.Arn\}/status.json`), "${1}${StatusBucket.Arn}/state.json", "/status.json, which its code calls"},
	"the journeys' secrets for the pager":     {"wiring", within("PagerRole", `\$\{SecretsPath\}phone/twilio`), "${1}${SecretsPath}probe/twilio", "PagerRole does not allow ssm:GetParameter"},
	"the probe reads the pager's secrets":     {"wiring", within("ProbeRole", `\$\{SecretsPath\}probe/\*`), "${1}${SecretsPath}*", "ProbeRole"},
	"secrets of another path":                 {"wiring", within("Webhook", `ssm:\$\{SecretsPath\}phone/`), "${1}ssm:${SecretsPath}probe/", "WebhookRole does not allow ssm:GetParametersByPath"},
	"a secret without its random characters":  {"wiring", within("ProbeRole", `probe-\?{6}`), "${1}probe", "ProbeRole does not allow secretsmanager:GetSecretValue"},
	"tell secrets not readable":               {"wiring", within("PagerRole", `\$\{SecretsPath\}tell-\?{6}`), "${1}${SecretsPath}probe-??????", "secret:/other/place/tell-"},
	"the secrets of another service":          {"wiring", within("Pager", `secretsmanager:\$\{SecretsPath\}phone`), "${1}ssm:${SecretsPath}phone", "VALKYRIE_SECRETS"},
	"a text to a topic only":                  {"wiring", within("WebhookRole", `Resource: "\*"`), `${1}Resource: !Ref AlarmTopic`, "WebhookRole does not allow sns:Publish on *"},
	"any event bus":                           {"wiring", within("PagerRole", `Resource: !Ref EventBusArn`), `${1}Resource: !Sub "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default"`, "events:PutEvents"},
	"the event bus without a permission":      {"wiring", within("PagerRole", `- TellsBus`), "${1}- ShowsStatus", "PagerRole"},
	"logs of another function":                {"wiring", within("PagerRole", `!GetAtt PagerLog.Arn`), "${1}!GetAtt ProbeLog.Arn", "PagerRole does not allow logs:PutLogEvents"},
	"no new log stream":                       {"wiring", within("ProbeRole", `logs:CreateLogStream, `), "${1}", "ProbeRole does not allow logs:CreateLogStream"},
	"dead letters to the topic":               {"wiring", within("ProbeRole", `!GetAtt DeadLetters.Arn`), "${1}!Ref AlarmTopic", "ProbeRole does not allow sqs:SendMessage"},
	"the pager with the probe's role":         {"wiring", within("Pager", `!GetAtt PagerRole.Arn`), "${1}!GetAtt ProbeRole.Arn", "Pager: expected PagerRole"},
	"a role for another service":              {"wiring", within("WebhookRole", `lambda.amazonaws.com`), "${1}events.amazonaws.com", "WebhookRole: expected that lambda.amazonaws.com may assume it"},
	"a role that anyone's schedules use":      {"wiring", within("ScheduleRole", `\n            Condition: [^\n]*`), "${1}", "ScheduleRole: expected the condition aws:SourceAccount"},
	"a role for schedules of EventBridge":     {"wiring", within("ScheduleRole", `scheduler.amazonaws.com`), "${1}events.amazonaws.com", "ScheduleRole: expected that scheduler.amazonaws.com may assume it"},
	"schedules that may not invoke the pager": {"wiring", within("ScheduleRole", `, !If \[Pages, !GetAtt Pager.Arn, !Ref AWS::NoValue\]`), "${1}", "ScheduleRole does not allow lambda:InvokeFunction"},
	"schedules that lose what they cannot deliver": {
		"wiring", within("ScheduleRole", `Action: sqs:SendMessage`), "${1}Action: sqs:ReceiveMessage", "ScheduleRole does not allow sqs:SendMessage",
	},
	"a denied assumption":                  {"wiring", within("ProbeRole", `Effect: Allow`), "${1}Effect: Deny", "ProbeRole: expected that lambda.amazonaws.com may assume it"},
	"a schedule in the default group":      {"wiring", within("Probe", `GroupName: !Ref Group`), "${1}GroupName: default", "GroupName: expected the group"},
	"a schedule with the probe's role":     {"wiring", within("Pager", `RoleArn: !GetAtt ScheduleRole.Arn`), "${1}RoleArn: !GetAtt PagerRole.Arn", "EachMinute: RoleArn: expected ScheduleRole"},
	"a paused pager":                       {"wiring", within("Pager", `Input: "\{\}"`), `${1}State: !Ref Schedules` + "\n" + `            Input: "{}"`, "Pager: EachMinute: State"},
	"a schedule that no pause stops":       {"wiring", within("Probe", `State: !Ref Schedules`), "${1}State: ENABLED", "State: expected DISABLED"},
	"another function's name":              {"wiring", within("Pager", `FunctionName: !Sub "\$\{Name\}-pager"`), `${1}FunctionName: !Sub "${Name}-page"`, "FunctionName: expected valkyrie-pager"},
	"the webhook's pager":                  {"wiring", within("Webhook", `VALKYRIE_PAGER: !Sub "\$\{Name\}-pager"`), `${1}VALKYRIE_PAGER: !Sub "${Name}-webhook"`, "VALKYRIE_PAGER"},
	"home and standby exchanged":           {"wiring", within("Webhook", `VALKYRIE_HOME_REGION: !Ref HomeRegion\n          VALKYRIE_STANDBY_REGION: !Ref StandbyRegion`), "${1}VALKYRIE_HOME_REGION: !Ref StandbyRegion\n          VALKYRIE_STANDBY_REGION: !Ref HomeRegion", "VALKYRIE_HOME_REGION"},
	"home for this region":                 {"wiring", within("Probe", `VALKYRIE_HOME_REGION: !Ref HomeRegion`), "${1}VALKYRIE_HOME_REGION: !Ref AWS::Region", "VALKYRIE_HOME_REGION"},
	"the table's output":                   {"wiring", `(  TableName:\n    Condition: Pages\n(?:[^\n]*\n)?    Value: )!If \[NamesTable, !Ref ExistingTable, !Ref Name\]`, "${1}!Ref Name", "the output TableName"},
	"an output that doctor reads":          {"wiring", `\n  ScheduleGroup:\n`, "\n  SchedulesGroup:\n", "the output ScheduleGroup"},
	"an output of another resource":        {"wiring", `(  EvidenceBucket:\n(?:[^\n]*\n)?    Value: )!Ref Evidence`, "${1}!Ref DeadLetters", "the output EvidenceBucket"},
	"an output for a region without pager": {"wiring", `(  PagerFunction:\n)    Condition: Pages\n`, "${1}", "Pager is referenced, but missing"},
	"callbacks to a region's own domain":   {"wiring", within("Pager", `VALKYRIE_CALLBACK_URL: [^\n]*`), `${1}VALKYRIE_CALLBACK_URL: !Ref SiteUrl`, "VALKYRIE_CALLBACK_URL"},
	"the layer forgotten":                  {"wiring", within("Probe", `      Layers: \[!Ref Chrome\]\n`), "${1}", "Probe: expected the layer Chrome"},
	"Chrome elsewhere in the layer":        {"wiring", within("Probe", `CHROME: /opt/chrome/chromium`), "${1}CHROME: /opt/chromium", "CHROME: expected"},
	"a layer for another runtime":          {"wiring", within("Chrome", `provided.al2023`), "${1}provided.al2", "one that the layer Chrome is made for"},
	"a function for another processor":     {"wiring", within("Probe", `Architectures: \[x86_64\]`), "${1}Architectures: [arm64]", "one that the layer Chrome is made for"},
	"another log group":                    {"wiring", within("Webhook", `LogGroup: !Ref WebhookLog`), "${1}LogGroup: !Ref PagerLog", "Webhook: LoggingConfig"},
	"a log group under another name":       {"wiring", within("ProbeLog", `/aws/lambda/\$\{Name\}-probe`), "${1}/aws/lambda/${Name}/probe", "Probe: LoggingConfig"},
	"a bucket's policy on another":         {"wiring", within("EvidencePolicy", `Bucket: !Ref Evidence`), "${1}Bucket: !Ref AlarmTopic", "EvidencePolicy: Bucket"},
	"plain requests for the bucket only":   {"wiring", within("EvidencePolicy", `\[!GetAtt Evidence.Arn, !Sub "\$\{Evidence.Arn\}/\*"\]`), "${1}[!GetAtt Evidence.Arn]", "expected that it denies everything"},
	"the reader sees another file":         {"wiring", within("StatusBucketPolicy", `\$\{StatusBucket.Arn\}/incidents.atom`), "${1}${StatusBucket.Arn}/incidents.xml", "expected that CloudFront may get"},
	"the reader may write":                 {"wiring", within("StatusBucketPolicy", `s3:GetObject`), "${1}s3:PutObject", "expected that CloudFront may get"},
	"the address asks for a signature":     {"wiring", within("Webhook", `AuthType: NONE`), "${1}AuthType: AWS_IAM", "expected AuthType NONE"},
	"the answer is streamed":               {"wiring", within("Webhook", `InvokeMode: BUFFERED`), "${1}InvokeMode: RESPONSE_STREAM", "InvokeMode BUFFERED"},
	"no subscribers at the standby's topic": {
		"wiring", within("Pager", `sns:\$\{HomeRegion\}`), "${1}sns:${AWS::Region}", "but the subscribers are at",
	},
	"a webhook in home only":            {"wiring", within("WebhookLog", `Condition: Pages`), "${1}Condition: IsHome", "WebhookLog"},
	"a table in every region":           {"wiring", within("Table", `    Condition: MakesTable\n`), "${1}", "Table: expected that it exists: false"},
	"standby never":                     {"wiring", `IsStandby: !Equals \[!Ref AWS::Region, !Ref StandbyRegion\]`, "IsStandby: !Equals [!Ref AWS::Region, StandbyRegion]", "Pager: expected that it exists: true"},
	"no standby without its permission": {"wiring", `HasStandby: !Not \[!Equals \[!Ref StandbyRegion, ""\]\]`, `HasStandby: !Equals [!Ref StandbyRegion, ""]`, "ProbeRole does not allow"},
	"a probe outside of the VPC":        {"wiring", within("Probe", `- Private`), "${1}- Paused", "Probe: VpcConfig: expected"},
	"groups for subnets":                {"wiring", within("Probe", `SubnetIds: !Split \[",", !Ref SubnetIds\]`), `${1}SubnetIds: !Split [",", !Ref SecurityGroupIds]`, "Probe: VpcConfig: expected"},
	"a pager in the VPC":                {"wiring", within("Pager", `Timeout: 60`), "${1}Timeout: 60\n      VpcConfig: {SubnetIds: !Split [\",\", !Ref SubnetIds]}", "Pager: expected no VpcConfig"},
	"no network interface":              {"wiring", within("ProbeRole", `ec2:CreateNetworkInterface, `), "${1}", "ProbeRole does not allow ec2:CreateNetworkInterface"},
	"an interface never deleted":        {"wiring", within("ProbeRole", `ec2:DeleteNetworkInterface, `), "${1}", "ProbeRole does not allow ec2:DeleteNetworkInterface"},
	"a network without a VPC":           {"wiring", within("ProbeRole", `- Private\n                - Effect: Allow`), "${1}- HasStandby\n                - Effect: Allow", "ProbeRole allows ec2:AssignPrivateIpAddresses"},
	"code that may change its network":  {"wiring", within("ProbeRole", `function:\$\{Name\}-probe`), "${1}function:${Name}-pager", "ProbeRole: expected statements that allow"},
	"another region's endpoint":         {"wiring", within("TableGateway", `\$\{AWS::Region\}`), "${1}${HomeRegion}", "TableGateway: ServiceName: expected a service of eu-central-1"},
	"the endpoint of another service":   {"wiring", within("EvidenceGateway", `s3"`), `${1}s3express"`, "Probe calls s3 in eu-west-1: expected that an endpoint leads there"},
	"an endpoint for the other secrets": {"wiring", within("SecretsInterface", `SecretsManager`), "${1}Pages", "Probe calls ssm in eu-west-1"},
	"an endpoint that nothing calls":    {"wiring", within("PagerInterface", `Condition: MakesPagerInterface`), "${1}Condition: MakesInterfaces", "the probe does not call lambda in us-east-1"},
	"a table's endpoint in home only":   {"wiring", `MakesTableGateway: !And \[!Condition MakesGateways, !Condition Pages\]`, "MakesTableGateway: !And [!Condition MakesGateways, !Condition IsHome]", "Probe calls dynamodb in eu-central-1"},
	"an endpoint under another name":    {"wiring", within("PagerInterface", `PrivateDnsEnabled: true`), "${1}PrivateDnsEnabled: false", "PagerInterface: PrivateDnsEnabled"},
	"an endpoint that admits no probe":  {"wiring", within("SecretsInterface", `SecurityGroupIds: \[!Ref InterfaceGroup\]`), `${1}SecurityGroupIds: !Split [",", !Ref SecurityGroupIds]`, "SecretsInterface: SecurityGroupIds"},
	"an endpoint that admits others":    {"wiring", within("InterfaceGroup", `SourceSecurityGroupId: [^}]*Ids\]\]`), `${1}CidrIp: 0.0.0.0/0`, "InterfaceGroup: expected that it admits a group of the probes"},
	"a table that cannot be decrypted":  {"wiring", within("WebhookRole", `\[kms:Decrypt, `), "${1}[", "WebhookRole does not allow kms:Decrypt via dynamodb.eu-west-1.amazonaws.com on arn:aws:kms:eu-west-1"},
	"home's key by this region's id":    {"wiring", within("ProbeRole", `kms:\$\{HomeRegion\}`), "${1}kms:${AWS::Region}", "ProbeRole does not allow kms:Decrypt via dynamodb.eu-west-1.amazonaws.com on arn:aws:kms:eu-west-1"},
	"no key of the standby":             {"wiring", `HasKeyInStandby: !And \[!Condition HasKey, !Condition HasStandby\]`, `HasKeyInStandby: !Equals [!Ref KeyId, none]`, "ProbeRole does not allow kms:Decrypt via dynamodb.eu-central-1"},
	"the key of a standby that is none": {"wiring", `HasKeyInStandby: !And \[!Condition HasKey, !Condition HasStandby\]`, `HasKeyInStandby: !Not [!Equals [!Ref KeyId, ""]]`, "PagerRole allows kms:Decrypt"},
	"secrets that cannot be decrypted":  {"wiring", within("PagerRole", `Action: kms:Decrypt`), "${1}Action: kms:Encrypt", "PagerRole does not allow kms:Decrypt via ssm.eu-west-1"},
	"the other secrets' service":        {"wiring", within("ProbeRole", `"kms:ViaService": !If \[SecretsManager`), `${1}"kms:ViaService": !If [IsHome`, "ProbeRole does not allow kms:Decrypt via s"},
	"evidence that cannot be read":      {"wiring", within("WebhookRole", `"s3\.\$\{R\}`), `${1}"ssm.${R}`, "WebhookRole does not allow kms:Decrypt via s3.eu-west-1"},
	"the second region's evidence":      {"wiring", within("WebhookRole", `- TwoRegions`), "${1}- TenRegions", "WebhookRole does not allow kms:Decrypt via s3.eu-central-1"},
	"evidence that cannot be encrypted": {"wiring", within("ProbeRole", `Action: kms:GenerateDataKey`), "${1}Action: kms:Decrypt", "ProbeRole does not allow kms:GenerateDataKey via s3"},
	"a key for the role's own use":      {"wiring", within("PagerRole", `\n                  Condition: \{StringEquals: \{"kms:ViaService": !If[^\n]*`), "${1}", "PagerRole does not allow kms:Decrypt via ssm"},
	"a table with DynamoDB's key":       {"wiring", within("Table", `SSEType: KMS, KMSMasterKeyId: [^}]*\}[^}]*\}[^}]*\}[^}]*\}"\}`), "${1}SSEType: KMS}", "Table: encryption: expected"},
	"evidence with S3's key":            {"wiring", within("Evidence", `SSEAlgorithm: "aws:kms"`), `${1}SSEAlgorithm: AES256`, "Evidence: encryption: expected"},
	"a log with CloudWatch's key":       {"wiring", within("PagerLog", `KmsKeyId: !If \[HasKey`), `${1}KmsKeyId: !If [Mails`, "PagerLog: encryption: expected"},
	"a log with home's key":             {"wiring", within("ProbeLog", `kms:\$\{AWS::Region\}`), `${1}kms:${HomeRegion}`, "ProbeLog: encryption: expected arn:aws:kms:"},
	"events that are retried":           {"decided", within("Pager", `MaximumRetryAttempts: 0`), "${1}MaximumRetryAttempts: 2", "MaximumRetryAttempts: expected 0"},
	"failed events to nowhere":          {"wiring", within("Pager", `(\n        DestinationConfig: )[^\n]*`), "${1}", "Pager: EventInvokeConfig"},
}

// watchingMistakes leave an alarm that never comes, always comes, or reaches no one.
var watchingMistakes = map[string]mistake{
	"a heartbeat of zero is well":       {"watching", within("PagerSilent", `Threshold: 1`), "${1}Threshold: 0", "PagerSilent: expected that it is raised"},
	"alarmed when it beats":             {"watching", within("PagerSilent", `LessThanThreshold`), "${1}GreaterThanOrEqualToThreshold", "PagerSilent: it is raised although all is well"},
	"one late minute":                   {"watching", within("PagerSilent", `EvaluationPeriods: 3\n      DatapointsToAlarm: 3`), "${1}EvaluationPeriods: 1\n      DatapointsToAlarm: 1", "PagerSilent: it is raised although two rounds of the pager fail"},
	"after an hour":                     {"watching", within("PagerSilent", `Period: 60`), "${1}Period: 1200", "PagerSilent: expected that it is raised within 4 minutes"},
	"the least heartbeat":               {"watching", within("PagerSilent", `Statistic: Maximum`), "${1}Statistic: Minimum", "PagerSilent: it is raised although a poked round"},
	"a silent alarm":                    {"watching", within("PagerSilent", `Threshold: 1`), "${1}Threshold: 1\n      ActionsEnabled: false", "PagerSilent: ActionsEnabled"},
	"no all-clear":                      {"watching", within("PagerSilent", `\n      OKActions: [^\n]*`), "${1}", "PagerSilent: expected OKActions"},
	"to the customers' topic":           {"watching", within("ProbeErrors", `AlarmActions: \[!Ref AlarmTopic\]`), "${1}AlarmActions: [!Ref Name]", "ProbeErrors: AlarmActions"},
	"a period shorter than the cadence": {"watching", within("ProbeSilent", `Period: 900\n      EvaluationPeriods: 2`), "${1}Period: 300\n      EvaluationPeriods: 2", "ProbeSilent: it is raised although"},
	"silence is no trouble":             {"watching", within("ProbeSilent", `TreatMissingData: breaching`), "${1}TreatMissingData: ignore", "ProbeSilent: expected that it is raised"},
	"another function's silence":        {"watching", within("ProbeSilent", `Value: !Ref Probe`), "${1}Value: !Ref Group", "ProbeSilent"},
	"paused or not":                     {"watching", within("ProbeSilent", `!If \[Paused, false, true\]`), "${1}!If [Paused, true, false]", "ProbeSilent: ActionsEnabled"},
	"two crashes of a probe":            {"watching", within("ProbeErrors", `Threshold: 0`), "${1}Threshold: 1", "ProbeErrors: expected that it is raised"},
	"crashes that are averaged away":    {"watching", within("PagerErrors", `Statistic: Sum`), "${1}Statistic: Average", "PagerErrors: expected that it is raised"},
	"one crash of the pager":            {"watching", within("PagerErrors", `Threshold: 1`), "${1}Threshold: 0", "PagerErrors: it is raised although the pager crashes once"},
	"the pager's errors for the webhook's": {
		"watching", within("WebhookErrors", `Value: !Ref Webhook`), "${1}Value: !Ref Pager", "WebhookErrors: expected that it is raised",
	},
	"seconds for milliseconds":     {"watching", within("ProbeNearTimeout", `\* 10\)`), "${1}* 1000)", "ProbeNearTimeout: expected that it is raised"},
	"a timeout that nothing nears": {"watching", within("ProbeNearTimeout", `Threshold: 90`), "${1}Threshold: 100", "ProbeNearTimeout: expected that it is raised"},
	"the average probe":            {"watching", within("ProbeNearTimeout", `Stat: Maximum`), "${1}Stat: Average", "ProbeNearTimeout: expected that it is raised"},
	"throttles never counted":      {"watching", within("WebhookThrottles", `GreaterThanThreshold`), "${1}LessThanThreshold", "WebhookThrottles"},
	"a failed notification":        {"watching", within("OthersUntold", `Threshold: 2`), "${1}Threshold: 0", "OthersUntold: it is raised although a notification fails twice"},
	"notifications never missed":   {"watching", within("OthersUntold", `Period: 600`), "${1}Period: 60", "OthersUntold: expected that it is raised"},
	"an alarm of another name":     {"watching", within("PagerThrottles", `AlarmName: !Sub "\$\{Name\}-`), `${1}AlarmName: !Sub "pager-`, "PagerThrottles: AlarmName"},
	"no alarm for the pager":       {"watching", within("PagerThrottles", `Condition: Pages`), "${1}Condition: ShowsStatus", "PagerThrottles: it is missing"},
}

// decidedMistakes change a value without its reason.
var decidedMistakes = map[string]mistake{
	"memory for a tenth of a CPU":     {"decided", `Default: 1769`, "Default: 1024", "ProbeMemory"},
	"a pager without memory":          {"decided", within("Pager", `MemorySize: 256`), "${1}MemorySize: 128", "Pager/Properties/MemorySize: expected 256"},
	"a webhook after Twilio hangs up": {"decided", within("Webhook", `Timeout: 14`), "${1}Timeout: 30", "Twilio hangs up after 15 s"},
	"a pager cut off":                 {"decided", within("Pager", `Timeout: 60`), "${1}Timeout: 6", "Pager/Properties/Timeout: expected 60"},
	"one pager at a time":             {"decided", within("Pager", `Timeout: 60`), "${1}Timeout: 60\n      ReservedConcurrentExecutions: 1", "ReservedConcurrentExecutions is 1: list it"},
	"late starts":                     {"decided", within("Probe", `MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 3`), "${1}MaximumEventAgeInSeconds: 86400, MaximumRetryAttempts: 3", "RetryPolicy/MaximumEventAgeInSeconds: expected 60"},
	"lines wrapped in JSON":           {"decided", within("Probe", `LogFormat: Text`), "${1}LogFormat: JSON", "CloudWatch extracts no metrics"},
	"letters for a day":               {"decided", within("DeadLetters", `1209600`), "${1}86400", "MessageRetentionPeriod: expected 1209600"},
	"letters in the clear":            {"decided", within("DeadLetters", `SqsManagedSseEnabled: true`), "${1}SqsManagedSseEnabled: false", "SqsManagedSseEnabled"},
	"no way back in time":             {"decided", within("Table", `PointInTimeRecoveryEnabled: true`), "${1}PointInTimeRecoveryEnabled: false", "PointInTimeRecoveryEnabled"},
	"rows for ever":                   {"decided", within("Table", `AttributeName: ttl, Enabled: true`), "${1}AttributeName: ttl, Enabled: false", "TimeToLiveSpecification/Enabled"},
	"provisioned capacity":            {"decided", within("Table", `PAY_PER_REQUEST`), "${1}PROVISIONED", "BillingMode"},
	"evidence for ever":               {"decided", within("Evidence", `Status: Enabled`), "${1}Status: Disabled", "LifecycleConfiguration/Rules/0/Status"},
	"evidence replaced":               {"decided", within("Evidence", `UpdateReplacePolicy: Retain`), "${1}UpdateReplacePolicy: Delete", "Evidence/UpdateReplacePolicy"},
	"a slow pager":                    {"decided", `rate\(1 minute\)`, "rate(2 minutes)", "EachMinute/Properties/ScheduleExpression"},
	"an unconfirmed protocol":         {"decided", within("AlarmTopic", `Protocol: email`), "${1}Protocol: email-json", "Subscription/0/Protocol"},
	"paused by default":               {"decided", `Default: ENABLED`, "Default: DISABLED", "the parameter Schedules"},
	"secrets elsewhere by default":    {"decided", `Default: ssm`, "Default: secretsmanager", "the parameter SecretsIn"},
}

// affectedMistakes have a parameter lead to another place, or none.
var affectedMistakes = map[string]mistake{
	"the probe's number for the webhook":   {"affected", within("Webhook", `LimitsWebhook, !Ref WebhookConcurrency`), "${1}LimitsWebhook, !Ref ProbeConcurrency", "the parameter ProbeConcurrency changes Webhook/"},
	"the probe's limit for the webhook":    {"affected", `LimitsWebhook: !Not \[!Equals \[!Ref WebhookConcurrency, 0\]\]`, "LimitsWebhook: !Equals [!Ref WebhookConcurrency, 0]", "the parameter WebhookConcurrency does not change Webhook/"},
	"a timeout by its default":             {"affected", within("Probe", `Timeout: !Ref ProbeTimeout`), "${1}Timeout: 120", "the parameter ProbeTimeout does not change Probe/Properties/Timeout"},
	"an alarm on the default timeout":      {"affected", within("ProbeNearTimeout", `\$\{ProbeTimeout\}`), "${1}120", "the parameter ProbeTimeout does not change ProbeNearTimeout"},
	"lines kept by the default":            {"affected", within("WebhookLog", `!Ref LogRetention`), "${1}90", "the parameter LogRetention does not change WebhookLog"},
	"every minute in any case":             {"affected", within("Probe", `VALKYRIE_EVERY: !Ref Cadence`), "${1}VALKYRIE_EVERY: 1 minute", "the parameter Cadence does not change Probe/Properties/Environment"},
	"traces by another switch":             {"affected", within("Probe", `VALKYRIE_TRACES: !Ref Traces`), "${1}VALKYRIE_TRACES: !Ref StatusMail", "the parameter Traces does not change Probe/Properties/Environment"},
	"the ping's address for the site's":    {"affected", within("Pager", `VALKYRIE_SITE: !Ref SiteUrl`), "${1}VALKYRIE_SITE: !Ref PingUrl", "the parameter PingUrl changes Pager/Properties/Environment/Variables/VALKYRIE_SITE"},
	"the evidence of six regions of seven": {"affected", within("WebhookRole", `- SevenRegions`), "${1}- SixRegions", "with 6 regions: WebhookRole allows kms:Decrypt via s3.-"},
	"schedules of the first deployment":    {"affected", within("Group", `Name: !Ref Name`), "${1}Name: valkyrie", "Group/Properties/Name is \"valkyrie\" in a deployment that is called second"},
	"a layer of the first deployment":      {"affected", within("Chrome", `\$\{Name\}-chrome`), "${1}valkyrie-chrome", "Chrome/Properties/LayerName is"},
	"an order without a reason":            {"affected", within("EvidencePolicy", `Type: AWS::S3::BucketPolicy\n`), "${1}Type: AWS::S3::BucketPolicy\n    DependsOn: Webhook\n", "EvidencePolicy depends on Webhook"},
	"a log that waits for its probe":       {"affected", within("ProbeLog", `LogGroupName: !Sub "/aws/lambda/\$\{Name\}-probe"`), "${1}LogGroupName: !Sub \"/aws/lambda/${Probe}\"", "resources wait for each other"},
	"a webhook that knows its address":     {"affected", within("Webhook", `TWILIO_ACCOUNT_SID: !Ref TwilioAccountSid`), "${1}TWILIO_ACCOUNT_SID: !Ref TwilioAccountSid\n          VALKYRIE_CALLBACK_URL: !GetAtt WebhookUrl.FunctionUrl", "resources wait for each other"},
	"an endpoint of traces in any case":    {"wiring", within("TracesInterface", `Condition: MakesTracesInterface`), "${1}Condition: MakesInterfaces", "TracesInterface: the probe does not call xray"},
	"a layer of another folder":            {"wiring", within("Chrome", `ContentUri: \.`), "${1}ContentUri: infra", "the build of the layer Chrome by the Makefile"},
	"a layer that SAM builds itself":       {"wiring", within("Chrome", `BuildMethod: makefile`), "${1}BuildMethod: provided.al2023", "the build of the layer Chrome by the Makefile"},
	"failed events to a topic":             {"wiring", within("Pager", `Type: SQS`), "${1}Type: SNS", "Pager: EventInvokeConfig"},
	"another dashboard's address":          {"wiring", `dashboards/dashboard/\$\{Dashboard\}`, "dashboards/dashboard/${Name}-all", "the output DashboardUrl"},
	"alarms of a region that is none":      {"dashboards", `(          Alarms6: !If\n            - )SixRegions`, "${1}FiveRegions", "where the deployment is not"},
	"another percentile in one region":     {"dashboards", `(?s)(          Duration8: !If.*?)'p95'`, "${1}'p90'", "in another way than eu-west-1"},
	"a region left out of one chart":       {"dashboards", `(\$\{Success8\})\$\{Success9\}`, "${1}", "shows af-south-1 in another way"},
	"home's alarms for the standby's":      {"dashboards", `("arn:\$\{AWS::Partition\}:cloudwatch:)\$\{StandbyRegion\}(?::\$\{AWS::AccountId\}:alarm:\$\{Name\}-pager-silent)`, "${1}${HomeRegion}:${AWS::AccountId}:alarm:${Name}-pager-silent", "it does not show the alarm arn:aws:cloudwatch:eu-central-1"},
	"one partition":                        {"declared", within("ProbeRole", `arn:\$\{AWS::Partition\}:lambda`), "${1}arn:aws:lambda", "expected ${AWS::Partition}"},
	"Chrome for the pager":                 {"wiring", within("Pager", `MemorySize: 256`), "${1}MemorySize: 256\n      Layers: [!Ref Chrome]", "Pager: Layers: expected none"},
	"an interval of an hour":               {"declared", `\[2-9\]\|1\[0-5\]`, "[2-9]|[1-5][0-9]", `the parameter Cadence allows "16 minutes"`},
	"at most two subnets":                  {"declared", `(subnet-\[0-9a-f\]\{8,17\}\(,subnet-\[0-9a-f\]\{8,17\}\)\{0,)15`, "${1}1", "the parameter SubnetIds allows"},
	"a path without its slash":             {"declared", `/\(\[A-Za-z0-9_\.-\]\+/\)\+`, "/([A-Za-z0-9_.-]+/?)+", `the parameter SecretsPath allows "/valkyrie": expected false`},
	"a name too long for its functions":    {"declared", `\[a-z\]\[a-z0-9-\]\{1,30\}`, "[a-z][a-z0-9-]{1,60}", "the parameter Name allows"},
	"a log left by its stack":              {"decided", within("PagerLog", `DeletionPolicy: Delete`), "${1}DeletionPolicy: Retain", "PagerLog/DeletionPolicy"},
	"a queue of another name":              {"decided", within("DeadLetters", `\$\{Name\}-dead-letters`), "${1}${Name}-letters", "DeadLetters/Properties/QueueName"},
	"a query of another name":              {"decided", within("UntoldQuery", `who could not be told`), "${1}whom to tell", "UntoldQuery/Properties/Name"},
	"more time than Lambda has":            {"decided", `MaxValue: 900`, "MaxValue: 1000", "the parameter ProbeTimeout: expected from 30 to 900"},
	"memory that starts no Chrome":         {"decided", `MinValue: 1024`, "MinValue: 128", "the parameter ProbeMemory: expected from 1024"},
	"days that CloudWatch does not have":   {"decided", `\[1, 3, 5, 7, 14, 30,`, "[1, 2, 5, 7, 14, 30,", "the parameter LogRetention: expected"},
}

// listedMistakes add what no check follows, or have a name stand for something else.
var listedMistakes = map[string]mistake{
	"a schedule that ends":               {"listed", within("Pager", `Name: pager\n`), "${1}Name: pager\n            EndDate: \"2027-01-01T00:00:00Z\"\n", "EachMinute/Properties/EndDate: no check follows it"},
	"the hour of half another zone":      {"listed", within("Probe", `Name: site-sweep\n`), "${1}Name: site-sweep\n            ScheduleExpressionTimezone: Asia/Kolkata\n", "ScheduleExpressionTimezone: no check"},
	"only evidence below a prefix":       {"listed", within("Evidence", `Status: Enabled\n`), "${1}Status: Enabled\n            Prefix: evidence/\n", "Rules/0/Prefix: no check"},
	"a topic that no alarm may use":      {"listed", within("AlarmTopic", `    Properties:\n`), "${1}    Properties:\n      KmsMasterKeyId: alias/aws/sns\n", "KmsMasterKeyId: no check"},
	"a heartbeat in seconds":             {"listed", within("PagerSilent", `Period: 60`), "${1}Unit: Seconds\n      Period: 60", "PagerSilent/Properties/Unit: no check"},
	"one bucket for all regions":         {"listed", within("Evidence", `    Properties:\n`), "${1}    Properties:\n      BucketName: !Sub \"${Name}-evidence\"\n", "Evidence/Properties/BucketName: no check"},
	"a queue left by its stack":          {"listed", within("DeadLetters", `Type: AWS::SQS::Queue\n`), "${1}Type: AWS::SQS::Queue\n    DeletionPolicy: Retain\n", "DeadLetters/DeletionPolicy: no check"},
	"a parameter that compares as stars": {"listed", `  PingUrl:\n    Type: String\n`, "  PingUrl:\n    Type: String\n    NoEcho: true\n", "the parameter PingUrl has NoEcho"},
	"no transform":                       {"listed", `Transform: AWS::Serverless-2016-10-31\n`, "", "the transform of SAM"},
	"policies of another language":       {"decided", within("PagerRole", `PolicyDocument:\n            Version: "2012-10-17"`), "${1}PolicyDocument:\n            Version: \"2008-10-17\"", "PolicyDocument/Version"},
	"letters that stay news":             {"watching", within("Undelivered", `notBreaching`), "${1}ignore", "Undelivered: TreatMissingData: expected notBreaching"},
	"no state between two errors":        {"watching", within("WebhookErrors", `notBreaching`), "${1}missing", "WebhookErrors: TreatMissingData: expected notBreaching"},
	"an hour after one slow probe":       {"watching", within("ProbeNearTimeout", `Period: 300`), "${1}Period: 3600", "ProbeNearTimeout: expected that it is over"},
	"rounds for what could not be told":  {"queries", within("UntoldQuery", `event = "tell"`), `${1}event = "tick"`, "UntoldQuery: expected the stage"},
	"the oldest failures":                {"queries", within("FailuresQuery", `desc`), "${1}asc", "the newest lines first"},
	"the median for p95":                 {"queries", within("StepsQuery", `duration_ms, 95`), "${1}duration_ms, 50", `the column "p95"`},
	"starved for late":                   {"queries", within("LateQuery", `max\(late_ms\)`), "${1}max(starved_ms)", `the column "latest_of_all"`},
	"by the minute":                      {"queries", within("StepsQuery", `bin\(1h\)`), "${1}bin(1m)", "is by the hour"},
	"breaks for failures":                {"dashboards", `sum\(failed\) as failures, sum\(broken\) as breaks`, "sum(broken) as failures, sum(failed) as breaks", `the column "failures"`},
	"the first step twice":               {"dashboards", `pct\(steps\.1\.budget_percent`, "pct(steps.0.budget_percent", `the column "step_2"`},
	"an incident in each minute":         {"dashboards", `"stat": "Maximum"`, `"stat": "Sum"`, "the statistic Sum of OpenIncidents"},
	"a fraction for a percentage":        {"dashboards", `"max": 100`, `"max": 1`, "its axis ends at 1"},
	"gateways without route tables":      {"wiring", `MakesGateways: !And \[!Condition Private, !Not \[!Equals \[!Ref RouteTableIds`, "MakesGateways: !And [!Condition Private, !Not [!Equals [!Ref VpcId", "interfaces only"},
	"every bucket of the stack":          {"wiring", within("WebhookRole", `-evidence-\*/`), "${1}-*/", "which is not its bucket"},
	"all journeys' steps together":       {"queries", within("StepsQuery", `, journey, s\.name`), "${1}, s.name", "StepsQuery: expected the stage"},
	"a schedule by the minute":           {"affected", `rate\(\$\{Cadence\}\)`, "rate(1 minute)", "expected that it follows the parameter Cadence"},
	"a number for a word":                {"listed", `(  Objective:\n    Type: )Number`, "${1}String", "the parameter Objective: Type String"},
	"eleven regions":                     {"declared", `(-\[1-9\]\)\{0,)9\}`, "${1}10}", "the parameter ProbeRegions allows"},
}

// TestPlantedWiring plants one mistake at a time, and requires a report of it.
func TestPlantedWiring(t *testing.T) {
	whole := practiceTemplate(t)
	for _, mistakes := range []map[string]mistake{wiringMistakes, watchingMistakes, decidedMistakes, affectedMistakes, listedMistakes} {
		for name, m := range mistakes {
			t.Run(name, func(t *testing.T) {
				re := regexp.MustCompile(m.old)
				place := re.FindStringSubmatchIndex(whole)
				if place == nil {
					t.Fatalf("%s is missing in the template; update this test", m.old)
				}
				planted := m.planted
				if rest, ok := strings.CutPrefix(planted, "${1}"); ok { // the rest may hold the template's own ${Name}
					planted = whole[place[2]:place[3]] + rest
				}
				wantFault(t, whole[:place[0]]+planted+whole[place[1]:], m.check, m.want)
			})
		}
	}
}
