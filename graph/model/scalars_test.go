package model_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/shopspring/decimal"

	"github.com/marketgraph/marketgraph/graph/model"
)

func written(m graphql.Marshaler) string {
	var b strings.Builder
	m.MarshalGQL(&b)
	return b.String()
}

func TestMarshalDateTime(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("half past five east", 5*3600+1800)
	for want, moment := range map[string]time.Time{
		`"2023-09-25T12:28:08.000Z"`: time.Date(2023, 9, 25, 12, 28, 8, 0, time.UTC),
		`"2023-09-25T06:58:08.123Z"`: time.Date(2023, 9, 25, 12, 28, 8, 123_999_999, zone),
		`"0001-01-01T00:00:00.000Z"`: {},
		`"1969-12-31T23:59:59.999Z"`: time.UnixMilli(-1),
	} {
		if got := written(model.MarshalDateTime(moment)); got != want {
			t.Errorf("%v is written %s, want %s", moment, got, want)
		}
	}
}

func TestUnmarshalDateTime(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]time.Time{
		"2023-09-25T12:28:08.000Z":       time.Date(2023, 9, 25, 12, 28, 8, 0, time.UTC),
		"2023-09-25T12:28:08Z":           time.Date(2023, 9, 25, 12, 28, 8, 0, time.UTC),
		"2023-09-25T17:58:08.5+05:30":    time.Date(2023, 9, 25, 12, 28, 8, 500_000_000, time.UTC),
		"2023-09-25T12:28:08.123456789Z": time.Date(2023, 9, 25, 12, 28, 8, 123_456_789, time.UTC),
	} {
		if got, err := model.UnmarshalDateTime(in); err != nil || !got.Equal(want) {
			t.Errorf("%q is %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []any{nil, "", "yesterday", "2023-09-25", "2023-09-25 12:28:08", "2023-02-30T00:00:00Z", json.Number("1695644888000"), 1695644888000, true, []any{}} {
		if got, err := model.UnmarshalDateTime(in); err == nil {
			t.Errorf("%v was read as %v", in, got)
		}
	}
}

func TestMarshalDecimal(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]decimal.Decimal{
		"0":                    {},
		"19.99":                decimal.RequireFromString("19.99"),
		"-0.1":                 decimal.RequireFromString("-0.10"),
		"100000":               decimal.RequireFromString("1e5"),
		"0.000001":             decimal.RequireFromString("1e-6"),
		"90071992547409931.07": decimal.RequireFromString("90071992547409931.07"), // no float has it
	} {
		got := written(model.MarshalDecimal(d))
		if got != want {
			t.Errorf("%v is written %s, want %s", d, got, want)
		}
		if !json.Valid([]byte(got)) {
			t.Errorf("%s is no JSON", got)
		}
	}
}

func TestUnmarshalDecimal(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		in   any
		want string
	}{
		{json.Number("19.99"), "19.99"},
		{json.Number("90071992547409931.07"), "90071992547409931.07"},
		{"19.990", "19.99"},
		{"-1e2", "-100"},
		{int64(math.MinInt64), "-9223372036854775808"},
		{7, "7"},
		{0.1, "0.1"},
		{19.99, "19.99"},
		{1e21, "1000000000000000000000"},
	} {
		want := decimal.RequireFromString(tc.want)
		if got, err := model.UnmarshalDecimal(tc.in); err != nil || !got.Equal(want) {
			t.Errorf("%T %v is %v, %v; want %v", tc.in, tc.in, got, err, want)
		}
	}
	for name, in := range map[string]any{
		"nothing": nil, "boolean": true, "list": []any{1}, "empty": "", "word": "many", "two points": "1.2.3", "hexadecimal": "0x10",
		"space": " 1", "too long": strings.Repeat("1", 65), "huge exponent": "1e1000000000", "tiny exponent": json.Number("1e-1000000000"),
		"exponent beyond int": "1e99999999999999999999", "huge float": 1e300, "tiny float": 1e-300,
		"not a number": math.NaN(), "infinity": math.Inf(1), "minus infinity": math.Inf(-1), "spelled infinity": "Infinity",
	} {
		if got, err := model.UnmarshalDecimal(in); err == nil {
			t.Errorf("%s: %v was read as %v", name, in, got)
		}
	}
}

// FuzzDecimal: whatever text is accepted is written as JSON of bounded length,
// and read back as the same number.
func FuzzDecimal(f *testing.F) {
	for _, seed := range []string{"0", "-0", "19.99", "1e64", "1e-64", "1E+5", ".5", "5.", "1e1000000000", "NaN", "", "0.1e-60"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := model.UnmarshalDecimal(text)
		if err != nil {
			return
		}
		out := written(model.MarshalDecimal(d))
		if !json.Valid([]byte(out)) || len(out) > 256 {
			t.Fatalf("%q is written as %q", text, out)
		}
		again, err := decimal.NewFromString(out)
		if err != nil || !again.Equal(d) {
			t.Fatalf("%q is written as %q, which is %v, %v", text, out, again, err)
		}
	})
}

// FuzzDateTime: what is accepted is written in a form that is accepted, and
// which names the same millisecond.
func FuzzDateTime(f *testing.F) {
	for _, seed := range []string{"2023-09-25T12:28:08.000Z", "2023-09-25T12:28:08.999999+23:59", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "2024-02-29T00:00:00,5Z", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		moment, err := model.UnmarshalDateTime(text)
		if err != nil {
			return
		}
		var out string
		if err := json.Unmarshal([]byte(written(model.MarshalDateTime(moment))), &out); err != nil {
			t.Fatal(err)
		}
		if y := moment.UTC().Year(); y < 0 || y > 9999 {
			return // an offset can move the ends of the calendar by a day, beyond what RFC 3339 can write
		}
		again, err := model.UnmarshalDateTime(out)
		if err != nil || !again.Equal(moment.Truncate(time.Millisecond)) {
			t.Fatalf("%q is written as %q, which is %v, %v", text, out, again, err)
		}
	})
}
