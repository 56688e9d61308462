package appdirect

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
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

// Bool is a boolean that may be written as a string. Valid is false for null,
// an absent member, and the empty string.
type Bool struct{ Value, Valid bool }

// UnmarshalJSON takes true, false, "true", "false", null and "". Other
// spellings, 1 and "yes" among them, are not documented and refused.
func (v *Bool) UnmarshalJSON(b []byte) error {
	s, err := scalar(b)
	if err != nil {
		return err
	}
	switch strings.TrimSpace(s) {
	case "":
		*v = Bool{}
	case "true":
		*v = Bool{Value: true, Valid: true}
	case "false":
		*v = Bool{Valid: true}
	default:
		return errors.New("not a boolean")
	}
	return nil
}

// Ptr is nil where the backend said nothing.
func (v Bool) Ptr() *bool {
	if !v.Valid {
		return nil
	}
	return &v.Value
}

// Ref points at another resource: {"-id","-href"} in billing, {"id","href"} elsewhere.
type Ref struct {
	// ID is a uuid or a number, as the resource itself is identified; "" where the backend named none.
	ID Text
	// Href is the resource's address at the backend; often "", and never followed.
	Href Text
}

// UnmarshalJSON takes both spellings, and a bare id.
func (r *Ref) UnmarshalJSON(b []byte) error {
	if trimmed := bytes.TrimSpace(b); len(trimmed) > 0 && trimmed[0] != '{' {
		*r = Ref{}
		return r.ID.UnmarshalJSON(trimmed)
	}
	var wire struct {
		DashID   Text `json:"-id"`
		ID       Text `json:"id"`
		DashHref Text `json:"-href"`
		Href     Text `json:"href"`
	}
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	*r = Ref{ID: or(wire.DashID, wire.ID), Href: or(wire.DashHref, wire.Href)}
	return nil
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

func or(a, b Text) Text {
	if a != "" {
		return a
	}
	return b
}
