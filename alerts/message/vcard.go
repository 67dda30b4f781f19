package message

import (
	"strings"
)

// VCard returns a contact for the number that calls come from, so that a phone can ring with its own tone, and in
// silent mode. Phones read version 3.0 (RFC 2426), whose lines end with CR LF.
func VCard(number string) string {
	return strings.Join([]string{
		"BEGIN:VCARD",
		"VERSION:3.0",
		"FN:Valkyrie",
		"N:;Valkyrie;;;",
		"TEL;TYPE=VOICE,CELL:" + number,
		"NOTE:Calls when customers cannot do what they came for. Press 4 to acknowledge.",
		"END:VCARD",
		"",
	}, "\r\n")
}
