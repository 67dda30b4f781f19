// Package journey is the vocabulary of the suite, and its runner: a Journey is what a customer does, as named steps; a
// Run is one execution of it. It knows nothing of Chrome, of AWS or of telephones, so that everything else can speak of
// runs without linking any of them.
package journey
