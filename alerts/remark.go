package alerts

// remark logs what a step has come to, beyond single pages: which carrier is used, and what a cap holds back.
func (p *Pager) remark(before, after Route) {
	switch {
	case !before.out() && after.out():
		p.Log.Error("the first carrier takes nothing; the second channel is used", "err", after.Outage.Why)
	case before.out() && !after.out():
		p.Log.Info("the first carrier takes pages again", "since", before.Outage.Since)
	}
	for _, page := range after.Pages {
		old := before.page(page.ID)
		if held := page.Result == Held; held && (old == nil || old.Result != Held) {
			p.Log.Warn("page held back", "page", page.ID, "person", page.Person, "channel", page.Channel, "why", page.Why)
		}
	}
}
