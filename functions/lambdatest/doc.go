// Package lambdatest runs functions as Lambda would, for tests: the very programs that are deployed, behind the Runtime API,
// one event at a time, in a sandbox like Lambda's. They are killed when their time is over, and frozen between events.
//
// The sandbox has a root that cannot be written to, a user that is not root, 512 MB in /tmp, the layer in /opt, no /dev/shm,
// and processes of its own. It takes what root may do, mounts above all; where the machine does not allow that, the program
// runs without, and [Function.Jailed] says so.
//
// The Runtime API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
package lambdatest
