// Package cloud is what the functions on AWS have in common: what they were told, the store, the judge, the phone, and the
// way to wake the pager. On a laptop, functions/valkyrie wires the same parts by itself.
package cloud
