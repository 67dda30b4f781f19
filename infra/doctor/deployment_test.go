package doctor_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"

	"valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio/standin"
	"valkyrie/infra/cloudtest"
	"valkyrie/infra/doctor"
	"valkyrie/infra/sqlite"
	"valkyrie/infra/webhook"
)

const (
	home, standby, third = "eu-west-1", "eu-central-1", "us-east-1"
	token                = "0123456789abcdef0123456789abcdef"
)

// A fakeDeployment is an account with a healthy deployment in three regions, in which a test introduces faults.
type fakeDeployment struct {
	cloud       *cloudtest.Cloud
	webhook     string
	exchange    standin.Options
	stacks      map[string]bool   // regions that have a stack
	status      string            // of all stacks
	parameters  map[string]string // of all stacks
	enabled     map[string]string // states of the schedules, by name
	open        bool              // the bucket is public
	ttl         string            // the attribute of the time to live
	recoverable bool
	alarms      map[string]string // states of the alarms, by name
	people      config.Config
	changed     time.Time         // when the alarms were deployed
	subscribers map[string]string // of the alarm topic: ARNs by address
	letters     []string          // bodies of messages in the queues
	scheduled   map[string]string // attributes of the first letter
	free        int               // unreserved concurrency
	pager       string            // the error of the pager function
	fallback    string            // path of the fallback for messages to the number
	pause       *incident.Pause   // of a region
}

// examined is the time of the examination.
var examined = time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC)

func newFakeDeployment(t *testing.T) *fakeDeployment {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	var handler http.Handler
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(hook.Close)
	handler = webhook.New(webhook.Config{
		PublicURL: hook.URL, Tokens: []string{token}, Changed: func(context.Context) {},
		Pager: func(context.Context, string) *paging.Pager {
			return &paging.Pager{Store: store, Log: slog.New(slog.DiscardHandler)}
		},
	})
	p := &fakeDeployment{
		cloud: cloudtest.New(), webhook: hook.URL, stacks: map[string]bool{home: true, standby: true, third: true}, status: "UPDATE_COMPLETE",
		parameters: map[string]string{
			"Name": "valkyrie", "HomeRegion": home, "StandbyRegion": standby, "ProbeRegions": strings.Join([]string{home, standby, third}, ","),
			"SecretsIn": "ssm", "SecretsPath": "/valkyrie/", "TwilioAccountSid": standin.DemoAccountSID,
		},
		enabled: map[string]string{"print-card": "ENABLED", "create-order": "ENABLED", "pager": "ENABLED"},
		ttl:     "ttl", recoverable: true, alarms: map[string]string{"valkyrie-probe-errors": "OK"},
		exchange: standin.Options{AuthToken: token}, free: 1000, fallback: "/twilio/reply",
		subscribers: map[string]string{"ops@example.com": "arn:aws:sns:eu-west-1:123456789012:valkyrie-alarms:1"},
		people: config.Config{
			OnCall: oncall.OnCall{People: []oncall.Person{{Name: "Ada", Phone: "+4915112345678"}}}, Phone: config.Caller{From: "+4930123456"},
		},
	}
	t.Cleanup(p.cloud.Close)
	for _, region := range []string{home, standby, third} {
		for service, serve := range map[string]func(http.ResponseWriter, *http.Request, string){
			"cloudformation": p.serveStacks, "sns": p.serveTopic, "sqs": p.serveQueue, "lambda": p.serveFunctions, "scheduler": p.serveSchedules, "s3": p.serveBucket, "dynamodb": p.serveTable, "monitoring": p.serveAlarms,
		} {
			p.cloud.Serve(region, service, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { serve(w, r, region) }))
		}
	}
	for name, value := range map[string]string{"probe/shop-email": "a@example.com", "probe/shop-password": "hunter22", "phone/twilio-auth-token": token} {
		p.cloud.Parameter("/valkyrie/"+name, value)
	}
	return p
}

func (p *fakeDeployment) serveStacks(w http.ResponseWriter, r *http.Request, region string) {
	w.Header().Set("Content-Type", "text/xml")
	if r.FormValue("Action") == "ListStackResources" {
		fmt.Fprint(w, `<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>`)
		resource := func(kind, id string) {
			fmt.Fprintf(w, `<member><ResourceType>%s</ResourceType><PhysicalResourceId>%s</PhysicalResourceId></member>`, kind, id)
		}
		resource("AWS::SQS::Queue", "https://sqs."+region+".amazonaws.com/123456789012/valkyrie-dead-letters")
		for name := range p.alarms {
			if !strings.HasPrefix(name, "valkyrie-eu-") { // another deployment's
				resource("AWS::CloudWatch::Alarm", name)
			}
		}
		fmt.Fprint(w, `</StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>`)
		return
	}
	if !p.stacks[region] {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id valkyrie does not exist</Message></Error></ErrorResponse>`)
		return
	}
	outputs := map[string]string{"ScheduleGroup": "valkyrie", "AlarmTopic": "arn:aws:sns:" + region + ":123456789012:valkyrie-alarms", "EvidenceBucket": "evidence-" + region}
	if region != third {
		outputs["TableName"], outputs["WebhookUrl"], outputs["PagerFunction"] = "valkyrie", p.webhook, "valkyrie-pager"
	}
	members := func(kind string, values map[string]string) (xml string) {
		for key, value := range values {
			xml += fmt.Sprintf("<member><%sKey>%s</%sKey><%sValue>%s</%sValue></member>", kind, key, kind, kind, value, kind)
		}
		return xml
	}
	fmt.Fprintf(w, `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member>
<StackName>valkyrie</StackName><StackStatus>%s</StackStatus><CreationTime>2026-11-21T06:00:00Z</CreationTime>
<Parameters>%s</Parameters><Outputs>%s</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
		p.status, members("Parameter", p.parameters), members("Output", outputs))
}

func (p *fakeDeployment) serveSchedules(w http.ResponseWriter, r *http.Request, region string) {
	all := []map[string]string{}
	for name, state := range p.enabled {
		if name != "pager" || region != third {
			all = append(all, map[string]string{"Name": name, "State": state, "GroupName": r.URL.Query().Get("ScheduleGroup")})
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"Schedules": all})
}

func (p *fakeDeployment) serveBucket(w http.ResponseWriter, r *http.Request, region string) {
	if _, ok := r.URL.Query()["publicAccessBlock"]; !ok || !strings.HasPrefix(r.URL.Path, "/evidence-"+region) {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	fmt.Fprintf(w, `<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>
<BlockPublicPolicy>%v</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>`, !p.open)
}

func (p *fakeDeployment) serveTable(w http.ResponseWriter, r *http.Request, _ string) {
	var answer any
	switch target := r.Header.Get("X-Amz-Target"); target[strings.Index(target, ".")+1:] {
	case "DescribeTable":
		answer = map[string]any{"Table": map[string]any{"TableStatus": "ACTIVE", "KeySchema": []map[string]string{
			{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"},
		}}}
	case "GetItem":
		answer = map[string]any{}
		if p.pause != nil {
			data, _ := json.Marshal(paging.NotificationState{Pauses: []incident.Pause{*p.pause}})
			answer = map[string]any{"Item": map[string]any{"version": map[string]string{"N": "1"}, "data": map[string]any{"B": data}}}
		}
	case "DescribeTimeToLive":
		answer = map[string]any{"TimeToLiveDescription": map[string]string{"TimeToLiveStatus": "ENABLED", "AttributeName": p.ttl}}
	case "DescribeContinuousBackups":
		state := map[bool]string{true: "ENABLED", false: "DISABLED"}[p.recoverable]
		answer = map[string]any{"ContinuousBackupsDescription": map[string]any{
			"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": map[string]string{"PointInTimeRecoveryStatus": state},
		}}
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_ = json.NewEncoder(w).Encode(answer)
}

// serveAlarms implements CloudWatch's protocol: https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html.
func (p *fakeDeployment) serveAlarms(w http.ResponseWriter, r *http.Request, _ string) {
	body, _ := io.ReadAll(r.Body)
	request, _ := cbor.Decode(body)
	list := cbor.List{}
	for _, name := range request.(cbor.Map)["AlarmNames"].(cbor.List) {
		state, ok := p.alarms[string(name.(cbor.String))]
		if !ok || state == "" {
			continue
		}
		list = append(list, cbor.Map{
			"AlarmName": name, "StateValue": cbor.String(state), "AlarmDescription": cbor.String("Look at its log group."), "Period": cbor.Uint(60), "EvaluationPeriods": cbor.Uint(5),
			"AlarmConfigurationUpdatedTimestamp": &cbor.Tag{ID: 1, Value: cbor.Float64(p.changed.Unix())},
		})
	}
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	w.Header().Set("Content-Type", "application/cbor")
	_, _ = w.Write(cbor.Encode(cbor.Map{"MetricAlarms": list}))
}

func (p *fakeDeployment) serveTopic(w http.ResponseWriter, r *http.Request, region string) {
	w.Header().Set("Content-Type", "text/xml")
	if r.FormValue("TopicArn") != "arn:aws:sns:"+region+":123456789012:valkyrie-alarms" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	fmt.Fprint(w, `<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions>`)
	for address, arn := range p.subscribers {
		fmt.Fprintf(w, `<member><Endpoint>%s</Endpoint><SubscriptionArn>%s</SubscriptionArn></member>`, address, arn)
	}
	fmt.Fprint(w, `</Subscriptions></ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>`)
}

func (p *fakeDeployment) serveQueue(w http.ResponseWriter, r *http.Request, _ string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	if strings.HasSuffix(r.Header.Get("X-Amz-Target"), "GetQueueAttributes") {
		fmt.Fprintf(w, `{"Attributes":{"ApproximateNumberOfMessages":"%d"}}`, len(p.letters))
		return
	}
	type attribute struct{ DataType, StringValue string }
	type message struct {
		Body, MD5OfBody   string
		MessageAttributes map[string]attribute
	}
	var all []message
	for n, body := range p.letters {
		m := message{Body: body, MD5OfBody: fmt.Sprintf("%x", md5.Sum([]byte(body))), MessageAttributes: map[string]attribute{}}
		for name, value := range p.scheduled {
			if n == 0 {
				m.MessageAttributes[name] = attribute{"String", value}
			}
		}
		all = append(all, m)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"Messages": all})
}

func (p *fakeDeployment) serveFunctions(w http.ResponseWriter, r *http.Request, _ string) {
	if strings.HasSuffix(r.URL.Path, "/account-settings") || strings.HasSuffix(r.URL.Path, "/account-settings/") {
		fmt.Fprintf(w, `{"AccountLimit":{"ConcurrentExecutions":1000,"UnreservedConcurrentExecutions":%d}}`, p.free)
		return
	}
	payload, _ := io.ReadAll(r.Body)
	if !bytes.Contains(payload, []byte(`"poked":`)) || !strings.Contains(r.URL.Path, "/functions/valkyrie-pager/") {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if p.pager != "" {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		_ = json.NewEncoder(w).Encode(map[string]string{"errorMessage": p.pager})
	}
}

// examine returns the findings.
func (p *fakeDeployment) examine(t *testing.T) (found []doctor.Finding) {
	t.Helper()
	p.exchange.Account.Fallback = p.webhook + p.fallback
	ex := standin.New(p.exchange)
	ex.Incoming(p.webhook + "/twilio/reply")
	api := httptest.NewServer(ex)
	defer func() { ex.Close(); api.Close() }()
	doctor.Target{
		AWS: p.cloud.Config(home), Home: home, Stack: "valkyrie", Journeys: []string{"print-card", "create-order"}, Secrets: []string{"shop-email", "shop-password"},
		Alerts: p.people, PhoneAPI: api.URL, Client: &http.Client{Timeout: 10 * time.Second}, TimeNow: func() time.Time { return examined },
	}.Examine(t.Context(), func(f doctor.Finding) { found = append(found, f) })
	return found
}

// TestExamine checks that a healthy deployment has only OK findings, and that each fault yields exactly the findings that
// concern it, with region and cure.
func TestExamine(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*fakeDeployment)
		verdict doctor.Verdict
		says    []string // of all findings that are not OK, sorted; all others must be OK
	}{
		"all well":            {func(*fakeDeployment) {}, doctor.OK, nil},
		"not deployed":        {func(p *fakeDeployment) { p.stacks[home] = false }, doctor.Problem, []string{"stack in eu-west-1"}},
		"a region is missing": {func(p *fakeDeployment) { p.stacks[third] = false }, doctor.Problem, []string{"stack in us-east-1"}},
		"not the home region": {func(p *fakeDeployment) { p.parameters["HomeRegion"] = standby }, doctor.Problem, []string{"stack in eu-west-1: is not in the home region, which is eu-central-1"}},
		"rolled back":         {func(p *fakeDeployment) { p.status = "UPDATE_ROLLBACK_COMPLETE" }, doctor.Problem, []string{"stack in eu-central-1", "stack in eu-west-1", "stack in us-east-1"}},
		"being deployed":      {func(p *fakeDeployment) { p.status = "UPDATE_IN_PROGRESS" }, doctor.Warning, []string{"stack in eu-central-1", "stack in eu-west-1", "stack in us-east-1"}},
		"a schedule is off": {
			func(p *fakeDeployment) { p.enabled["print-card"] = "DISABLED" }, doctor.Problem,
			[]string{"schedules in eu-central-1: none is enabled for print-card", "schedules in eu-west-1", "schedules in us-east-1"},
		},
		"the pager is off": {func(p *fakeDeployment) { delete(p.enabled, "pager") }, doctor.Problem, []string{"schedules in eu-central-1: none is enabled for pager", "schedules in eu-west-1: none is enabled for pager"}},
		"an unknown schedule": {
			func(p *fakeDeployment) { p.enabled["browse"] = "ENABLED" }, doctor.Warning, []string{"schedules in eu-central-1: there is one for browse", "schedules in eu-west-1", "schedules in us-east-1"},
		},
		"paused": {func(p *fakeDeployment) { p.parameters["Schedules"] = "DISABLED" }, doctor.Warning, []string{"schedules in eu-central-1: are paused", "schedules in eu-west-1", "schedules in us-east-1"}},
		"paused by hand": {func(p *fakeDeployment) {
			p.parameters["Schedules"], p.pause = "DISABLED", &incident.Pause{Region: third, Until: examined.Add(time.Hour)}
		}, doctor.Warning, []string{"schedules in eu-central-1: are paused: no journey runs from here, which is missed", "schedules in eu-west-1", "schedules in us-east-1: are paused: no journey runs from here, which is not missed until 2026-11-21 07:00 UTC"}},
		"still paused": {func(p *fakeDeployment) { p.pause = &incident.Pause{Region: third, Until: examined.Add(time.Hour)} }, doctor.Warning, []string{"region us-east-1: is paused: its runs are not missed until 2026-11-21 07:00 UTC"}},
		"being removed": {func(p *fakeDeployment) {
			p.pause = &incident.Pause{Region: third, Until: examined.Add(time.Hour), Removed: true}
		}, doctor.Warning, []string{"region us-east-1: is being removed"}},
		"a pause that is over":  {func(p *fakeDeployment) { p.pause = &incident.Pause{Region: third, Until: examined} }, doctor.OK, nil},
		"no fallback for texts": {func(p *fakeDeployment) { p.fallback = "" }, doctor.Warning, []string{"number +4930123456: posts messages that home does not take to"}},
		"an open bucket":        {func(p *fakeDeployment) { p.open = true }, doctor.Problem, []string{"evidence in eu-central-1: the bucket evidence-eu-central-1 may be public", "evidence in eu-west-1", "evidence in us-east-1"}},
		"no time to live":       {func(p *fakeDeployment) { p.ttl = "expires" }, doctor.Warning, []string{"table in eu-central-1: old rows are not deleted", "table in eu-west-1"}},
		"no recovery":           {func(p *fakeDeployment) { p.recoverable = false }, doctor.Warning, []string{"table in eu-central-1: rows deleted by mistake", "table in eu-west-1"}},
		"no secrets": {
			func(p *fakeDeployment) { p.parameters["SecretsPath"] = "/other/" }, doctor.Problem,
			[]string{
				"secrets in eu-central-1, phone: ssm:/other/phone/ lacks twilio-auth-token", "secrets in eu-central-1, probe: ssm:/other/probe/ lacks shop-email, shop-password",
				"secrets in eu-west-1, phone", "secrets in eu-west-1, probe", "secrets in us-east-1, probe",
			},
		},
		"an alarm": {func(p *fakeDeployment) { p.alarms["valkyrie-pager-silent"] = "ALARM" }, doctor.Problem, []string{"alarms in eu-central-1: valkyrie-pager-silent: Look at", "alarms in eu-west-1", "alarms in us-east-1"}},
		"a new alarm": {func(p *fakeDeployment) {
			p.alarms["valkyrie-pager-silent"], p.changed = "ALARM", examined.Add(-9*time.Minute)
		}, doctor.Warning, []string{"alarms in eu-central-1: new, and without enough data yet: valkyrie-pager-silent", "alarms in eu-west-1", "alarms in us-east-1"}},
		"no longer new": {func(p *fakeDeployment) {
			p.alarms["valkyrie-pager-silent"], p.changed = "ALARM", examined.Add(-11*time.Minute)
		}, doctor.Problem, []string{"alarms in eu-central-1: valkyrie-pager-silent: Look at", "alarms in eu-west-1", "alarms in us-east-1"}},
		"an alarm without data":       {func(p *fakeDeployment) { p.alarms["valkyrie-pager-silent"] = "INSUFFICIENT_DATA" }, doctor.OK, nil},
		"another deployment's alarm":  {func(p *fakeDeployment) { p.alarms["valkyrie-eu-probe-errors"] = "ALARM" }, doctor.OK, nil},
		"a deleted alarm":             {func(p *fakeDeployment) { p.alarms["valkyrie-pager-silent"] = "" }, doctor.Problem, []string{"alarms in eu-central-1: 1 of 2 are missing", "alarms in eu-west-1", "alarms in us-east-1"}},
		"nobody subscribed":           {func(p *fakeDeployment) { p.subscribers = nil }, doctor.Warning, []string{"alarm topic in eu-central-1: has no subscriber", "alarm topic in eu-west-1", "alarm topic in us-east-1"}},
		"an unconfirmed subscription": {func(p *fakeDeployment) { p.subscribers["late@example.com"] = "PendingConfirmation" }, doctor.Problem, []string{"alarm topic in eu-central-1: late@example.com has not confirmed", "alarm topic in eu-west-1", "alarm topic in us-east-1"}},
		"a dead letter of Lambda": {func(p *fakeDeployment) {
			p.letters = slices.Repeat([]string{`{"requestContext":{"functionArn":"arn:aws:lambda:eu-west-1:123456789012:function:valkyrie-probe:$LATEST","condition":"RetriesExhausted"},"requestPayload":{"journey":"print-card"},"responsePayload":{"errorMessage":"Task timed out after 120.00 seconds"}}`}, 2)
		}, doctor.Warning, []string{"dead letters in eu-central-1: about 2; of the first: 2 × valkyrie-probe on print-card: Task timed out after 120.00 seconds (RetriesExhausted)", "dead letters in eu-west-1", "dead letters in us-east-1"}},
		"a dead letter of a schedule": {func(p *fakeDeployment) {
			p.letters = []string{`{"journey":"print-card"}`}
			p.scheduled = map[string]string{"ERROR_CODE": "TooManyRequestsException", "ERROR_MESSAGE": "Rate Exceeded.", "SCHEDULE_ARN": "arn:aws:scheduler:eu-west-1:123456789012:schedule/valkyrie/print-card"}
		}, doctor.Warning, []string{"dead letters in eu-central-1: about 1; of the first: 1 × the schedule print-card: Rate Exceeded. (TooManyRequestsException)", "dead letters in eu-west-1", "dead letters in us-east-1"}},
		"an account of ten":      {func(p *fakeDeployment) { p.free = 6 }, doctor.Problem, []string{"Lambda in eu-central-1: the account runs 1000 functions at once, 6 of them unreserved, and 2 journeys in one minute need 7", "Lambda in eu-west-1", "Lambda in us-east-1"}},
		"the pager fails":        {func(p *fakeDeployment) { p.pager = "open alerts.yaml: no such file" }, doctor.Problem, []string{"pager in eu-central-1: fails: open alerts.yaml: no such file", "pager in eu-west-1"}},
		"no key of heartbeats":   {func(p *fakeDeployment) { p.people.Judge.Heartbeats = []judge.HeartbeatPolicy{{Name: "nightly"}} }, doctor.Problem, []string{"secrets in eu-central-1, phone: ssm:/valkyrie/phone/ lacks beat-key", "secrets in eu-west-1, phone"}},
		"no secret of a webhook": {func(p *fakeDeployment) { p.people.Subscribers.Webhooks = []config.Webhook{{Secret: "status-hook"}} }, doctor.Problem, []string{"secrets in eu-central-1, tell: ssm:/valkyrie/tell/ lacks status-hook", "secrets in eu-west-1, tell"}},
		"no alarms":              {func(p *fakeDeployment) { p.alarms = nil }, doctor.Problem, []string{"alarms in eu-central-1: there are none", "alarms in eu-west-1", "alarms in us-east-1"}},
		"another token": {func(p *fakeDeployment) {
			p.cloud.Parameter("/valkyrie/phone/twilio-auth-token", strings.Repeat("f", 32))
		}, doctor.Problem, []string{"Twilio: twilio: account", "webhook in eu-central-1: rejects a key press that is signed with the token", "webhook in eu-west-1"}},
		"rotating tokens": {func(p *fakeDeployment) {
			p.cloud.Parameter("/valkyrie/phone/twilio-auth-token", token+" "+strings.Repeat("f", 32))
		}, doctor.OK, nil},
		"an example":   {func(p *fakeDeployment) { p.people.Phone.From = "+12025550100" }, doctor.Problem, []string{"number +12025550100: is an example"}},
		"webhook down": {func(p *fakeDeployment) { p.webhook = "http://127.0.0.1:1" }, doctor.Problem, []string{"webhook in eu-central-1: cannot be reached", "webhook in eu-west-1"}},
		"Secrets Manager": {
			func(p *fakeDeployment) {
				p.parameters["SecretsIn"] = "secretsmanager"
				p.cloud.Secret("/valkyrie/probe", `{"shop-email": "a@example.com", "shop-password": "hunter22"}`)
				p.cloud.Secret("/valkyrie/phone", `{"twilio-auth-token": "`+token+`"}`)
			}, doctor.OK, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newFakeDeployment(t)
			c.change(p)
			var notOK []doctor.Finding
			for _, f := range p.examine(t) {
				if strings.Contains(f.Says+f.Cure, token) || strings.Contains(f.Says, "hunter22") {
					t.Errorf("a secret is in the finding: %v", f)
				}
				if f.Verdict != doctor.OK {
					notOK = append(notOK, f)
				}
			}
			slices.SortFunc(notOK, func(a, b doctor.Finding) int { return strings.Compare(a.What, b.What) })
			if len(notOK) != len(c.says) {
				t.Fatalf("%d findings, want %d: %v", len(notOK), len(c.says), notOK)
			}
			for i, f := range notOK {
				wantFinding(t, name, f, c.verdict, c.says[i])
			}
		})
	}
}
