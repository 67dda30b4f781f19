// Package probes lists the journeys of this deployment. It is yours: write one function per journey, a file each, beside
// this one, and list them in All.
package probes

import "valkyrie/probes/practice"

// All lists the journeys that this deployment runs. Each function makes a journey for one run.
//
// It starts as the practice shop's. To watch your own site, replace it, and import journey instead of practice:
//
//	var All = []func() journey.Journey{
//		SignIn, // in sign_in.go: func SignIn() journey.Journey
//	}
//
// Then give each journey a schedule in template.yaml, and check both with: go test ./infra/template
var All = practice.All
