package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// Text is a string that may be written as a number or boolean; null is "".
// Spaces at its ends are the backend's own and stay.
type Text string

// UnmarshalJSON takes any scalar. Objects and lists are errors.
func (t *Text) UnmarshalJSON(b []byte) error {
	s, err := scalar(b)
	*t = Text(s)
	return err
}

// First is the first of the texts that says something; "" when none does.
func First(texts ...Text) Text {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

var errNotScalar = errors.New("an object or list where a single value was expected")

// scalar gives the text of a JSON scalar; null is "".
func scalar(b []byte) (string, error) {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || bytes.Equal(b, []byte("null")) {
		return "", nil
	}
	switch b[0] {
	case '"':
		return unquote(b)
	case '{', '[':
		return "", errNotScalar
	default:
		return string(b), nil
	}
}

// unquote gives the text of a JSON string. The parser that called us has seen
// that it is one, so that only escapes need a second look: most texts have none.
func unquote(b []byte) (string, error) {
	if len(b) < 2 {
		return "", errNotScalar
	}
	if inner := b[1 : len(b)-1]; bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner), nil
	}
	var s string
	err := json.Unmarshal(b, &s)
	return s, err
}
