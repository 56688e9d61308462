package wire

import (
	"errors"
	"strings"

	"github.com/shopspring/decimal"
)

// A decimal's bounds. Writing out 1e999999999 would take a gigabyte, and
// arithmetic on a million digits a long while; the longest printed number has 13.
const (
	maxExponent = 64
	maxDigits   = 128
)

var errNotNumber = errors.New("not a number")

// Number is an exact decimal that may be written as a string. Valid is false
// for null, an absent member, and the empty string.
type Number struct {
	// Value keeps the written scale: "26.5700000000" has ten decimals.
	Value decimal.Decimal
	// Valid is false where the backend said nothing; Value is 0 then.
	Valid bool
}

// UnmarshalJSON takes a JSON number or a string with one; it never goes via float.
func (n *Number) UnmarshalJSON(b []byte) error {
	s, err := scalar(b)
	if err != nil {
		return err
	}
	if s = strings.TrimSpace(s); s == "" {
		*n = Number{}
		return nil
	}
	if len(s) > maxDigits {
		return errNotNumber
	}
	value, err := decimal.NewFromString(s)
	if err != nil || value.Exponent() > maxExponent || value.Exponent() < -maxExponent {
		return errNotNumber
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
