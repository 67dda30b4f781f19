package status

import (
	"encoding/xml"
	"net/url"
	"time"

	"valkyrie/alerts/incident"
)

// feedName is the feed's file.
const feedName = "incidents.atom"

// A feed of incidents: Atom, RFC 4287. An incident that ends updates its entry.
type (
	atomFeed struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string      `xml:"id"`
		Title   string      `xml:"title"`
		Updated string      `xml:"updated"`
		Links   []atomLink  `xml:"link"`
		Author  string      `xml:"author>name"`
		Entries []atomEntry `xml:"entry"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr"`
		Href string `xml:"href,attr"` // relative to the feed's address
	}
	atomEntry struct {
		ID        string `xml:"id"`
		Title     string `xml:"title"`
		Published string `xml:"published"`
		Updated   string `xml:"updated"`
		Content   string `xml:"content"`
	}
)

func (p Page) feed() ([]byte, error) {
	f := atomFeed{ID: "urn:valkyrie:status:" + url.PathEscape(p.Name), Title: p.Name + ": incidents", Author: p.Name, Links: []atomLink{
		{"self", "application/atom+xml", feedName}, {"alternate", "text/html", "index.html"},
	}}
	updated := p.Written.AddDate(0, 0, -Days)
	for _, i := range p.Incidents {
		updated = incident.Latest(updated, i.Changed)
		f.Entries = append(f.Entries, atomEntry{
			ID: "urn:valkyrie:incident:" + url.PathEscape(i.ID), Title: i.What, Content: i.sentence(),
			Published: i.Began.Format(time.RFC3339), Updated: i.Changed.Format(time.RFC3339),
		})
	}
	f.Updated = updated.Format(time.RFC3339)
	text, err := xml.MarshalIndent(f, "", "  ")
	return append([]byte(xml.Header), text...), err
}

// sentence describes the incident for the feed. While the incident lasts it omits the duration, which would change with
// each writing.
func (i PublicIncident) sentence() string {
	if i.Ended.IsZero() {
		return i.What + " since " + formatTime(i.Began) + "."
	}
	return i.What + ": " + i.Line() + "."
}
