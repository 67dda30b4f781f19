package standin

import (
	"fmt"
	"strconv"
	"time"
)

const apiVersion = "2010-04-01"

// stamp formats a time as the 2010 API does, in RFC 2822 and UTC; the zero time is null.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC1123Z)
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// startTime is the time of dialling; zero in the queue.
func (c *call) startTime() time.Time {
	if c.Status == "queued" {
		return time.Time{}
	}
	return c.Created
}

func (t *text) dateSent() time.Time {
	if t.Status == "queued" {
		return time.Time{}
	}
	return t.Created
}

func (c *call) seconds() string {
	if c.Answered.IsZero() || c.Ended.IsZero() {
		return ""
	}
	return strconv.Itoa(int(c.Ended.Sub(c.Answered).Round(time.Second).Seconds()))
}

// callJSON is the Call resource. The caller holds mu.
func (ex *Exchange) callJSON(c *call) map[string]any {
	uri := fmt.Sprintf("/%s/Accounts/%s/Calls/%s.json", apiVersion, ex.cfg.AccountSID, c.SID)
	return map[string]any{
		"sid": c.SID, "account_sid": ex.cfg.AccountSID, "api_version": apiVersion, "uri": uri,
		"to": c.To, "to_formatted": c.To, "from": c.From, "from_formatted": c.From,
		"status": c.Status, "direction": "outbound-api", "answered_by": orNull(c.AnsweredBy),
		"date_created": stamp(c.Created), "date_updated": stamp(ex.cfg.TimeNow()),
		"start_time": stamp(c.startTime()), "end_time": stamp(c.Ended), "duration": orNull(c.seconds()),
		"price": nil, "price_unit": "USD", "queue_time": "0", "parent_call_sid": nil, "phone_number_sid": nil,
		"forwarded_from": nil, "caller_name": nil, "group_sid": nil, "trunk_sid": nil,
		"subresource_uris": map[string]any{},
	}
}

// textJSON is the Message resource. The caller holds mu.
func (ex *Exchange) textJSON(t *text) map[string]any {
	uri := fmt.Sprintf("/%s/Accounts/%s/Messages/%s.json", apiVersion, ex.cfg.AccountSID, t.SID)
	var code, message any
	if t.Code != 0 {
		code, message = t.Code, words(t.Code)
	}
	return map[string]any{
		"sid": t.SID, "account_sid": ex.cfg.AccountSID, "api_version": apiVersion, "uri": uri,
		"to": t.To, "from": t.From, "body": t.Body, "status": t.Status, "direction": "outbound-api",
		"num_segments": strconv.Itoa(t.Segments), "num_media": "0", "messaging_service_sid": nil,
		"date_created": stamp(t.Created), "date_updated": stamp(ex.cfg.TimeNow()), "date_sent": stamp(t.dateSent()),
		"error_code": code, "error_message": message, "price": nil, "price_unit": "USD",
		"subresource_uris": map[string]any{},
	}
}
