package message

import (
	"strings"
)

// VCard is a contact for the number that calls come from, so that a phone can ring for it as it does for nobody else.
// Version 3.0 is what phones read (RFC 2426); its lines end as there.
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
