// Package cloudtest is as much of AWS as a test on one machine needs, behind one address: parameters and secrets, buckets,
// tables, and functions that can be invoked. Clients speak the real protocols to it, with the real SDK, and the region in
// the signature of a request says to which region it goes; so a program built for Lambda runs against it unchanged, with
// AWS_ENDPOINT_URL in its environment. A region's service can be made unreachable.
//
// Tables are not made here: somebody serves DynamoDB's protocol, and requests are passed on.
package cloudtest
