package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"unicode/utf8"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/phrase"
)

// notifications checks severities, notes of journeys and maintenance windows.
func (c *checker) notifications(o oncall.OnCall, journeys []string) {
	c.severities("on_call.severity", o.Severities)
	for _, name := range slices.Sorted(maps.Keys(o.Journeys)) {
		path := "on_call.journeys." + name
		c.journey(path, name, journeys)
		notes := o.Journeys[name]
		c.severities(path+".severity", notes.Severity)
		c.address(path+".runbook", notes.Runbook, maxAddress)
		if n := utf8.RuneCountInString(notes.Say); n > maxSay {
			c.fault(path+".say", "expected at most %d characters, got %d: a call is not a letter", maxSay, n)
		}
	}
	c.address("on_call.play", o.Play, maxPlay)
	c.address("on_call.evidence_url", o.EvidenceURL, maxAddress)
	for i, m := range o.Maintenance {
		path := fmt.Sprintf("on_call.maintenance.%d", i)
		for j, name := range m.Journeys {
			c.journey(fmt.Sprintf("%s.journeys.%d", path, j), name, journeys)
		}
		c.maintenance(path, m)
	}
}

// Bounds in characters, so that an address fits into a text or a call's document.
const (
	maxAddress = 100
	maxPlay    = 300
	maxSay     = 300
)

// webURL excludes characters that an SMS encodes as two, or not at all.
var webURL = regexp.MustCompile(`^https?://[0-9A-Za-z.-]+(:\d+)?(/[0-9A-Za-z._/?&=%#+:,@!*'()-]*)?$`)

func (c *checker) address(path, address string, longest int) {
	if address != "" && (!webURL.MatchString(address) || len(address) > longest) {
		c.fault(path, "expected an address such as https://example.com/x, of at most %d plain characters, got %q", longest, address)
	}
}

func (c *checker) journey(path, name string, journeys []string) {
	if !slices.Contains(journeys, name) {
		c.unknown(path, "journey", name, journeys, "; list it in probes/probes.go")
	}
}

// absent reports a name that a field of the file lacks, and suggests the nearest of those it has.
func (c *checker) absent(path, name, among string, known []string) {
	hint := ""
	if question := didYouMean(Nearest(name, known)); question != "" {
		hint = ";" + question
	}
	c.fault(path, "%q is not among %s%s", name, among, hint)
}

// unknown reports a name that is not among the known ones: it suggests the nearest and lists them all. When none is near, the
// cure follows.
func (c *checker) unknown(path, what, name string, known []string, cure string) {
	question := didYouMean(Nearest(name, known))
	if question != "" {
		cure = ""
	}
	c.fault(path, "there is no %s %q;%s there are: %s%s", what, name, question, phrase.List(known), cure)
}

func (c *checker) severities(path string, m map[incident.Kind]oncall.Severity) {
	for _, kind := range slices.Sorted(maps.Keys(m)) {
		at := path + "." + string(kind)
		if !slices.Contains(incident.Kinds(), kind) {
			c.unknown(at, "kind of incident", string(kind), oncall.KindNames(), "")
		}
		if !slices.Contains(oncall.AllSeverities, m[kind]) {
			c.fault(at, "expected page, notify or log, got %q", m[kind])
		}
	}
}

func (c *checker) maintenance(path string, m oncall.Maintenance) {
	once, recurring := !m.From.IsZero() || !m.To.IsZero(), m.Every.IsSet() || m.For != 0
	longest := 7 * aDay
	if m.Every.Daily {
		longest = aDay
	}
	zone := m.Zone.Location()
	switch {
	case c.anyUnreadable(path, "from", "to", "every", "for"):
	case once == recurring:
		c.fault(path, "expected either from and to, or every and for")
	case recurring && !m.Every.IsSet():
		c.fault(path+".every", "expected a time such as \"Sunday 03:00\", or \"03:00\" for every day")
	case recurring && (m.For <= 0 || m.For >= longest):
		c.fault(path+".for", "expected a duration over 0 and under %v, got %v: it would never begin, or never end", longest, m.For)
	case once && (m.From.IsZero() || m.To.IsZero()):
		c.fault(path, "expected a from and a to such as \"2026-12-24 09:00\"")
	case once && !m.From.In(zone).Before(m.To.In(zone)):
		c.fault(path+".to", "expected a time after %v, got %v", m.From, m.To)
	case once && m.To.In(zone).Sub(m.From.In(zone)) > maxMaintenance:
		c.fault(path+".to", "expected a time at most %s after %v, got %v: nothing pages in it; take a journey that is to be quiet for longer out of probes/probes.go", formatBound(maxMaintenance), m.From, m.To)
	}
}

var (
	awsRegion = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-\d$`)
	topicARN  = regexp.MustCompile(`^arn:aws[a-z-]*:sns:([a-z0-9-]+):\d{12}:[A-Za-z0-9_-]{1,256}$`)
	// https://docs.aws.amazon.com/pinpoint/latest/apireference_smsvoicev2/API_SendVoiceMessage.html
	origination = regexp.MustCompile(`^(\+[1-9]\d{6,14}|(phone|pool)-[0-9a-z]{32}|arn:aws[a-z-]*:sms-voice:[A-Za-z0-9:/_-]{1,200})$`)
	senderID    = regexp.MustCompile(`^[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*$`)
)

// failover checks the failover channel, as its faults would otherwise show only when it is needed.
func (c *checker) failover(o oncall.OnCall) {
	const path = "on_call.second_channel"
	const longestSender = 11 // https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-phone.html
	s := o.Failover
	if s == nil {
		if c.node(path) != nil {
			c.fault(path, "expected region, and voice, topic or sender")
		}
		return
	}
	if !awsRegion.MatchString(s.Region) {
		c.fault(path+".region", "expected a region of AWS such as eu-west-1, got %q", s.Region)
	}
	if s.Voice != "" && !origination.MatchString(s.Voice) {
		c.fault(path+".voice", "expected a phone number such as \"+12025550111\", or the id or ARN of a number or a pool, got %q", s.Voice)
	}
	if m := topicARN.FindStringSubmatch(s.Topic); s.Topic != "" && (m == nil || m[1] != s.Region) {
		c.fault(path+".topic", "expected the ARN of an SNS topic in %s, such as arn:aws:sns:%[1]s:123456789012:valkyrie, got %q", s.Region, s.Topic)
	}
	if s.Sender != "" && (!senderID.MatchString(s.Sender) || len(s.Sender) > longestSender) {
		c.fault(path+".sender", "expected 1 to %d letters and digits, a letter among them, got %q", longestSender, s.Sender)
	}
}
