package wire

import (
	"errors"
	"strings"
)

var errNotBool = errors.New("not a boolean")

// Bool is a boolean that may be written as a string. Valid is false for null,
// an absent member, and the empty string.
type Bool struct {
	// Value is false where the backend said nothing.
	Value bool
	// Valid is false where the backend said nothing.
	Valid bool
}

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
		return errNotBool
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
