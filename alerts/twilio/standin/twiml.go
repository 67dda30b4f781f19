package standin

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// A twimlVerb is an instruction of TwiML, with the verbs inside it.
type twimlVerb struct {
	XMLName xml.Name
	Attrs   []xml.Attr  `xml:",any,attr"`
	Text    string      `xml:",chardata"`
	Verbs   []twimlVerb `xml:",any"`
}

func (v twimlVerb) attr(name string) string {
	for _, a := range v.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// digits is the number of keys a Gather waits for; 0 means any number.
func (v twimlVerb) digits() int {
	n, _ := strconv.Atoi(v.attr("numDigits"))
	return n
}

// speech is the text with normalised white space.
func (v twimlVerb) speech() string { return strings.Join(strings.Fields(v.Text), " ") }

// parseTwiML parses a whole document: one Response, and nothing after it.
func parseTwiML(document string) ([]twimlVerb, error) {
	d := xml.NewDecoder(strings.NewReader(document))
	var response twimlVerb
	if err := d.Decode(&response); err != nil {
		return nil, fmt.Errorf("TwiML is not well-formed: %w", err)
	}
	if response.XMLName.Local != "Response" {
		return nil, fmt.Errorf("TwiML begins with <%s>: want <Response>", response.XMLName.Local)
	}
	if err := onlySpaceLeft(d); err != nil {
		return nil, err
	}
	return response.Verbs, nil
}

func onlySpaceLeft(d *xml.Decoder) error {
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("TwiML is not well-formed after </Response>: %w", err)
		}
		switch t := token.(type) {
		case xml.Comment:
		case xml.CharData:
			if strings.TrimSpace(string(t)) != "" {
				return errors.New("TwiML has text after </Response>")
			}
		default:
			return errors.New("TwiML has more after </Response>")
		}
	}
}
