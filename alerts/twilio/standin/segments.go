package standin

import "strings"

// The characters of the GSM 7-bit default alphabet, and those that take an escape besides (3GPP TS 23.038, 6.2.1).
const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§" +
		"¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtension = "\f^{}\\[~]|€"
)

// segments counts the messages a text is sent as. One alone holds 160 septets, or 70 UTF-16 units once any character is
// outside GSM-7; several hold 153 or 67 each, since a header joins them, and no character is split between two.
func segments(body string) int {
	size, alone, joined := ucs2Size, 70, 67
	if isGSM(body) {
		size, alone, joined = gsmSize, 160, 153
	}
	total, count, room := 0, 1, joined
	for _, r := range body {
		n := size(r)
		total += n
		if n > room {
			count, room = count+1, joined
		}
		room -= n
	}
	if total <= alone {
		return 1
	}
	return count
}

func isGSM(body string) bool {
	return !strings.ContainsFunc(body, func(r rune) bool {
		return !strings.ContainsRune(gsmBasic, r) && !strings.ContainsRune(gsmExtension, r)
	})
}

func gsmSize(r rune) int {
	if strings.ContainsRune(gsmExtension, r) {
		return 2
	}
	return 1
}

func ucs2Size(r rune) int {
	const firstOutsideBMP = 0x10000
	if r >= firstOutsideBMP {
		return 2
	}
	return 1
}
