package main

import (
	"cmp"
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"valkyrie/functions/cloud"
	"valkyrie/infra/chrome"
	"valkyrie/infra/environ"
	"valkyrie/infra/evidence"
	"valkyrie/probes/journey"
)

// layer is the path of Chrome in the template's layer.
const layer = "/opt/chrome/chromium"

// saveTime is the part of the function's time reserved for storing the run; see journey.Runner.
const saveTime = 8 * time.Second

// runner returns the runner of this deployment.
func runner(ctx context.Context, s *cloud.Services, t task) journey.Runner {
	bucket := evidence.Bucket{Client: s3.NewFromConfig(s.AWS), Name: s.Env.Bucket, Region: s.Env.Region}
	return journey.Runner{
		Stage:  journey.Stage{Site: s.Env.Site, Secrets: s.Vault.Find, Agent: journey.Agent(), Trace: true, Confined: true},
		Region: s.Env.Region, Every: cmp.Or(t.every, s.Env.Every), Evidence: bucket.Within(ctx), Tries: s.Env.Tries, SaveTime: saveTime,
	}
}

// findChrome finds the browser in the layer, or the one that CHROME names; it neither searches elsewhere nor downloads one.
// With an error it returns the program that should be there: a journey without a browser can run.
func findChrome(ctx context.Context, getenv func(string) string, flags []string) (journey.Program, error) {
	path := cmp.Or(getenv(environ.Chrome), layer)
	c, err := chrome.Find(ctx, chrome.Config{Getenv: func(name string) string {
		if name == environ.Chrome {
			return path
		}
		return getenv(name)
	}})
	return journey.Program{Path: cmp.Or(c.Path, path), Env: c.Env, Args: flags}, err
}
