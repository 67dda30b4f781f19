package cost

// PricesOf is the date of the prices below: list prices of us-east-1 in US dollars, without tax or discount. Prices of other
// regions mostly differ by at most a fifth.
const PricesOf = "November 2026"

// Prices, in US dollars.
const (
	// https://aws.amazon.com/lambda/pricing/
	lambdaARM      = 0.0000133334 // per GB-second
	lambdaX86      = 0.0000166667
	lambdaRequests = 0.20e-6

	// https://aws.amazon.com/eventbridge/pricing/
	schedulerInvocations = 1.00e-6

	// https://aws.amazon.com/dynamodb/pricing/on-demand/
	tableWrites   = 0.625e-6 // per write request unit: up to 1 KB
	tableReads    = 0.125e-6 // per read request unit: up to 4 KB
	tableStorage  = 0.25     // per GB and month
	tableRecovery = 0.20     // per GB and month, point-in-time recovery

	// https://aws.amazon.com/cloudwatch/pricing/
	logsIngested  = 0.50 // per GB
	logsStored    = 0.03 // per GB and month, compressed
	customMetrics = 0.30 // per metric and month
	alarmMetrics  = 0.10 // per alarm and month
	dashboards    = 3.00 // per dashboard and month
	canaryRuns    = 0.0012

	// https://aws.amazon.com/xray/pricing/
	traces = 5.00e-6 // per trace that is recorded

	// https://aws.amazon.com/kms/pricing/ and https://aws.amazon.com/secrets-manager/pricing/
	keyMonths       = 1.00 // per key, or replica of one, and month
	keyRequests     = 0.03e-4
	secretDocuments = 0.40 // per secret and month
	secretReads     = 0.05e-4

	// https://aws.amazon.com/ec2/pricing/on-demand/, data transfer to another region
	regionTransfer = 0.02 // per GB

	// https://aws.amazon.com/privatelink/pricing/ and https://aws.amazon.com/vpc/pricing/
	interfaceHours = 0.01  // per interface endpoint, subnet and hour
	natHours       = 0.045 // per NAT gateway and hour
	natTraffic     = 0.045 // per GB

	// https://aws.amazon.com/s3/pricing/
	bucketStorage = 0.023 // per GB and month
	bucketPuts    = 0.005e-3

	// https://www.twilio.com/en-us/voice/pricing/us and https://www.twilio.com/en-us/sms/pricing/us, in the United States
	twilioNumber = 1.15 // per month
	twilioMinute = 0.014
	twilioText   = 0.0083 + 0.003 // including the carriers' fee
)

// AWS's monthly free tier, without time limit: https://aws.amazon.com/free/. The whole account shares it.
const (
	freeGBSeconds   = 400_000
	freeRequests    = 1_000_000
	freeInvocations = 14_000_000
	freeStorage     = 25 // GB in tables
	freeLogs        = 5  // GB, ingested and stored together
	freeMetrics     = 10
	freeAlarms      = 10
	freeTraces      = 100_000
	freeDashboards  = 3 // of at most freeDashboardMetrics each
	freeKeyRequests = 20_000

	freeDashboardMetrics = 50
)
