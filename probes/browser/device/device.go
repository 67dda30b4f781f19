// Package device describes what a customer's browser runs on: a laptop or a phone, its languages, time zone, place and
// permissions, and turns that into Chrome's flags, user agent and client hints.
//
// It exists because sites serve other pages to phones and in other languages, and because a headless Chrome lacks what a
// customer's sends with every request.
package device

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/emulation"

	"valkyrie/probes/journey"
)

// Settings describe a device; the zero value is a laptop with Chrome in American English.
type Settings struct {
	Phone    bool
	Locale   string    // language and region, such as "de-DE"; empty: en-US
	TimeZone string    // IANA name, such as "Europe/Berlin"; empty: the machine's
	Location *Location // nil: the browser denies it
	Allowed  []string  // permissions that need no question, such as "notifications"
}

// A Location is a place in degrees.
type Location struct{ Latitude, Longitude float64 }

// The common phone: most Android phones have a window of about this size.
const (
	phoneWidth, phoneHeight = 412, 915 // CSS pixels
	phoneScale              = 2.625
	phoneModel              = "Pixel 8"
	phoneVersion            = "15.0.0" // of Android
	maxTouchPoints          = 5
)

// mouse is the flag for a mouse: a machine without one has no hover menus in pages that ask for it (@media (hover: hover)).
const mouse = "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4"

var localeForm = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2}|-[0-9]{3})?$`)

// Check returns the first fault of the settings.
func (s Settings) Check() error {
	if s.Locale != "" && !localeForm.MatchString(s.Locale) {
		return fmt.Errorf("locale %q: expected a language and a region, such as de-DE", s.Locale)
	}
	if _, err := time.LoadLocation(s.TimeZone); err != nil {
		return fmt.Errorf("time zone %q: expected an IANA name, such as Europe/Berlin: %w", s.TimeZone, err)
	}
	if l := s.Location; l != nil && (l.Latitude < -90 || l.Latitude > 90 || l.Longitude < -180 || l.Longitude > 180) {
		return fmt.Errorf("location %v, %v: expected a latitude of -90 to 90 and a longitude of -180 to 180", l.Latitude, l.Longitude)
	}
	return nil
}

// Languages are the accepted languages, most wanted first, as Chrome sets them up for the locale.
func (s Settings) Languages() string {
	locale := s.Locale
	if locale == "" {
		locale = "en-US"
	}
	var all []string
	for _, l := range []string{locale, locale[:strings.IndexByte(locale+"-", '-')], "en-US", "en"} {
		if !slices.Contains(all, l) {
			all = append(all, l)
		}
	}
	return strings.Join(all, ",")
}

// Permissions are those that the browser grants without a question: as in a customer's Chrome, a page may write to the
// clipboard after a click; and it may read it, since a journey would allow that.
func (s Settings) Permissions() []string {
	all := append([]string{"clipboard-write", "clipboard-read"}, s.Allowed...)
	if s.Location != nil {
		all = append(all, "geolocation")
	}
	return all
}

// Program adds the device's flags and environment to Chrome's. The flags cover what has no session of ours, such as workers.
func (s Settings) Program(p journey.Program) journey.Program {
	flags := []string{"--accept-lang=" + s.Languages()}
	if !s.Phone {
		flags = append(flags, mouse)
	}
	p.Args = append(flags, p.Args...) // the deployment's own flags come last and win
	if s.TimeZone != "" {
		p.Env = append(slices.Clone(p.Env), "TZ="+s.TimeZone)
	}
	return p
}

var (
	platform = regexp.MustCompile(`\([^()]*\)`)
	version  = regexp.MustCompile(`(Chrome/\d+)[.\d]+( Mobile)? Safari`)
)

// UserAgent turns Chrome's own user agent into the device's: a phone's is the reduced one, which names no model
// (https://www.chromium.org/updates/ua-reduction).
func (s Settings) UserAgent(own string) string {
	if !s.Phone {
		return own
	}
	first := platform.FindString(own)
	return version.ReplaceAllString(strings.Replace(own, first, "(Linux; Android 10; K)", 1), "$1.0.0.0 Mobile Safari")
}

// Hints turns Chrome's own client hints into the device's.
func (s Settings) Hints(own *emulation.UserAgentMetadata) *emulation.UserAgentMetadata {
	if !s.Phone || own == nil {
		return own
	}
	hints := *own
	hints.Mobile, hints.Platform, hints.PlatformVersion, hints.Model = true, "Android", phoneVersion, phoneModel
	hints.Architecture, hints.Bitness, hints.FormFactors = "", "", []string{"Mobile"}
	return &hints
}

// Headers are the headers that every request of the device carries, by lower-case name.
func (s Settings) Headers() map[string]string {
	headers := map[string]string{"accept-language": s.acceptLanguage()}
	if s.Phone {
		headers["sec-ch-ua-mobile"], headers["sec-ch-ua-platform"] = "?1", `"Android"`
	}
	return headers
}

// acceptLanguage is the header for the languages, with Chrome's weights: "de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7".
func (s Settings) acceptLanguage() string {
	all := strings.Split(s.Languages(), ",")
	for i := 1; i < len(all); i++ {
		all[i] += fmt.Sprintf(";q=0.%d", 10-i)
	}
	return strings.Join(all, ",")
}

// Platform is the value of navigator.platform; empty: Chrome's own.
func (s Settings) Platform() string {
	if s.Phone {
		return "Linux armv81"
	}
	return ""
}

// Metrics are the window of a phone.
func (s Settings) Metrics() emulation.SetDeviceMetricsOverrideParams {
	return emulation.SetDeviceMetricsOverrideParams{Width: phoneWidth, Height: phoneHeight, DeviceScaleFactor: phoneScale, Mobile: true}
}

// Touch is the touch screen of a phone.
func (s Settings) Touch() emulation.SetTouchEmulationEnabledParams {
	return emulation.SetTouchEmulationEnabledParams{Enabled: true, MaxTouchPoints: maxTouchPoints}
}

// Place is where the device is.
func (l Location) Place() emulation.SetGeolocationOverrideParams {
	accuracy := 10.0 // metres
	return emulation.SetGeolocationOverrideParams{Latitude: &l.Latitude, Longitude: &l.Longitude, Accuracy: &accuracy}
}
