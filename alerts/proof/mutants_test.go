package proof

// A mutant is a mistake that the tests must find: it replaces one piece of the program below alerts, which must be there
// exactly once, in a function. It names no file, so that code may move.
type mutant struct{ name, old, new string }

// steadyMutants must be found by histories in which all clocks agree.
var steadyMutants = []mutant{
	{
		"an outcome in doubt is never settled",
		"commands = append(commands, r.findUnknown()...)", "_ = r.findUnknown",
	},
	{
		"a page is sent without a claim",
		"p.State, p.ClaimedAt, p.LeaseUntil = incident.Claimed, now, now.Add(leaseDuration)", "p.ClaimedAt, p.LeaseUntil = now, now.Add(leaseDuration)",
	},
	{
		"a lease does not run out",
		"case p.State == incident.Claimed && !now.Before(p.LeaseUntil):", "case false:",
	},
	{
		"a sender that died has not sent",
		`r.markUnknown(p.ID, "the sender died holding its lease")`, `r.endPage(p.ID, incident.FailedCall, "", now)`,
	},
	{
		"what may have been sent is sent again without looking",
		"p.State, p.Why = incident.Unknown, why", "p.State, p.Why, p.Resent = incident.Planned, why, true",
	},
	{
		"the carrier's list is believed at once",
		"case asked.Sub(p.ClaimedAt) < resendUnknownAfter:", "case false:",
	},
	{
		"a page is sent again and again",
		"case p.Resent:\n\t\tr.endPage(id", "case false:\n\t\tr.endPage(id",
	},
	{
		"the outbox is emptied before the route has it",
		"if err := p.applyEvent(ctx, IncidentUpdated{Incident: i, WorkingRegions: s.WorkingRegions(i)}); err != nil {\n\t\t\treturn err\n\t\t}",
		"_ = p.applyEvent(ctx, IncidentUpdated{Incident: i, WorkingRegions: s.WorkingRegions(i)})",
	},
	{
		"a decision is not handed over",
		"s.Outbox = append(s.Outbox, inc)", "_ = inc",
	},
	{
		"a lost race counts as won",
		"err = items.PutItem(ctx, item)\n", "if err = items.PutItem(ctx, item); errors.Is(err, ErrConflict) {\n\t\t\treturn nil\n\t\t}\n",
	},
	{
		"what could not be written is sent",
		"if err != nil {\n\t\treturn before, err\n\t}\n\tp.logChanges(before, after)\n\tvar errs []error", "p.logChanges(before, after)\n\terrs := []error{err}",
	},
	{
		"a voicemail acknowledges",
		"if rep.Key != \"\" {", "if rep.Result == incident.Machine {\n\t\tr.handleKey(p, AckKey, at)\n\t}\n\tif rep.Key != \"\" {",
	},
	{
		"what is acknowledged is called about",
		"return i.Unacknowledged() && at", "return i.State != incident.Resolved && at",
	},
	{
		"a planned call outlives the acknowledgement",
		"return i == nil || !i.Unacknowledged() || i.Kind", "return i == nil || i.Kind",
	},
	{
		"the chain is not repeated",
		"if now.Before(r.Escalation.Pause) {", "if r.Escalation.Round > 0 || now.Before(r.Escalation.Pause) {",
	},
	{
		"several are called at once",
		"if r.callInProgress() {", "if r.callInProgress() && len(ids) > 1 {",
	},
	{
		"a late callback brings a page back",
		"if p == nil || p.State == incident.Ended || p.State == incident.Accepted || p.State == incident.Cancelled {", "if p == nil || p.State == incident.Accepted || p.State == incident.Cancelled {",
	},
	{
		"a slot is judged twice",
		"return !run.Slot.After(r.Slot)", "return run.Slot.Before(r.Slot)",
	},
	{
		"a text wakes people",
		"Purpose: incident.Alarm, Incidents: []string{i.ID}, Waking: true}", "Purpose: incident.Alarm, Incidents: []string{i.ID}}",
	},
	{
		"a text that is tried again wakes people",
		" || !r.inWakingHours(p, at) {", " {",
	},
	{
		"what was in doubt was not sent",
		"return p.Resent || p.State", "return p.State",
	},
	{
		"maintenance is no reason to be quiet",
		"return muted || slices", "return muted || false && slices",
	},
	{
		"an all-clear overtakes a return",
		"return !r.isResolved(id)", "return false",
	},
	{
		"an acknowledgement never expires",
		"r.expireAcks(at)\n", "_ = r.expireAcks\n",
	},
	{
		"an acknowledgement expires too early",
		"inc.IsBadAfter(inc.AckedAt.Add(after), at.now)", "inc.IsBadAfter(inc.AckedAt.Add(after/2), at.now)",
	},
	{
		"a cap swallows the first page",
		" || r.isFirstPage(p) {", " {",
	},
	{
		"the second carrier is never asked",
		"r.failOverOverdue(at)\n", "_ = r.failOverOverdue\n",
	},
	{
		"the second carrier is asked too late",
		"p.SwitchedAt.IsZero() && !at.now.Before(p.TriedAt.Add(failoverAfter))", "p.SwitchedAt.IsZero() && !at.now.Before(p.TriedAt.Add(75*time.Second))",
	},
	{
		"calls are not hung up",
		"append(r.hangUps(at), r.sendDue(at)...)", "r.sendDue(at)",
	},
	{
		"hanging up is only decided",
		"phone.HangUp(ctx, page.SID); err != nil {", "error(nil); err != nil {\n\t\t_ = phone",
	},
	{
		"a call that is needed is hung up",
		"return !needed && (!over", "return (!needed || len(p.Incidents) > 1) && (!over",
	},
	{
		"a first call gathers for ever",
		"p.NotBefore = incident.Earliest(at.now.Add(at.onCall.Gather), r.Escalation.Gathers)", "p.NotBefore = at.now.Add(120e9)",
	},
	{
		"an all-clear that does not arrive is not told again",
		"case again:\n\t\t\t\tnext.Incidents", "case again && false:\n\t\t\t\tnext.Incidents",
	},
}

// clockMutants must be found by histories in which clocks step.
var clockMutants = []mutant{
	{
		"what was judged ahead is believed",
		"return []Decision{s.repairClockSkew(run.Journey, run.Region, run.Slot.Add(-1), now)}", "return nil",
	},
	{
		"what was kept ahead is made up for",
		"Doubt: incident.Latest(r.Slot, r.Doubt), ", "",
	},
	{
		"a clock that was wrong is believed",
		"t.After(limit.Add(maxClockSkew))", "false",
	},
}

// callbackMutants must be found by the tests of package twilio about callbacks.
var callbackMutants = []mutant{
	{
		"a callback is believed unsigned",
		"case !signed(c.cfg.Tokens", "case false && !signed(c.cfg.Tokens",
	},
}
