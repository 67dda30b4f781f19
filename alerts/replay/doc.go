// Package replay judges stored runs again under another policy, so that a change of alerts.yaml can be tried on real
// history before it is deployed.
package replay
