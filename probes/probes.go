// Package probes lists the journeys of this deployment. It is yours: write one function per journey, a file each, beside
// this one, and list them in All.
package probes

import "valkyrie/probes/practice"

// All lists the journeys that this deployment runs. Each function makes a journey for one run.
//
// It starts as the practice shop's, until you have one of your own: valkyrie new writes a journey, lists it here, and gives it a
// schedule in template.yaml; valkyrie check compares them. By hand, import journey instead of practice:
//
//	var All = []func() journey.Journey{
//		SignIn, // in sign_in.go: func SignIn() journey.Journey
//	}
var All = practice.All
