package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

var errMore = errors.New("more than one JSON value")

// Without gives a JSON text without the members of these names, at any depth,
// for what is kept or logged. All else stays as it is, numbers to the digit, but
// for spaces and the order of members. An error never quotes the text.
func Without(body []byte, names map[string]bool) ([]byte, error) {
	in := json.NewDecoder(bytes.NewReader(body))
	in.UseNumber() // as they are written: an id of digits is longer than a float
	var value any
	if err := in.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := in.Token(); err != io.EOF {
		return nil, errMore
	}
	remove(value, names)
	return json.Marshal(value)
}

// remove deletes in place. It goes as deep as the value, which the decoder bounds.
func remove(v any, names map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if names[name] {
				delete(v, name)
				continue
			}
			remove(member, names)
		}
	case []any:
		for _, element := range v {
			remove(element, names)
		}
	}
}
