package author

import (
	"bytes"
	"fmt"
	"go/format"
	"strings"
	"text/template"
	"time"

	"valkyrie/infra/schedule"
)

// A skeleton is a journey that passes as it is written, for a person to go on from.
type skeleton struct {
	Module, Name, Title string
	Secrets             []string
	Every               time.Duration
	API                 bool
	Expect              string // what the first page shows, as a locator in Go; "": unknown
	Status              int    // of an API's answer
}

// Func is the name of the function.
func (s skeleton) Func() string { return schedule.Key(s.Name) }

// Interval is the journey's own interval in Go.
func (s skeleton) Interval() string {
	if s.Every%time.Hour == 0 {
		return fmt.Sprintf("%d * time.Hour", s.Every/time.Hour)
	}
	return fmt.Sprintf("%d * time.Minute", s.Every/time.Minute)
}

// Quoted lists the secrets in Go.
func (s skeleton) Quoted() string {
	var quoted []string
	for _, name := range s.Secrets {
		quoted = append(quoted, fmt.Sprintf("%q", name))
	}
	return strings.Join(quoted, ", ")
}

var skeletonText = template.Must(template.New("journey").Parse(`package probes

import (
{{- if .API}}
	"net/http"
{{- end}}
	"time"

	"{{.Module}}/probes/{{if .API}}api{{else}}browser{{end}}"
	"{{.Module}}/probes/journey"
)

// {{.Func}} does what a customer does there. Say here which outage it is to notice.
func {{.Func}}() journey.Journey {
	{{if .API}}client := api.NewClient(){{else}}tab := browser.NewTab(){{end}}
	return journey.Journey{
		Name: "{{.Name}}", Title: {{printf "%q" .Title}}, Uses: {{if .API}}client{{else}}tab{{end}},
		{{- if .Every}} Every: {{.Interval}},{{end}}
		{{- if .Secrets}} Secrets: []string{ {{- .Quoted -}} },{{end}}
		Steps: []journey.Step{
{{- if .API}}
			{Name: "ask the first page", Slow: time.Second, Limit: 5 * time.Second, Do: func({{if .Secrets}}t {{end}}*journey.T) {
				client.Get("/").Expect({{.StatusName}})
{{- else}}
			{Name: "open the first page", Slow: 2 * time.Second, Limit: 10 * time.Second, Do: func({{if .Secrets}}t {{end}}*journey.T) {
				tab.Visit("/")
	{{- if .Expect}}
				tab.See({{.Expect}})
	{{- else}}
				// Expect what a customer sees there, such as: tab.See(browser.Heading("Welcome"))
	{{- end}}
{{- end}}
{{- range .Secrets}}
				// t.Secret({{printf "%q" .}}) returns this secret, for example for {{if $.API}}client.Bearer{{else}}tab.Fill(browser.Field("Password"), ...){{end}}
{{- end}}
			}},
		},
	}
}
`))

// statusNames are the statuses of net/http that an API answers at its first address.
var statusNames = map[int]string{
	200: "http.StatusOK", 201: "http.StatusCreated", 204: "http.StatusNoContent", 401: "http.StatusUnauthorized", 403: "http.StatusForbidden",
	404: "http.StatusNotFound", 405: "http.StatusMethodNotAllowed", 426: "http.StatusUpgradeRequired",
}

// hasStatus reports whether a skeleton can expect a status.
func hasStatus(status int) bool { return statusNames[status] != "" }

// StatusName is the expected status in Go.
func (s skeleton) StatusName() string { return statusNames[s.Status] }

// text returns the journey's file.
func (s skeleton) text() (string, error) {
	var b bytes.Buffer
	if err := skeletonText.Execute(&b, s); err != nil {
		return "", err
	}
	formatted, err := format.Source(b.Bytes())
	return string(formatted), err
}
