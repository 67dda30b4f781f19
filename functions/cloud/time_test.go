package cloud_test

import (
	"encoding/json"
	"time"

	"valkyrie/alerts/paging"
)

// timePasses moves recorded times back by more than the silence that a home may have, as the test cannot wait that long.
func (d *deployment) timePasses(region, key string, fields ...string) {
	d.Helper()
	item, err := d.Tables[region].Item(d.Context(), key)
	if err != nil || item.Version == 0 {
		d.Fatalf("%s in %s: version %d, %v", key, region, item.Version, err)
	}
	var state map[string]any
	if err := json.Unmarshal(item.Data, &state); err != nil {
		d.Fatal(err)
	}
	for _, field := range fields {
		text, _ := state[field].(string)
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			d.Fatalf("%s, %s: %v", key, field, err)
		}
		state[field] = at.Add(-2 * paging.HomeSilence)
	}
	if item.Data, err = json.Marshal(state); err != nil {
		d.Fatal(err)
	}
	if err := d.Tables[region].PutItem(d.Context(), item); err != nil {
		d.Fatal(err)
	}
}
