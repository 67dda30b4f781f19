// Package paging turns incidents into pages and makes sure that a person really gets one.
//
// NotificationState.Step folds an event into the state: an incident was updated, the provider accepted or refused a page,
// a key was pressed, time passed. It is pure and returns the commands to carry out. Pager saves the new state under one
// conditional write before it carries them out, so that a crash between any two writes neither loses a page nor sends it
// twice: the state is the outbox.
package paging
