// Package postmortem tells one incident whole, for those who come after it: what happened when, from when to when customers
// were hit, how long it took until somebody knew, and what a post-mortem starts from.
//
// It is pure: a Case goes in, an Account comes out, and the Account is written as text, as Markdown or as JSON.
//
// Decisions are not stored. They are judged again from the runs that are, which judging as a fold makes possible, and
// compared with what the stored incident says: where the policy is another one by now, the account says so.
package postmortem
