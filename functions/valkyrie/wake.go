package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/config"

	"valkyrie/functions/cloud"
)

// pagerFlag names the deployed pager, for commands that leave it something to do.
func pagerFlag(fs *flag.FlagSet) *string {
	return fs.String("pager", "", "`NAME` of the deployed pager, to be woken at once when --store is a table; the table's name with -pager unless given")
}

// wake has the deployed pager of a store look now, rather than with the next minute. Where it cannot be woken, which costs
// that minute and nothing else, that is said, and why. A file has no pager but a watch, which looks each second; and a table
// at an address of its own has none that is known.
func (p *program) wake(ctx context.Context, s store, pager, why string) {
	t, ok := s.(table)
	if !ok || t.at.Endpoint != "" {
		return
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err == nil {
		err = cloud.Wake(ctx, cfg, cmp.Or(t.at.Region, cfg.Region), cmp.Or(pager, t.at.Table+"-pager"), "valkyrie "+why)
	}
	if err != nil {
		fmt.Fprintf(p.stderr, "the deployed pager could not be woken, and looks by itself within a minute: %v\n", err)
	}
}
