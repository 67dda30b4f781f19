// Package probes holds the journeys, a file each. It is the folder that a user of the suite edits: add a file with a
// function that returns a journey.Journey, and a line to All.
package probes
