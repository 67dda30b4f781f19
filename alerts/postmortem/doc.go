// Package postmortem builds the complete history of one incident: its events, the periods in which customers were
// affected, the time until a person was notified, and the start of a post-mortem.
//
// It is pure: it turns a Case into a Document, which is written as text, as Markdown or as JSON.
//
// Decisions are not stored. They are judged again from the stored runs, which judging as a fold makes possible, and
// compared with the stored incident; if the policy has changed since, the document says so.
package postmortem
