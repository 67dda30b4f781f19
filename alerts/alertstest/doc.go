// Package alertstest holds fixtures for the tests of the packages below alerts: runs, incidents, people, and a Scenario that
// judges runs and keeps the decisions.
package alertstest
