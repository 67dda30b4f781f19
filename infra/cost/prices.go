package cost

// PricesOf is when the prices below were last looked up. They are list prices of us-east-1 in US dollars, without tax or
// discount; other regions are mostly within a fifth of them.
const PricesOf = "November 2026"

// Prices, in US dollars.
const (
	// https://aws.amazon.com/lambda/pricing/
	lambdaARM      = 0.0000133334 // a GB-second
	lambdaX86      = 0.0000166667
	lambdaRequests = 0.20e-6

	// https://aws.amazon.com/eventbridge/pricing/
	schedulerInvocations = 1.00e-6

	// https://aws.amazon.com/dynamodb/pricing/on-demand/
	tableWrites   = 0.625e-6 // a write request unit: up to 1 KB
	tableReads    = 0.125e-6 // a read request unit: up to 4 KB
	tableStorage  = 0.25     // a GB for a month
	tableRecovery = 0.20     // a GB for a month, point-in-time recovery

	// https://aws.amazon.com/cloudwatch/pricing/
	logsIngested  = 0.50 // a GB
	logsKept      = 0.03 // a GB for a month, as compressed
	customMetrics = 0.30 // one, for a month
	alarmMetrics  = 0.10 // an alarm on one, for a month
	dashboards    = 3.00 // one, for a month
	canaryRuns    = 0.0012

	// https://aws.amazon.com/s3/pricing/
	bucketStorage = 0.023 // a GB for a month
	bucketPuts    = 0.005e-3

	// https://www.twilio.com/en-us/voice/pricing/us and https://www.twilio.com/en-us/sms/pricing/us, in the United States
	twilioNumber = 1.15 // a month
	twilioMinute = 0.014
	twilioText   = 0.0083 + 0.003 // with what the carriers add
)

// What an account has for nothing each month, for ever: https://aws.amazon.com/free/. It is not only ours to use up.
const (
	freeGBSeconds   = 400_000
	freeRequests    = 1_000_000
	freeInvocations = 14_000_000
	freeStorage     = 25 // GB in tables
	freeLogs        = 5  // GB, taken in and kept together
	freeMetrics     = 10
	freeAlarms      = 10
	freeDashboards  = 3
)
