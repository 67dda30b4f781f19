package template_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"valkyrie/infra/dashboard"
)

// TestDrawnBody: the dashboard that infra/dashboard draws is the one that CloudFormation makes, with one to ten regions, and with
// and without a standby.
func TestDrawnBody(t *testing.T) {
	d := read(t)
	regions := tenRegions
	for n := range regions {
		for _, second := range []string{"", standby} {
			given := everything()
			given["ProbeRegions"], given["StandbyRegion"] = strings.Join(regions[:n+1], ","), second
			want := text(at(newStack(d, home, given).resources()["Dashboard"], "Properties", "DashboardBody"))
			drawn := dashboard.Deployment{Name: "second", Site: text(given["SiteUrl"]), Regions: regions[:n+1], Standby: second}
			if got, err := drawn.Body("../../template.yaml"); got != want || err != nil || want == "" {
				t.Errorf("%d regions, standby %q: %v (-want +got):\n%s", n+1, second, err, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
			}
		}
	}
}
