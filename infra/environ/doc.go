// Package environ is what a deployment tells its functions: the environment variables that each of them reads, checked
// all at once when it starts. None of them holds a secret; they name where the secrets are.
package environ
