package proof

// A mutant is a mistake that the tests must find: it replaces one piece of the program below alerts, which must be
// there exactly once, in a function. It names no file, so that code may move.
type mutant struct{ name, old, new string }

// steadyMutants must be found by histories in which all clocks agree.
var steadyMutants = []mutant{
	{
		"an unknown outcome is never resolved",
		"commands = append(commands, r.findUnknown()...)", "_ = r.findUnknown",
	},
	{
		"a page is sent without a claim",
		"p.State, p.ClaimedAt, p.LeaseUntil = incident.Claimed, now, now.Add(leaseDuration)", "p.ClaimedAt, p.LeaseUntil = now, now.Add(leaseDuration)",
	},
	{
		"a lease does not expire",
		"case p.State == incident.Claimed && !now.Before(p.LeaseUntil):", "case false:",
	},
	{
		"a sender that died has not sent",
		`r.markUnknown(p.ID, "the sender died holding its lease")`, `r.endPage(p.ID, incident.FailedCall, "", now)`,
	},
	{
		"an unknown page is resent without a search",
		"p.State, p.Why = incident.Unknown, why", "p.State, p.Why, p.Resent = incident.Planned, why, true",
	},
	{
		"an empty listing counts at once",
		"case asked.Sub(p.ClaimedAt) < resendUnknownAfter:", "case false:",
	},
	{
		"a page is sent again and again",
		"case p.Resent:\n\t\tr.endPage(id", "case false:\n\t\tr.endPage(id",
	},
	{
		"the outbox is emptied although the handover failed",
		"if err == nil {\n\t\terrs = append(errs, p.emptyOutboxes", "if true {\n\t\terrs = append(errs, p.emptyOutboxes",
	},
	{
		"a decision is not put into the outbox",
		"s.Outbox = append(s.Outbox, inc)", "_ = inc",
	},
	{
		"a write conflict counts as success",
		"err = items.PutItem(ctx, item)\n", "if err = items.PutItem(ctx, item); errors.Is(err, ErrConflict) {\n\t\t\treturn nil\n\t\t}\n",
	},
	{
		"a page is sent although the write failed",
		"if err != nil {\n\t\treturn before, after, err\n\t}\n\tp.logChanges(before, after)\n\tvar errs []error", "p.logChanges(before, after)\n\terrs := []error{err}",
	},
	{
		"a voicemail acknowledges",
		"if rep.Key != \"\" {", "if rep.Result == incident.Machine {\n\t\tr.handleKey(p, AckKey, at)\n\t}\n\tif rep.Key != \"\" {",
	},
	{
		"an acknowledged incident calls",
		"return i.Unacknowledged() && at", "return i.State != incident.Resolved && at",
	},
	{
		"a planned call outlives the acknowledgement",
		"return i == nil || !i.Unacknowledged() || i.Kind", "return i == nil || i.Kind",
	},
	{
		"the escalation is not repeated",
		"if pausing && !fresh {", "if (pausing || r.Escalation.Round > 0) && !fresh {",
	},
	{
		"several calls at once",
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
		"a retried text wakes people",
		" || !r.inWakingHours(p, at) {", " {",
	},
	{
		"a page with unknown outcome counts as not sent",
		"return p.Resent || p.State", "return p.State",
	},
	{
		"maintenance suppresses nothing",
		"return muted || slices", "return muted || false && slices",
	},
	{
		"an all-clear overtakes a reopening",
		"return !r.isResolved(id)", "return false",
	},
	{
		"an acknowledgement never expires",
		"r.expireAcks(at)\n", "_ = r.expireAcks\n",
	},
	{
		"an acknowledgement expires too early",
		"inc.IsBadAfter(inc.AckedAt.Add(inc.AckExpiry(after)), at.now)", "inc.IsBadAfter(inc.AckedAt.Add(after/2), at.now)",
	},
	{
		"a cap swallows the first page",
		" || r.isFirstPage(p) {", " {",
	},
	{
		"there is no failover",
		"r.failOverOverdue(at)\n", "_ = r.failOverOverdue\n",
	},
	{
		"the failover is too late",
		"p.SwitchedAt.IsZero() && !at.now.Before(p.TriedAt.Add(failoverAfter))", "p.SwitchedAt.IsZero() && !at.now.Before(p.TriedAt.Add(75*time.Second))",
	},
	{
		"calls are not hung up",
		"append(r.hangUps(at), r.sendDue(at)...)", "r.sendDue(at)",
	},
	{
		"hanging up is decided and not done",
		"phone.HangUp(ctx, page.SID); err != nil {", "error(nil); err != nil {\n\t\t_ = phone",
	},
	{
		"a needed call is hung up",
		"return !needed && (!over", "return (!needed || len(p.Incidents) > 1) && (!over",
	},
	{
		"a call without a report stays in the provider's queue",
		"p.GivenUpAt, p.HangUpAt = now, time.Time{}", "p.HangUpAt = time.Time{}",
	},
	{
		"a first call gathers without limit",
		"p.NotBefore = incident.Earliest(at.now.Add(at.onCall.Gather), r.Escalation.Gathers)", "p.NotBefore = at.now.Add(120e9)",
	},
	{
		"a key that is sent again counts again",
		"if p.Pressed(key) {", "if key == AckKey && p.Key == AckKey {",
	},
	{
		"a text that is sent again counts again",
		"if answer, ok := r.Replies.handled(rep.SID); ok {", "if answer, ok := r.Replies.handled(rep.SID); ok && rep.SID == \"\" {",
	},
	{
		"an undelivered all-clear is not resent",
		"case again:\n\t\t\t\tnext.Incidents", "case again && false:\n\t\t\t\tnext.Incidents",
	},
	{
		"a drill goes on during an incident",
		"r.endDrill(\"broken off: something is really wrong\", \"\", at.now)\n\t\treturn", "_ = at.now",
	},
	{
		"a failed drill is not notified",
		"if steps := at.onCall.EscalationAt(at.now); len(steps) > 0 {\n\t\twho := steps[0].Person\n\t\tp := r.addPage(incident.Text, incident.Notice, who, nil, at.now)\n\t\tp.Waking, p.Words = true, message.FitSMS(\"VALKYRIE: the drill",
		"if steps := at.onCall.EscalationAt(at.now); len(steps) > 99 {\n\t\twho := steps[0].Person\n\t\tp := r.addPage(incident.Text, incident.Notice, who, nil, at.now)\n\t\tp.Waking, p.Words = true, message.FitSMS(\"VALKYRIE: the drill",
	},
	{
		"a drill calls the first person again and again",
		"if !called {\n\t\t\treturn who, true", "if !called || len(order) > 0 {\n\t\t\treturn who, true",
	},
	{
		"a drill calls a person who is in a call",
		"return p.Channel == incident.Call && p.Live() }) {\n\t\treturn // of this drill", "return p.Purpose == incident.Drill && p.Live() }) {\n\t\treturn // of this drill",
	},
	{
		"the end of maintenance is not announced",
		"if len(steps) > 0 && len(r.badAfterMaintenance(w, at)) > 0 {", "if len(steps) > 99 && w.Until.IsZero() {",
	},
	{
		"maintenance that is removed from the file is forgotten",
		"on = append(on, w)\n\t\t} else {", "_ = w\n\t\t} else {",
	},
	{
		"the end of maintenance is announced when nothing is bad",
		"outdated := p.Maintenance != nil &&", "outdated := false &&",
	},
	{
		"a text comes without its e-mail",
		"channels = append(channels, incident.Email)\n\t}\n\tfor _, c := range channels {\n\t\tplanned", "_ = incident.Email\n\t}\n\tfor _, c := range channels {\n\t\tplanned",
	},
	{
		"an e-mail goes to a phone number",
		"planned.To = who.Email", "_ = who.Email",
	},
	{
		"condensed pages are not counted",
		"one.Times = one.Count() + p.Count()", "one.Times = one.Count()",
	},
	{
		"pages with other results are condensed",
		"p.Purpose, p.Channel, p.Person, p.State, p.Result, p.Key, p.Via, p.SID", "p.Purpose, p.Channel, p.Person, p.State, \"\", p.Key, p.Via, p.SID",
	},
	{
		"a removed journey calls on",
		"r.endUnwatched(e.Watched, now)", "_ = e.Watched",
	},
	{
		"a person who has left is still called",
		"!known && p.Purpose != incident.AllClear:", "false:",
	},
	{
		"a planned call goes to the old number",
		"case known:\n\t\t\tp.Person, p.To = who.Name, who.Phone", "case known:",
	},
	{
		"a call goes out about what only texts by now",
		"return r.needsNoPage(id, at) || !r.isSevereEnough(*p, id, at)", "return r.needsNoPage(id, at)",
	},
	{
		"a page waits for a second channel that is removed",
		"case at.onCall.Failover == nil: // it may", "case at.onCall.Failover == nil && p.Tries == 0: // it may",
	},
}

// clockMutants must be found by histories in which clocks step.
var clockMutants = []mutant{
	{
		"a run judged ahead of time stays",
		"return []Decision{s.repairClockSkew(run.Journey, run.Region, run.Slot.Add(-1), now)}", "return nil",
	},
	{
		"a reset region makes up for missed slots",
		"Doubt: incident.Latest(r.Slot, r.Doubt), ", "",
	},
	{
		"clock skew is not repaired",
		"t.After(limit.Add(maxClockSkew))", "false",
	},
}

// endingMutants must be found by the runs that are judged in two parts.
var endingMutants = []mutant{
	{
		"any run ends the last one",
		"return r.Unfinished != \"\" && r.Unfinished == run.ID && run.Slot.Equal(r.Slot) && !run.Unfinished()", "return r.Unfinished != \"\" && !run.Unfinished()",
	},
	{
		"a run that has ended ends again",
		"j.now.Unfinished = \"\"", "_ = j.now",
	},
	{
		"the evidence of a run's end is dropped",
		"inc.Evidence, inc.Runs = j.run.Evidence, inc.Runs+1", "inc.Runs++",
	},
	{
		"the cleanup is judged at the verdict",
		"if !run.Unfinished() {\n\t\tj.cleanup()", "if region.Slot.IsZero() {\n\t\tj.cleanup()",
	},
	{
		"the cleanup of a run's end is not judged",
		"phrase.Clock(j.run.Slot)))\n\tj.cleanup()", "phrase.Clock(j.run.Slot)))",
	},
	{
		"a cleanup that had nothing to do counts as one that works",
		"case j.run.Outcome.Good():\n\t\tj.now.Uncleaned = Streak{}", "case true:\n\t\tj.now.Uncleaned = Streak{}",
	},
	{
		"one failed cleanup is enough",
		"case dirty && streak.Count >= j.policy.CleanupInARow:", "case dirty && streak.Count > 0:",
	},
	{
		"cleanups that fail elsewhere are forgotten",
		"case i >= 0 && !j.isUncleanElsewhere(j.Open[i]):", "case i >= 0:",
	},
}

// judgingMutants must be found by TestJudging, which compares judging with the textbook.
var judgingMutants = []mutant{
	{
		"a mute region leaves the electorate",
		"case j.isMute(r):\n\t\t\tv.mute++", "case j.isMute(r):",
	},
	{
		"bad regions need not agree on the slots",
		"v.contested = j.failedTogether(v) < v.together", "v.contested = false",
	},
	{
		"chance failures of the last hours do not count",
		"before >= noisyCoincidences || expected > most", "before >= noisyCoincidences && most > 0",
	},
	{
		"an incident ends while the quorum is bad",
		"if len(v.bad) >= v.need && !v.contested || v.reached() {", "if false {",
	},
	{
		"the worst region counts for the pool",
		"counts[:max(0, len(counts)-t.spared)]", "counts",
	},
	{
		"failures of an ended incident count again",
		"r.settle()", "_ = r.settle",
	},
	{
		"a chance failure prolongs a flapping incident",
		"if t.pooled() < lastingPool && t.worst < alone {", "if alone < 0 {",
	},
	{
		"all regions at once are no evidence",
		"if slots < need || e.count < togetherLeast || len(e.regions) < 2 {", "if true {",
	},
	{
		"one slow region of several is enough",
		"if !alone && len(regions) < 2 {", "if !alone && len(regions) < 0 {",
	},
	{
		"a probe fault ends at the first good run",
		"j.run.Slot.Sub(inc.Slow) >= settledAfter", "!inc.Slow.IsZero()",
	},
	{
		"fewer regions than the quorum are no evidence",
		"if len(failing) == 0 || len(e.regions) >= need ||", "if len(failing) >= 0 ||",
	},
	{
		"an incident that nothing tests any more lasts",
		"if !audible && len(j.down().bad) == 0 && j.run.Slot.Sub(inc.Last) >= after {", "if !audible && after < 0 {",
	},
}

// ruleMutants must be found by the tests of package judge.
var ruleMutants = []mutant{
	{
		"a region of a single failure is named",
		"if !j.isBad(j.run.Region) {", "if false {",
	},
	{
		"an outage ends before all of its regions have reported",
		"if inc.Kind == incident.Down && pending {", "if inc.Kind == incident.Silent && pending {",
	},
	{
		"regions that still fail at the end are not named",
		"inc.StillFails = still", "_ = still",
	},
	{
		"an incident that only texts ends as soon though it came back",
		"if !inc.PagesNow && len(inc.Bouts) > 1 {", "if !inc.PagesNow && len(inc.Bouts) > 1000 {",
	},
	{
		"failures of an hour that would open an incident do not prolong one",
		"left > 0 && t.pooled() >= leastFailures(left*slots, slowTail)", "left > 1000 && t.pooled() >= leastFailures(left*slots, slowTail)",
	},
	{
		"calls about an outage go on while one region is left",
		"calmed := !j.isWidespread(*inc)", "calmed := !j.isWidespread(*inc) && false",
	},
	{
		"an outage that comes back does not call again",
		"if calmed == inc.Calmed || calmed && !j.run.Outcome.Good() {", "if calmed == inc.Calmed || !calmed {",
	},
	{
		"a chance failure calls about an outage that is over",
		"!inc.Calmed && lately >= lastingPool", "lately >= lastingPool-1",
	},
	{
		"the evidence of an outage that is over calls as long as one region fails",
		"evident = found && e.recent && lately > 0", "evident = found && e.recent && lately >= 0",
	},
	{
		"an incident that calls nobody any more calls",
		"i.PagesNow && !i.Calmed", "i.PagesNow",
	},
	{
		"the end of the calls does not reach the pager",
		"inc.Runs++\n\tj.addToOutbox(*inc)\n\tj.decide(Continues, *inc, fmt.Sprintf(\"%s %s from %s; it fails from too few", "j.decide(Continues, *inc, fmt.Sprintf(\"%s %s from %s; it fails from too few",
	},
	{
		"a rolling deploy is an outage",
		" || j.failuresBeyondBursts() < leastBeyondBursts {", " {",
	},
	{
		"slots in which a quorum failed do not count later",
		"before >= noisyCoincidences || expected > most", "expected > most && before >= 0",
	},
	{
		"an outage is noise to itself",
		"if slot.Before(v.since) {", "if !slot.IsZero() {",
	},
	{
		"what fails now and then for hours is no evidence",
		"if slots == 0 || seen < j.patient(leastFailures((n-t.spared)*slots, tail)) {", "if slots >= 0 || seen < j.patient(leastFailures((n-t.spared)*slots, tail)) {",
	},
	{
		"an outage begins with the first of its regions",
		"v.since = streaks[last].Since", "v.since = streaks[0].Since",
	},
	{
		"probes that all break keep an incident",
		"j.giveUp(i, unknownFor)", "j.giveUp(i, 1000*unknownFor)",
	},
	{
		"an incident that is given up has recovered",
		"j.close(i, incident.GivenUp,", "j.close(i, incident.Recovered,",
	},
	{
		"the incident of a removed region has recovered",
		"ending, reason = incident.Unwatched,", "ending, reason = incident.Recovered,",
	},
	{
		"one failing run in five calls at once",
		"isAboveFifth(t.sum, n*slots, onsetSigmas)", "t.sum > 0",
	},
	{
		"the peak of a small share is steep",
		"max(callSlots, j.sinceOnset())", "callSlots",
	},
	{
		"a share that took long to show is steep",
		"return slots <= freshSlots && ", "return ",
	},
	{
		"failures that fall into a row are an outage",
		"if !v.reached() || !j.outlastsRate(*inc, v) {", "if !v.reached() {",
	},
	{
		"outages are the rate between them",
		"at.After(since) && !inc.WasDownAt(at)", "at.After(since)",
	},
	{
		"chance breaks no more than usual",
		"if b.Slots < leastSlots {", "if b.Slots > 0 {",
	},
	{
		"runs that are lost by chance are a silence",
		"at = at.Add(time.Duration(r.silentAfter", "_ = at.Add(time.Duration(r.silentAfter",
	},
	{
		"probes that break now and then are no fault",
		"case often:", "case often && false:",
	},
	{
		"a quiet half hour ends a probe that breaks now and then",
		"settled := !often && ", "settled := (often || true) && ",
	},
	{
		"a long fault of the probe begins again and again",
		"if r.Broken.Count == 0 {", "if !run.Slot.IsZero() {",
	},
	{
		"broken runs of a probe fault that is over count again",
		"r.Rates[i].Broken = 0", "_ = i",
	},
	{
		"a chance failure much later prolongs a flapping incident",
		"quiet > fastSlots*j.now.interval(j.policy) && !j.isEvidentAgain(inc.EvidentUntil())", "quiet < 0",
	},
	{
		"failures that have cost an hour do not call",
		"inc.CostMS += j.cost().Milliseconds()", "inc.CostMS += 0 * j.cost().Milliseconds()",
	},
	{
		"usual numbers follow UTC",
		"slot := u.local(j.run.Slot)", "slot := j.run.Slot",
	},
	{
		"the best week of an hour is the usual one",
		"return past[(len(past)-1)/2], true", "return past[len(past)-1], true",
	},
	{
		"a number between two hours is that of the hour",
		"here = min(here, l)", "_ = l",
	},
	{
		"nothing at night is no fault",
		"case value == 0:", "case false:",
	},
	{
		"a partial drop is no fault",
		"return rate.dropped(u.Name)", "return \"\"",
	},
	{
		"an hour of trouble makes a step slower",
		"if s.Raised < raisedHours || s.Now.N", "if s.Raised < 1 || s.Now.N",
	},
	{
		"a step that is fast again is still slower",
		"return known && s.Now.Value() >= fastBelow*usual", "return known && usual > 0",
	},
	{
		"a release is a trend",
		" || trend.IsJump(days) {", " {",
	},
	{
		"two releases are a trend",
		" || jumps < jumpsFit*rise", "",
	},
	{
		"a restart resets the trend",
		"if r, ok := trend.FindRestarts(days); ok {", "if r, ok := trend.FindRestarts(days); ok && false {",
	},
	{
		"a rhythm of the week is a leak",
		"if level-mean[i] < evenRise*r.Slope {", "if level-mean[i] < -1e9 {",
	},
	{
		"a prediction is one day",
		"flattest, steepest := bounds(days, slopes)", "flattest, steepest := slope, slope",
	},
	{
		"every rise is a line",
		"if len(slopes) == 0 || i > 0 && !accelerates(days) {", "if len(slopes) == 0 || i > 0 {",
	},
}

// certificateMutants must be found by the tests of package judge about certificates.
var certificateMutants = []mutant{
	{
		"a certificate is noticed once",
		"if d := due(c.Certificate, j.run.Slot); d > c.Told {", "if d := due(c.Certificate, j.run.Slot); d > 0 && c.Told == 0 {",
	},
	{
		"a certificate that lives for days is always late",
		"if left <= min(notice.before, c.Expires.Sub(c.From)/time.Duration(notice.part)) {", "if left <= notice.before {",
	},
	{
		"one renewed host of several is enough",
		"case c.Expires.After(all[i].Expires) && j.run.Slot.Sub(all[i].Seen) < renewedAfter:", "case false:",
	},
	{
		"a host that is contacted no more is kept",
		"return j.run.Slot.Sub(c.Seen) > forgottenAfter", "return false",
	},
}

// repeatMutants must be found by the tests of package paging about acknowledgements.
var repeatMutants = []mutant{
	{
		"an ongoing outage calls at equal intervals",
		"return d << min(max(0, i.Acks-1), maxAckGrowth)", "return d",
	},
	{
		"a few failures call again",
		" && i.CostMS >= 2*i.AckCostMS", "",
	},
	{
		"the second notice of a certificate is no news",
		"if in.State != incident.Resolved && in.HasNextNotice(*have) {", "if false {",
	},
	{
		"each journey notifies people of a certificate",
		"if by := r.certificateToldBy(i, at); by != \"\" {", "if by := r.certificateToldBy(i, at); by == \"no journey\" {",
	},
	{
		"an acknowledgement does not count",
		"inc.Acks, inc.AckCostMS = inc.Acks+1, inc.CostMS", "inc.AckCostMS = inc.CostMS",
	},
}

// deliveryMutants must be found by the tests of package paging about replies, keys, caps and changed files.
var deliveryMutants = []mutant{
	{
		"another person's mute is shortened",
		"old.Until.After(m.Until) && (old.By != m.By || m.By == \"\") {", "old.Until.After(m.Until) && m.By == \"\" {",
	},
	{
		"people who pass are called without end",
		"at >= len(steps) || !c.Pause.IsZero() && c.Next == 0, true", "at >= 2*len(steps), true",
	},
	{
		"machines are answered without end",
		"if all >= maxIdlePerHour || e == unclear && vague >= maxUnclearPerHour {", "if all < 0 {",
	},
	{
		"the meter forgets the pages of a large team",
		"later.Times = later.count() + t.count()", "later.Times = later.count()",
	},
	{
		"a person who is renamed gets no all-clear",
		"return p.Person == who.Name || p.Channel != incident.Email && p.To == who.Phone", "return p.Person == who.Name",
	},
	{
		"a call goes out while the call of a drill ends",
		"if p.Channel == incident.Call && p.Purpose == incident.Alarm && r.drillCallActive(now) {", "if false {",
	},
	{
		"a person who is removed gets no all-clear",
		"known := slices.ContainsFunc(all, func(who oncall.Person) bool { return isTo(p, who) })", "known := true",
	},
}

// beatMutants must be found by the tests of package judge about batches.
var beatMutants = []mutant{
	{
		"a late finish counts for the next deadline",
		"case at.After(before) && (lead <= window || shifted):", "case lead <= interval/2 || lead <= window || shifted:",
	},
	{
		"a finish that is said twice counts twice",
		"case at.After(before) && (lead <= window || shifted):", "case lead <= window || shifted || lead <= interval+interval/8:",
	},
	{
		"a changed schedule holds from the next deadline on",
		"batch.Due.IsZero() || batch.Schedule != \"\" && batch.Schedule != schedule", "batch.Due.IsZero()",
	},
	{
		"more than expected is fine",
		"case b.Expected > 0 && b.Done > b.Expected:", "case false:",
	},
	{
		"what was due later does not matter",
		"case !s.Batch.Missed.IsZero():", "case false:",
	},
}

// callbackMutants must be found by the tests of package twilio about callbacks.
var callbackMutants = []mutant{
	{
		"an unsigned callback is accepted",
		"case !signed(c.cfg.Tokens", "case false && !signed(c.cfg.Tokens",
	},
}
