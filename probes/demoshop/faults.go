package demoshop

// Fault is one way in which the shop can be broken.
type Fault struct {
	Name    string // as in POST /faults/{name}
	Summary string // what happened and what customers notice, one line
}

// mechanism is a fault together with how it is done and undone. Break and repair act on the part of the shop that
// really broke in the outage; they never touch the pages that show the symptoms.
type mechanism struct {
	Fault
	breakIt  func(*Shop)
	repairIt func(*Shop)
}

// mechanisms is the catalogue of faults, in the order in which they are shown. To add one, add an entry.
var mechanisms = []mechanism{
	{
		Fault{"workers-down", "The background workers are gone: Preview works, Print spins for ever and jobs pile up."},
		func(s *Shop) { s.printers.stop() },
		func(s *Shop) { s.printers.start() },
	},
	{
		Fault{"cache-down", "The cache no longer answers: every picture is drawn again on each request. Right answers, slowly."},
		func(s *Shop) { s.cache.stop() },
		func(s *Shop) { s.cache.start() },
	},
	{
		Fault{"ids-exhausted", "One order number is left: placing an order looks for it until it times out. Test orders pass."},
		func(s *Shop) { s.orders.numbers.fill() },
		func(s *Shop) { s.orders.numbers.drain() },
	},
	{
		Fault{"broken-asset", "A deploy lost the script of the card editor: its page opens, its buttons do nothing."},
		func(s *Shop) { s.assets.lose("cards.js") },
		func(s *Shop) { s.assets.restore("cards.js") },
	},
	{
		Fault{"broken-page", "A deploy shipped a catalogue template that asks for a field that does not exist: /catalogue fails."},
		func(s *Shop) { s.pages.ship("catalogue", springRelease) },
		func(s *Shop) { s.pages.rollBack("catalogue") },
	},
	{
		Fault{"preview-down", "Preview alone fails; what is printed is right. Harmless, as far as printing goes."},
		func(s *Shop) { s.previewDown.Store(true) },
		func(s *Shop) { s.previewDown.Store(false) },
	},
	{
		Fault{"favicon-404", "A deploy lost the site's icon. Harmless: customers can do all they came for."},
		func(s *Shop) { s.assets.lose("favicon.svg") },
		func(s *Shop) { s.assets.restore("favicon.svg") },
	},
	{
		Fault{"analytics-down", "Every page asks for a third party's script, and does not get it. Harmless to customers."},
		func(s *Shop) { s.analytics.Store(true) },
		func(s *Shop) { s.analytics.Store(false) },
	},
	{
		Fault{"slow-database", "Looking up whether an order number is free takes half as long again as the order itself. Harmless for a day."},
		func(s *Shop) { s.orders.numbers.slow(30) },
		func(s *Shop) { s.orders.numbers.slow(1) },
	},
	{
		Fault{"restart-loop", "The site's process crashes, is started again, and crashes again: a dozen short outages a day."},
		func(s *Shop) { s.process.crash() },
		func(s *Shop) { s.process.fix() },
	},
	{
		Fault{"intermittent", "A report without an index locks the job queue's database, for 5 to 10 minutes, hours apart."},
		func(s *Shop) { s.database.dropIndex() },
		func(s *Shop) { s.database.addIndex() },
	},
	{
		Fault{"batch-halfway", "The mailer leaks memory: a weekly batch five times as large as usual ends part-way, and says nothing."},
		func(s *Shop) { s.mailer.leak(true) },
		func(s *Shop) { s.mailer.leak(false) },
	},
	{
		Fault{"long-address", "The teachers of the weekly batch travel in the address: a large batch is refused as too long (414)."},
		func(s *Shop) { s.mailer.takeInAddress(true) },
		func(s *Shop) { s.mailer.takeInAddress(false) },
	},
	{
		Fault{"refused-form", "The mailer's firewall takes a form with a field for each teacher for an attack: a large batch is refused."},
		func(s *Shop) { s.mailer.takeInForm(true) },
		func(s *Shop) { s.mailer.takeInForm(false) },
	},
	{
		Fault{"notifications-lost", "The nightly task gives no connection back: of 400 shift texts 150 go, the rest is lost without an error."},
		func(s *Shop) { s.texts.leak(true) },
		func(s *Shop) { s.texts.leak(false) },
	},
	{
		Fault{"orders-collapse", "The app's way in is shut: nine of ten customers are not there, and nothing else is wrong."},
		func(s *Shop) { s.customers.shutApp(true) },
		func(s *Shop) { s.customers.shutApp(false) },
	},
}

// Faults lists every fault that the shop can play.
func Faults() []Fault {
	all := make([]Fault, len(mechanisms))
	for i, m := range mechanisms {
		all[i] = m.Fault
	}
	return all
}
