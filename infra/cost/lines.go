package cost

import (
	"fmt"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/infra/cloudwatch"
	"valkyrie/infra/secrets"
	"valkyrie/probes/journey"
)

const (
	gigabyte = 1 << 30 // unit of storage, logs and memory on the bill

	// The pager: a round with nothing due takes a fifth of a second.
	pagerGB    = 0.25
	pagerTakes = 0.2

	// A run: three requests to the table (counted in infra/dynamo), and one before it to check whether the slot already has a
	// run. A run and the state of its journey have about 2 KB each, compressed.
	stateWrites         = 2
	runWrites, runReads = 2 + stateWrites, 1 + 0.5
	runKB               = 2.0
	runDays             = float64(incident.RetainRuns / (24 * time.Hour))
	// A round of the pager (functions/pager counts the requests): it takes its turn, reads what is due, writes its heartbeat, and gives the
	// turn up. It reads the state of each journey for missing runs, and for pages.
	roundWrites, roundReads = 4, 8
	stateReads              = 2
	// The standby's round in addition: it reads home's state of each journey, which each run has changed, and its own, and copies it.
	copyWrites, copyReads = 2, 2
	copyKB                = 2.0

	// Secrets of the pager and the webhook: Twilio's token and the beat key.
	phoneSecrets = 2

	// Lambda's log lines of an invocation (START, END, REPORT), and our log line in addition to the metrics.
	platformBytes, storyBytes = 420, 400
	logMonths                 = float64(incident.RetainLogs) / float64(Month)
	compressed                = 0.15

	// Traffic of a run with the table and the pager of another region, with TLS.
	remoteKB = 20.0

	// Evidence of a failed run: a screenshot, the page, a HAR, the film: eight files.
	evidenceMB, evidenceFiles = 1.5, 8
)

func lambdaLines(p Plan) []Line {
	price, arch := lambdaX86, "x86_64"
	if p.ARM {
		price, arch = lambdaARM, "arm64"
	}
	runs, rounds := p.Runs(), p.rounds()
	seconds := 0.0
	for _, j := range p.Journeys {
		seconds += p.runs(j) * j.Takes.Seconds()
	}
	gbs := seconds * float64(p.MemoryMB) / 1024
	return []Line{
		metered("probes, "+arch, fmt.Sprintf("%s runs at %d MB: %s GB-s", thousands(runs), p.MemoryMB, thousands(gbs)), gbs, price, freeGBSeconds),
		metered("pager", fmt.Sprintf("%s rounds", thousands(rounds)), rounds*pagerGB*pagerTakes, lambdaX86, 0),
		metered("invocations", thousands(runs+rounds), runs+rounds, lambdaRequests, freeRequests),
		metered("schedules", thousands(runs+rounds), runs+rounds, schedulerInvocations, freeInvocations),
	}
}

// rounds counts the pagers' rounds per month.
func (p Plan) rounds() float64 { return slots(time.Minute) * float64(p.pagers()) }

func tableLines(p Plan) []Line {
	writes, reads := p.Runs()*runWrites+p.rounds()*roundWrites, p.Runs()*runReads+p.rounds()*roundReads
	copies := 0.0
	if p.Standby {
		copies = slots(time.Minute) * float64(len(p.Journeys))
	}
	writes, reads = writes+copies*copyWrites, reads+copies*copyReads+slots(time.Minute)*float64(len(p.Journeys))*stateReads
	gb := p.Runs() / float64(Month/(24*time.Hour)) * runDays * runKB / (1 << 20)
	return []Line{
		{What: "table", Of: fmt.Sprintf("%s writes, %s reads", thousands(writes), thousands(reads)), USD: writes*tableWrites + reads*tableReads},
		{What: "copying", Of: fmt.Sprintf("%s states to the standby, between regions", thousands(copies)), USD: copies * copyKB / (1 << 20) * regionTransfer},
		{
			What: "history", Of: fmt.Sprintf("%.1f GB after %.0f days, recoverable", gb, runDays),
			USD: gb * (tableStorage + tableRecovery), Free: min(gb, freeStorage) * tableStorage,
		},
	}
}

func cloudWatchLines(p Plan) []Line {
	ingested := p.rounds() * float64(roundBytes()) / gigabyte
	for _, j := range p.Journeys {
		ingested += p.runs(j) * float64(p.runBytes(j)) / gigabyte
	}
	stored := ingested * logMonths * compressed
	freeBoards := 0.0
	if p.DashboardMetrics() <= freeDashboardMetrics {
		freeBoards = freeDashboards
	}
	return []Line{
		{
			What: "logs", Of: fmt.Sprintf("%.1f GB in, %.1f GB kept", ingested, stored), USD: ingested*logsIngested + stored*logsStored,
			Free: min(ingested, freeLogs)*logsIngested + min(stored, max(freeLogs-ingested, 0))*logsStored,
		},
		metered("metrics", fmt.Sprintf("%d of the %s", p.Metrics(), p.Detail), float64(p.Metrics()), customMetrics, freeMetrics),
		metered("alarms", fmt.Sprint(p.Alarms()), float64(p.Alarms()), alarmMetrics, freeAlarms),
		metered("dashboard", fmt.Sprintf("%d, of %d metrics", Dashboards, p.DashboardMetrics()), Dashboards, dashboards, freeBoards),
	}
}

// secretsLine is the price of reading the secrets. Each warm function reads all of its own again after secrets.Fresh; there is
// one warm probe for each journey of a region.
func secretsLine(p Plan) Line {
	refreshes := slots(secrets.Fresh)
	probes, pagers := float64(len(p.Journeys)*p.Regions), float64(p.pagers())
	if p.SecretsManager {
		documents, reads := float64(p.Regions)+pagers, refreshes*(probes+pagers)
		return Line{
			What: "secrets", Of: fmt.Sprintf("%.0f documents, %s reads", documents, thousands(reads)), USD: documents*secretDocuments + reads*secretReads,
		}
	}
	decrypted := refreshes * (probes*float64(p.secrets()) + pagers*phoneSecrets)
	return metered("secrets", fmt.Sprintf("%s decryptions", thousands(decrypted)), decrypted, keyRequests, freeKeyRequests)
}

// runBytes returns the size of the log lines of one run, as infra/cloudwatch writes them.
func (p Plan) runBytes(j JourneyCost) int {
	run := journey.Run{ID: "0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1d", Journey: j.Name, Region: "eu-central-1", Outcome: journey.Passed, Chrome: "HeadlessChrome/153.0.8010.0"}
	for _, s := range j.Steps {
		const millis = 1000
		run.Steps = append(run.Steps, journey.StepResult{Name: s.Name, Outcome: journey.Passed, DurationMS: millis, SlowMS: millis, LimitMS: millis})
	}
	return len(cloudwatch.Deployment("valkyrie").RunLines(run, p.Detail, "")) + platformBytes + storyBytes
}

func roundBytes() int {
	return len(cloudwatch.Deployment("valkyrie").TickLine(cloudwatch.Tick{Region: "eu-central-1", Rounds: 1})) + platformBytes
}

func evidenceLine(p Plan) Line {
	failed := p.Runs() * p.Failing
	gb := failed * evidenceMB / 1024 * float64(incident.RetainEvidence) / float64(Month)
	return Line{
		What: "evidence", Of: fmt.Sprintf("%s runs that fail, %.1f GB", thousands(failed), gb),
		USD: failed*evidenceFiles*bucketPuts + gb*bucketStorage,
	}
}

// keyLine is the price of a key. DynamoDB asks KMS again for each role after five minutes, which is the interval of the secrets too; S3
// and the logs cache their answers for much longer. The decryptions of the secrets are on their own line.
func keyLine(p Plan) Line {
	requests := slots(secrets.Fresh) * float64(p.Regions+2*p.pagers()) // of each probe's role, and of each pager's and webhook's
	return Line{
		What: "key", Of: fmt.Sprintf("%d replicas, %s requests for the tables", p.Regions, thousands(requests)),
		USD: float64(p.Regions)*keyMonths + requests*keyRequests, Free: min(requests, freeKeyRequests) * keyRequests,
	}
}

// networkLine is the price of a VPC: home's endpoints, and the other regions' NAT gateways. Of the traffic through these it counts that to
// home's table; a site that is reached through them, and not within the VPC, costs natTraffic for each of its gigabytes too.
func networkLine(p Plan) Line {
	hours, nats := Month.Hours(), float64(p.Regions-1)
	gb := p.Runs() / float64(p.Regions) * nats * remoteKB / (1 << 20)
	return Line{
		What: "private network", Of: fmt.Sprintf("%d endpoints in %d subnets at home, %.0f NAT gateways elsewhere, %.1f GB to home", p.Endpoints(), p.Subnets, nats, gb),
		USD: hours*float64(p.Endpoints()*p.Subnets)*interfaceHours + hours*nats*natHours + gb*natTraffic,
	}
}

func phoneLine(p Plan) Line {
	return Line{
		What: "phone", Of: fmt.Sprintf("a number, %d calls, %d texts", p.Calls, p.Texts),
		USD: twilioNumber + float64(p.Calls)*twilioMinute + float64(p.Texts)*twilioText,
	}
}
