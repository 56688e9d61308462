package twilio

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Document is a JSON value of the listing's own shape: a configuration, or the schema of one. It may hold what a
// customer entered, keys among it, so it does not print itself.
type Document string

// UnmarshalJSON takes any JSON; null is "". Spaces between the values are dropped.
func (d *Document) UnmarshalJSON(b []byte) error {
	var compact bytes.Buffer
	if err := json.Compact(&compact, b); err != nil {
		return err
	}
	if *d = Document(compact.String()); *d == "null" {
		*d = ""
	}
	return nil
}

// JSON is the value itself, "" where there is none.
func (d Document) JSON() string { return string(d) }

// String tells the size only.
func (d Document) String() string { return fmt.Sprintf("document of %d bytes", len(d)) }

// GoString is String, for %#v.
func (d Document) GoString() string { return d.String() }
