// Package model holds the types of the graph: what gqlgen generates from
// schema.graphqls, and the scalars written here. Values are immutable once a
// loader has made them, because viewers share them through the cache.
package model

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/shopspring/decimal"
)

// dateTimeLayout is the printed form: UTC, always with milliseconds.
const dateTimeLayout = "2006-01-02T15:04:05.000Z"

// MarshalDateTime writes t in UTC as an ISO 8601 string with milliseconds.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, t.UTC().Format(`"`+dateTimeLayout+`"`))
	})
}

// UnmarshalDateTime reads an RFC 3339 string; any other value is an error.
func UnmarshalDateTime(v any) (time.Time, error) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, fmt.Errorf("a DateTime is a string such as %q", dateTimeLayout)
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no DateTime: write it as %q", s, dateTimeLayout)
	}
	return t, nil
}

// MarshalDecimal writes d as an exact JSON number without an exponent.
func MarshalDecimal(d decimal.Decimal) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, d.String())
	})
}

// UnmarshalDecimal reads a JSON number or a string with a number in it. Only
// literals inside a document arrive as floats, because the parser makes them
// so: they are read through their shortest form, exact to 15 digits. Whoever
// needs more sends a variable or a string.
func UnmarshalDecimal(v any) (decimal.Decimal, error) {
	switch v := v.(type) {
	case json.Number:
		return parseDecimal(v.String())
	case string:
		return parseDecimal(v)
	case int64:
		return decimal.NewFromInt(v), nil
	case int:
		return decimal.NewFromInt(int64(v)), nil
	case float64:
		return parseDecimal(strconv.FormatFloat(v, 'g', -1, 64))
	default:
		return decimal.Decimal{}, fmt.Errorf("a Decimal is a number, not %T", v)
	}
}

// maxDecimalText bounds the digits of a Decimal from a client: an exponent of
// a billion would otherwise be written out in full.
const maxDecimalText = 64

func parseDecimal(s string) (decimal.Decimal, error) {
	if len(s) > maxDecimalText {
		return decimal.Decimal{}, fmt.Errorf("a Decimal has at most %d characters", maxDecimalText)
	}
	d, err := decimal.NewFromString(s)
	if err != nil || d.Exponent() > maxDecimalText || d.Exponent() < -maxDecimalText {
		return decimal.Decimal{}, fmt.Errorf("%q is no Decimal", s)
	}
	return d, nil
}
