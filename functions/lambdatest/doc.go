// Package lambdatest runs functions as Lambda does, for tests: the deployed programs behind the Runtime API, one event at a
// time, in a sandbox like Lambda's. They are killed at their timeout, and frozen between events.
//
// The sandbox has a read-only root, an unprivileged user, 512 MB in /tmp, the layer in /opt, no /dev/shm, and its own
// process namespace. It needs root's permissions, above all mounts; where the machine lacks them, the program runs without
// a sandbox, and [Function.Jailed] returns false.
//
// The Runtime API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
package lambdatest
