// Package alerts holds alerts.yaml, the file of the policy: when to open an incident, and whom to page. The packages below it
// decide and deliver:
//
//	config    reads alerts.yaml and reports every fault with its line
//	judge     folds runs into incidents; judge/trend has the statistics
//	incident  defines Incident, Page and Record, and the interfaces of the store
//	oncall    resolves the people to page: people, rotations, overrides, severities, maintenance, drill times
//	message   composes the text of a call, an SMS, an e-mail and an all-clear
//	paging    turns incidents into pages and delivers them: escalation, outbox, retries, replies
//	replay    judges stored history again under another policy
//	cron      parses schedules; phrase formats times, durations and lists
//	twilio    is the first provider; postmortem, practice and proof serve the people who tune and verify all of this
package alerts
