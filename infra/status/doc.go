// Package status tells customers how a site is, and was: a static page, the same for machines, and a feed of incidents. It
// says only what is known. A time in which nothing was measured is never shown as good, what is written says when, and
// when not to believe it any more; and nothing of the inside is told: no errors, no evidence, no names.
package status
