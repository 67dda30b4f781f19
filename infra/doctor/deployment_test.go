package doctor_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"

	"valkyrie/alerts/config"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/twilio/standin"
	"valkyrie/infra/cloudtest"
	"valkyrie/infra/doctor"
	"valkyrie/infra/webhook"
)

const (
	home, standby, third = "eu-west-1", "eu-central-1", "us-east-1"
	token                = "0123456789abcdef0123456789abcdef"
)

// A place is an account with a deployment in three regions, all of it well; a test makes some of it ill.
type place struct {
	cloud       *cloudtest.Cloud
	webhook     string
	exchange    standin.Options
	stacks      map[string]bool   // regions that have one
	status      string            // of the stacks
	parameters  map[string]string // of the stacks
	enabled     map[string]string // schedules, with their state
	open        bool              // the bucket is
	ttl         string            // the attribute
	recoverable bool
	alarms      map[string]string // with their state
	people      config.Config
}

func newPlace(t *testing.T) *place {
	t.Helper()
	hook := httptest.NewServer(webhook.New(webhook.Config{Tokens: []string{token}}))
	t.Cleanup(hook.Close)
	p := &place{
		cloud: cloudtest.New(), webhook: hook.URL, stacks: map[string]bool{home: true, standby: true, third: true}, status: "UPDATE_COMPLETE",
		parameters: map[string]string{
			"Name": "valkyrie", "HomeRegion": home, "ProbeRegions": strings.Join([]string{home, standby, third}, ","),
			"SecretsIn": "ssm", "SecretsPath": "/valkyrie/", "TwilioAccountSid": standin.DemoAccountSID,
		},
		enabled: map[string]string{"print-card": "ENABLED", "create-order": "ENABLED", "pager": "ENABLED"},
		ttl:     "ttl", recoverable: true, alarms: map[string]string{"valkyrie-probe-errors": "OK"},
		exchange: standin.Options{AuthToken: token},
		people: config.Config{
			OnCall: oncall.OnCall{People: []oncall.Person{{Name: "Ada", Phone: "+4915112345678"}}}, Phone: config.Caller{From: "+4930123456"},
		},
	}
	t.Cleanup(p.cloud.Close)
	for _, region := range []string{home, standby, third} {
		for service, serve := range map[string]func(http.ResponseWriter, *http.Request, string){
			"cloudformation": p.serveStacks, "scheduler": p.serveSchedules, "s3": p.serveBucket, "dynamodb": p.serveTable, "monitoring": p.serveAlarms,
		} {
			p.cloud.Serve(region, service, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { serve(w, r, region) }))
		}
	}
	for name, value := range map[string]string{"probe/shop-email": "a@example.com", "probe/shop-password": "hunter22", "phone/twilio-auth-token": token} {
		p.cloud.Parameter("/valkyrie/"+name, value)
	}
	return p
}

func (p *place) serveStacks(w http.ResponseWriter, _ *http.Request, region string) {
	w.Header().Set("Content-Type", "text/xml")
	if !p.stacks[region] {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id valkyrie does not exist</Message></Error></ErrorResponse>`)
		return
	}
	outputs := map[string]string{"ScheduleGroup": "valkyrie", "EvidenceBucket": "evidence-" + region}
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

func (p *place) serveSchedules(w http.ResponseWriter, r *http.Request, region string) {
	all := []map[string]string{}
	for name, state := range p.enabled {
		if name != "pager" || region != third {
			all = append(all, map[string]string{"Name": name, "State": state, "GroupName": r.URL.Query().Get("ScheduleGroup")})
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"Schedules": all})
}

func (p *place) serveBucket(w http.ResponseWriter, r *http.Request, region string) {
	if _, ok := r.URL.Query()["publicAccessBlock"]; !ok || !strings.HasPrefix(r.URL.Path, "/evidence-"+region) {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	fmt.Fprintf(w, `<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>
<BlockPublicPolicy>%v</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>`, !p.open)
}

func (p *place) serveTable(w http.ResponseWriter, r *http.Request, _ string) {
	var answer any
	switch target := r.Header.Get("X-Amz-Target"); target[strings.Index(target, ".")+1:] {
	case "DescribeTable":
		answer = map[string]any{"Table": map[string]any{"TableStatus": "ACTIVE", "KeySchema": []map[string]string{
			{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"},
		}}}
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

// serveAlarms answers in the protocol that CloudWatch speaks: https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html.
func (p *place) serveAlarms(w http.ResponseWriter, _ *http.Request, _ string) {
	list := cbor.List{}
	for name, state := range p.alarms {
		list = append(list, cbor.Map{"AlarmName": cbor.String(name), "StateValue": cbor.String(state), "AlarmDescription": cbor.String("Look at its log group.")})
	}
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	w.Header().Set("Content-Type", "application/cbor")
	_, _ = w.Write(cbor.Encode(cbor.Map{"MetricAlarms": list}))
}

// examine is what the doctor finds.
func (p *place) examine(t *testing.T) (found []doctor.Finding) {
	t.Helper()
	ex := standin.New(p.exchange)
	ex.Incoming(p.webhook + "/twilio/reply")
	api := httptest.NewServer(ex)
	defer func() { ex.Close(); api.Close() }()
	doctor.Deployment{
		AWS: p.cloud.Config(home), Home: home, Stack: "valkyrie", Journeys: []string{"print-card", "create-order"}, Secrets: []string{"shop-email", "shop-password"},
		Alerts: p.people, PhoneAPI: api.URL, Client: &http.Client{Timeout: 10 * time.Second},
	}.Examine(t.Context(), func(f doctor.Finding) { found = append(found, f) })
	return found
}

// TestDeployment: one that is well has nothing to be known; and each thing that is not so is found, where it is, with its
// cure, and nothing else is.
func TestDeployment(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*place)
		verdict doctor.Verdict
		says    []string // of all findings that are not well, sorted; what is not in it must be well
	}{
		"all well":            {func(*place) {}, doctor.Well, nil},
		"not deployed":        {func(p *place) { p.stacks[home] = false }, doctor.Ill, []string{"stack in eu-west-1"}},
		"a region is missing": {func(p *place) { p.stacks[third] = false }, doctor.Ill, []string{"stack in us-east-1"}},
		"asked elsewhere":     {func(p *place) { p.parameters["HomeRegion"] = standby }, doctor.Ill, []string{"stack in eu-west-1: is not home: that is eu-central-1"}},
		"rolled back":         {func(p *place) { p.status = "UPDATE_ROLLBACK_COMPLETE" }, doctor.Ill, []string{"stack in eu-central-1", "stack in eu-west-1", "stack in us-east-1"}},
		"being deployed":      {func(p *place) { p.status = "UPDATE_IN_PROGRESS" }, doctor.Note, []string{"stack in eu-central-1", "stack in eu-west-1", "stack in us-east-1"}},
		"a schedule is off": {
			func(p *place) { p.enabled["print-card"] = "DISABLED" }, doctor.Ill,
			[]string{"schedules in eu-central-1: none is enabled for print-card", "schedules in eu-west-1", "schedules in us-east-1"},
		},
		"the pager is off": {func(p *place) { delete(p.enabled, "pager") }, doctor.Ill, []string{"schedules in eu-central-1: none is enabled for pager", "schedules in eu-west-1: none is enabled for pager"}},
		"a stranger": {
			func(p *place) { p.enabled["browse"] = "ENABLED" }, doctor.Note, []string{"schedules in eu-central-1: there is one for browse", "schedules in eu-west-1", "schedules in us-east-1"},
		},
		"paused":            {func(p *place) { p.parameters["Schedules"] = "DISABLED" }, doctor.Note, []string{"schedules in eu-central-1: are paused", "schedules in eu-west-1", "schedules in us-east-1"}},
		"an open bucket":    {func(p *place) { p.open = true }, doctor.Ill, []string{"evidence in eu-central-1: the bucket evidence-eu-central-1 may be public", "evidence in eu-west-1", "evidence in us-east-1"}},
		"what is old stays": {func(p *place) { p.ttl = "expires" }, doctor.Note, []string{"table in eu-central-1: what is old stays", "table in eu-west-1"}},
		"no way back":       {func(p *place) { p.recoverable = false }, doctor.Note, []string{"table in eu-central-1: what is deleted", "table in eu-west-1"}},
		"no secrets": {
			func(p *place) { p.parameters["SecretsPath"] = "/other/" }, doctor.Ill,
			[]string{
				"secrets in eu-central-1, phone: ssm:/other/phone/ lacks twilio-auth-token", "secrets in eu-central-1, probe: ssm:/other/probe/ lacks shop-email, shop-password",
				"secrets in eu-west-1, phone", "secrets in eu-west-1, probe", "secrets in us-east-1, probe",
			},
		},
		"an alarm":      {func(p *place) { p.alarms["valkyrie-pager-silent"] = "ALARM" }, doctor.Ill, []string{"alarms in eu-central-1: valkyrie-pager-silent: Look at", "alarms in eu-west-1", "alarms in us-east-1"}},
		"no alarms":     {func(p *place) { p.alarms = nil }, doctor.Ill, []string{"alarms in eu-central-1: there are none", "alarms in eu-west-1", "alarms in us-east-1"}},
		"another token": {func(p *place) { p.cloud.Parameter("/valkyrie/phone/twilio-auth-token", strings.Repeat("f", 32)) }, doctor.Ill, []string{"Twilio: twilio: account"}},
		"rotating tokens": {func(p *place) {
			p.cloud.Parameter("/valkyrie/phone/twilio-auth-token", token+" "+strings.Repeat("f", 32))
		}, doctor.Well, nil},
		"an example":   {func(p *place) { p.people.Phone.From = "+12025550100" }, doctor.Ill, []string{"number +12025550100: is an example"}},
		"webhook down": {func(p *place) { p.webhook = "http://127.0.0.1:1" }, doctor.Ill, []string{"webhook in eu-central-1: cannot be reached", "webhook in eu-west-1"}},
		"Secrets Manager": {
			func(p *place) {
				p.parameters["SecretsIn"] = "secretsmanager"
				p.cloud.Secret("/valkyrie/probe", `{"shop-email": "a@example.com", "shop-password": "hunter22"}`)
				p.cloud.Secret("/valkyrie/phone", `{"twilio-auth-token": "`+token+`"}`)
			}, doctor.Well, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			c.change(p)
			var unwell []doctor.Finding
			for _, f := range p.examine(t) {
				if strings.Contains(f.Says+f.Cure, token) || strings.Contains(f.Says, "hunter22") {
					t.Errorf("a secret is told: %v", f)
				}
				if f.Verdict != doctor.Well {
					unwell = append(unwell, f)
				}
			}
			slices.SortFunc(unwell, func(a, b doctor.Finding) int { return strings.Compare(a.What, b.What) })
			if len(unwell) != len(c.says) {
				t.Fatalf("%d findings, want %d: %v", len(unwell), len(c.says), unwell)
			}
			for i, f := range unwell {
				wantFinding(t, name, f, c.verdict, c.says[i])
			}
		})
	}
}
