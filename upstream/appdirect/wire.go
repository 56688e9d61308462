package appdirect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// Text is a string that may be written as a number or boolean; null is "".
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

// UnmarshalJSON takes true, false, "true", "false", null and "".
func (v *Bool) UnmarshalJSON(b []byte) error {
	s, err := scalar(b)
	if err != nil || s == "" {
		return err
	}
	value, err := strconv.ParseBool(s)
	if err != nil {
		return errors.New("not a boolean")
	}
	*v = Bool{Value: value, Valid: true}
	return nil
}

// Ptr is nil where the backend said nothing.
func (v Bool) Ptr() *bool {
	if !v.Valid {
		return nil
	}
	return &v.Value
}

// maxExponent bounds a decimal's exponent: writing out 1e999999999 would take a gigabyte.
const maxExponent = 64

// Number is an exact decimal that may be written as a string. Valid is false
// for null, an absent member, and the empty string.
type Number struct {
	Value decimal.Decimal
	Valid bool
}

// UnmarshalJSON takes a JSON number or a string with one; it never goes via float.
func (n *Number) UnmarshalJSON(b []byte) error {
	s, err := scalar(b)
	if err != nil || s == "" {
		return err
	}
	value, err := decimal.NewFromString(s)
	if err != nil || value.Exponent() > maxExponent || value.Exponent() < -maxExponent {
		return errors.New("not a number")
	}
	*n = Number{Value: value, Valid: true}
	return nil
}

// Ptr is nil where the backend said nothing.
func (n Number) Ptr() *decimal.Decimal {
	if !n.Valid {
		return nil
	}
	return &n.Value
}

// Time is a moment in any of the documented forms. The zero Time is null.
type Time struct{ time.Time }

// maxMillis is the year 9999 in epoch milliseconds, the last that ISO 8601 writes with four digits.
const maxMillis = 253402300799999

// layouts are the textual forms: RFC 3339, AppDirect's offset without a colon, and a bare date.
var layouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999-0700", "2006-01-02T15:04:05.999999999", time.DateOnly}

// UnmarshalJSON takes epoch milliseconds (number or string), ISO 8601, RFC 2822 and null.
func (t *Time) UnmarshalJSON(b []byte) error {
	s, err := scalar(b)
	if err != nil || s == "" {
		return err
	}
	t.Time, err = parseTime(s)
	return err
}

func parseTime(s string) (time.Time, error) {
	if millis, err := strconv.ParseInt(s, 10, 64); err == nil {
		if millis > maxMillis || millis < -maxMillis {
			return time.Time{}, errors.New("not a date: milliseconds beyond the year 9999")
		}
		return time.UnixMilli(millis).UTC(), nil
	}
	for _, layout := range layouts {
		if at, err := time.Parse(layout, s); err == nil {
			return at.UTC(), nil
		}
	}
	if at, err := mail.ParseDate(s); err == nil {
		return at.UTC(), nil
	}
	return time.Time{}, errors.New("not a date")
}

// Ptr is nil where the backend said nothing.
func (t Time) Ptr() *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t.Time
}

// Ref points at another resource: {"-id","-href"} in billing, {"id","href"} elsewhere.
type Ref struct {
	ID   Text
	Href Text
}

// UnmarshalJSON takes both spellings, and a bare id.
func (r *Ref) UnmarshalJSON(b []byte) error {
	if trimmed := bytes.TrimSpace(b); len(trimmed) > 0 && trimmed[0] != '{' {
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

// List is a list whose only element may stand alone, and which may be wrapped
// in an object with a single member: [a,b], a, {"cost":[a,b]}, {"cost":a}.
type List[T any] []T

// UnmarshalJSON takes all those forms; null and "" are the empty list.
func (l *List[T]) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || bytes.Equal(b, []byte("null")) || bytes.Equal(b, []byte(`""`)) {
		return nil
	}
	if b[0] == '[' {
		return json.Unmarshal(b, (*[]T)(l))
	}
	if inner, ok := wrapped(b); ok {
		return l.UnmarshalJSON(inner)
	}
	var one T
	if err := json.Unmarshal(b, &one); err != nil {
		return err
	}
	*l = List[T]{one}
	return nil
}

// wrapped gives the value of an object's only member where that is an object
// or list itself; {"id":"1"} is an element, {"cost":{…}} is a wrapper.
func wrapped(b []byte) (json.RawMessage, bool) {
	var object map[string]json.RawMessage
	if json.Unmarshal(b, &object) != nil || len(object) != 1 {
		return nil, false
	}
	for _, inner := range object {
		inner = bytes.TrimSpace(inner)
		if len(inner) > 0 && (inner[0] == '[' || inner[0] == '{') {
			return inner, true
		}
	}
	return nil, false
}

// scalar gives the text of a JSON scalar; null is "".
func scalar(b []byte) (string, error) {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || bytes.Equal(b, []byte("null")) {
		return "", nil
	}
	switch b[0] {
	case '"':
		var s string
		err := json.Unmarshal(b, &s)
		return strings.TrimSpace(s), err
	case '{', '[':
		return "", fmt.Errorf("an object or list where a single value was expected")
	default:
		return string(b), nil
	}
}

func or(a, b Text) Text {
	if a != "" {
		return a
	}
	return b
}
