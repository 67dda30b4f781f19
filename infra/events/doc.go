// Package events tells machines of incidents: a webhook, an event bus, the subscribers of a topic. What is due is computed
// from the incidents that are kept, and put into an outbox before it is sent, so no crash loses an event; one may come
// twice, with the same id and the same words. It is no part of paging: a receiver that is slow, or away, keeps nobody from being called.
package events
