// Package cloud wires the services that the functions on AWS share: environment, store, judge, phone, and waking the pager.
// On a laptop, functions/valkyrie wires the same parts.
package cloud
