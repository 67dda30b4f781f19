package config

import (
	"regexp"

	"valkyrie/alerts/oncall"
)

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
