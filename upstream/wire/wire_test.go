package wire_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/marketgraph/marketgraph/upstream/wire"
)

var (
	yes = wire.Bool{Value: true, Valid: true}
	no  = wire.Bool{Valid: true}
)

func num(s string) wire.Number {
	return wire.Number{Value: decimal.RequireFromString(s), Valid: true}
}

func at(t testing.TB, rfc3339 string) wire.Time {
	t.Helper()
	moment, err := time.Parse(time.RFC3339Nano, rfc3339)
	if err != nil {
		t.Fatal(err)
	}
	return wire.Time{Time: moment}
}

// wireCase is one spelling of a value: what it means, or that it is refused.
type wireCase[T any] struct {
	wire    string
	want    T
	refused bool
}

func runWire[T any](t *testing.T, cases []wireCase[T]) {
	t.Helper()
	for _, c := range cases {
		var got T
		err := json.Unmarshal([]byte(c.wire), &got)
		if (err != nil) != c.refused {
			t.Errorf("%.80s: error %v, refused: %t", c.wire, err, c.refused)
			continue
		}
		if c.refused {
			continue
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%.80s (-want +got):\n%s", c.wire, diff)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	runWire(t, []wireCase[wire.Text]{
		{wire: `"a"`, want: "a"},
		{wire: `" a "`, want: " a "},
		{wire: `"caf\u00e9"`, want: "café"},
		{wire: `4644`, want: "4644"},
		{wire: `9007199254740993`, want: "9007199254740993"}, // one more than a float holds
		{wire: `true`, want: "true"},
		{wire: `null`},
		{wire: `""`},
		{wire: `{}`, refused: true},
		{wire: `["a"]`, refused: true},
	})
}

func TestBool(t *testing.T) {
	t.Parallel()
	runWire(t, []wireCase[wire.Bool]{
		{wire: `true`, want: yes},
		{wire: `false`, want: no},
		{wire: `"true"`, want: yes},
		{wire: `"false"`, want: no},
		{wire: `" true "`, want: yes},
		{wire: `null`},
		{wire: `""`},
		{wire: `1`, refused: true},
		{wire: `"1"`, refused: true},
		{wire: `"t"`, refused: true},
		{wire: `"yes"`, refused: true},
		{wire: `{"value":true}`, refused: true},
		{wire: `[true]`, refused: true},
	})
}

func TestNumber(t *testing.T) {
	t.Parallel()
	runWire(t, []wireCase[wire.Number]{
		{wire: `4`, want: num("4")},
		{wire: `"4"`, want: num("4")},
		{wire: `-0.5`, want: num("-0.5")},
		{wire: `"26.5700000000"`, want: num("26.57")},
		{wire: `" 26.57 "`, want: num("26.57")},
		{wire: `0.1`, want: num("0.1")},
		{wire: `9007199254740993`, want: num("9007199254740993")},
		{wire: `1e3`, want: num("1000")},
		{wire: `"1e64"`, want: num("1" + strings.Repeat("0", 64))},
		{wire: `null`},
		{wire: `""`},
		{wire: `1e65`, refused: true},
		{wire: `1e-65`, refused: true},
		{wire: `"1e999999999"`, refused: true},
		{wire: `"1e99999999999999999999"`, refused: true},
		{wire: `"-1e-2147483649"`, refused: true},
		{wire: strings.Repeat("9", 129), refused: true},
		{wire: `"12 users"`, refused: true},
		{wire: `"1,5"`, refused: true},
		{wire: `"1_000"`, refused: true},
		{wire: `"0x10"`, refused: true},
		{wire: `"NaN"`, refused: true},
		{wire: `"Infinity"`, refused: true},
		{wire: `"."`, refused: true},
		{wire: `true`, refused: true},
		{wire: `{"amount":1}`, refused: true},
		{wire: `[1]`, refused: true},
	})
}

func TestTime(t *testing.T) {
	t.Parallel()
	summer := at(t, "2015-08-12T19:43:26Z")
	runWire(t, []wireCase[wire.Time]{
		{wire: `1519248071000`, want: at(t, "2018-02-21T21:21:11Z")},
		{wire: `"1519248071000"`, want: at(t, "2018-02-21T21:21:11Z")},
		{wire: `1487267935599`, want: at(t, "2017-02-16T17:58:55.599Z")},
		{wire: `0`, want: at(t, "1970-01-01T00:00:00Z")},
		{wire: `-1`, want: at(t, "1969-12-31T23:59:59.999Z")},
		{wire: `"2015-08-12T13:43:26-06:00"`, want: summer},
		{wire: `"2015-08-12T13:43:26-0600"`, want: summer},
		{wire: `"2015-08-12T19:43:26Z"`, want: summer},
		{wire: `" 2015-08-12T19:43:26Z "`, want: summer},
		{wire: `"2015-08-11T09:46:15.628-06:00"`, want: at(t, "2015-08-11T15:46:15.628Z")},
		{wire: `"2015-05-06"`, want: at(t, "2015-05-06T00:00:00Z")},
		{wire: `"Wed, 12 Aug 2015 13:43:26 -0600"`, want: summer},
		{wire: `"12 Aug 2015 13:43:26 -0600"`, want: summer},
		{wire: `"Wed, 12 Aug 2015 19:43:26 GMT"`, want: summer},
		{wire: `"Thu, 6 Aug 2015 19:43:26 +0000"`, want: at(t, "2015-08-06T19:43:26Z")},
		{wire: `"9999-12-31T23:59:59Z"`, want: at(t, "9999-12-31T23:59:59Z")},
		{wire: `null`},
		{wire: `""`},
		{wire: `"9999-12-31T23:59:59-06:00"`, refused: true}, // in UTC that is the year 10000
		{wire: `"0001-01-01T00:00:00+06:00"`, refused: true},
		{wire: `253402300800000`, refused: true}, // the first millisecond of the year 10000
		{wire: `-62135596800001`, refused: true}, // the last before the year 1
		{wire: `9223372036854775807`, refused: true},
		{wire: `-9223372036854775808`, refused: true},
		{wire: `99999999999999999999`, refused: true},
		{wire: `1.5e12`, refused: true},
		{wire: `"2018-04-112T19:15:00Z"`, refused: true}, // printed so for another endpoint
		{wire: `"2015-02-30"`, refused: true},
		{wire: `"2015-08-12T13:43:26"`, refused: true}, // in whose zone?
		{wire: `"Wed, 12 Aug 2015 13:43:26 EST"`, refused: true},
		{wire: `"yesterday"`, refused: true},
		{wire: `true`, refused: true},
		{wire: `{"time":1}`, refused: true},
		{wire: `[1519248071000]`, refused: true},
	})
}

// TestTimesAreUTC: two spellings of a moment have to be one value, in caches and in replies.
func TestTimesAreUTC(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{`"2015-08-12T13:43:26-06:00"`, `1519248071000`, `"Wed, 12 Aug 2015 13:43:26 -0600"`} {
		var got wire.Time
		if err := json.Unmarshal([]byte(raw), &got); err != nil || got.Location() != time.UTC {
			t.Errorf("%s: in %s, %v", raw, got.Location(), err)
		}
	}
}

func TestRef(t *testing.T) {
	t.Parallel()
	runWire(t, []wireCase[wire.Ref]{
		{wire: `{"-id":"78","-href":"http://x/78"}`, want: wire.Ref{ID: "78", Href: "http://x/78"}},
		{wire: `{"id":78,"href":"http://x/78"}`, want: wire.Ref{ID: "78", Href: "http://x/78"}},
		{wire: `{"-id":"78","id":""}`, want: wire.Ref{ID: "78"}},
		{wire: `"78"`, want: wire.Ref{ID: "78"}},
		{wire: `78`, want: wire.Ref{ID: "78"}},
		{wire: `null`},
		{wire: `{}`},
		{wire: `["78"]`, refused: true},
		{wire: `{"-id":{"id":"78"}}`, refused: true},
	})
}

func TestList(t *testing.T) {
	t.Parallel()
	type costs = wire.List[cost]
	dollar := cost{Amount: map[string]wire.Number{"USD": num("1")}}
	user := cost{Unit: "USER"}
	runWire(t, []wireCase[costs]{
		{wire: `[{"unit":"USER"},{"amount":{"USD":"1"}}]`, want: costs{user, dollar}},
		{wire: `{"cost":[{"unit":"USER"},{"amount":{"USD":1}}]}`, want: costs{user, dollar}},
		{wire: `{"cost":{"unit":"USER"}}`, want: costs{user}},
		{wire: `{"unit":"USER"}`, want: costs{user}},
		{wire: `{"amount":{"USD":1}}`, want: costs{dollar}}, // an element, though its only member is an object
		{wire: `{"cost":{"amount":{"USD":1}}}`, want: costs{dollar}},
		{wire: `[]`, want: costs{}},
		{wire: `null`},
		{wire: `""`},
		{wire: `{"cost":[]}`, want: costs{}},
		{wire: `{"cost":null}`},
		{wire: `{"cost":""}`},
		{wire: `{}`, refused: true},
		{wire: `{ }`, refused: true},
		{wire: `{"cost":{}}`, refused: true},
		{wire: `"USER"`, refused: true},
		{wire: `5`, refused: true},
		{wire: `{"cost":5}`, refused: true},
		{wire: `[[{"unit":"USER"}]]`, refused: true},
	})
}

func TestPointers(t *testing.T) {
	t.Parallel()
	if (wire.Bool{}).Ptr() != nil || (wire.Number{}).Ptr() != nil || (wire.Time{}).Ptr() != nil {
		t.Error("what the backend did not say must be nil")
	}
	if p := no.Ptr(); p == nil || *p {
		t.Error("false is a value")
	}
	if p := num("0").Ptr(); p == nil || !p.IsZero() {
		t.Error("0 is a value")
	}
	if p := at(t, "1970-01-01T00:00:00Z").Ptr(); p == nil || p.Unix() != 0 {
		t.Error("the epoch is a value")
	}
}

func TestUnix(t *testing.T) {
	t.Parallel()
	of := func(rfc3339 string) wire.Unix { return wire.Unix{Time: at(t, rfc3339).Time} }
	runWire(t, []wireCase[wire.Unix]{
		{wire: `0`, want: of("1970-01-01T00:00:00Z")},
		{wire: `1534531428`, want: of("2018-08-17T18:43:48Z")},
		{wire: `" 1534531428 "`, want: of("2018-08-17T18:43:48Z")},
		{wire: `253402300799`, want: of("9999-12-31T23:59:59Z")},
		{wire: `null`},
		{wire: `""`},
		{wire: `-1`, refused: true},
		{wire: `253402300800`, refused: true},
		{wire: `1534531428000`, refused: true}, // milliseconds
		{wire: `9223372036854775807`, refused: true},
		{wire: `99999999999999999999`, refused: true},
		{wire: `1534531428.5`, refused: true},
		{wire: `1.5e9`, refused: true},
		{wire: `"2018-08-17"`, refused: true},
		{wire: `true`, refused: true},
		{wire: `{"at":1}`, refused: true},
	})
	if (wire.Unix{}).Ptr() != nil || of("1970-01-01T00:00:00Z").Ptr() == nil {
		t.Error("only what the backend did not say is nil")
	}
}

func TestGregorian(t *testing.T) {
	t.Parallel()
	of := func(rfc3339 string) wire.Gregorian { return wire.Gregorian{Time: at(t, rfc3339).Time} }
	runWire(t, []wireCase[wire.Gregorian]{
		{wire: `62167219200`, want: of("1970-01-01T00:00:00Z")},
		{wire: `63621662701`, want: of("2016-02-02T20:05:01Z")},
		{wire: `"63872361000"`, want: of("2024-01-13T10:30:00Z")},
		{wire: `" 63872361000 "`, want: of("2024-01-13T10:30:00Z")},
		{wire: `31556995200`, want: of("1000-01-01T00:00:00Z")},
		{wire: `315569519999`, want: of("9999-12-31T23:59:59Z")},
		{wire: `null`},
		{wire: `""`},
		{wire: `0`, refused: true},
		{wire: `31556995199`, refused: true},
		{wire: `315569520000`, refused: true},
		{wire: `1705141800`, refused: true},    // seconds since 1970
		{wire: `1705141800000`, refused: true}, // milliseconds since 1970
		{wire: `-63872361000`, refused: true},
		{wire: `9223372036854775807`, refused: true},
		{wire: `99999999999999999999`, refused: true},
		{wire: `63872361000.5`, refused: true},
		{wire: `6.3e10`, refused: true},
		{wire: `"2024-01-13T10:30:00Z"`, refused: true},
		{wire: `true`, refused: true},
		{wire: `{"at":1}`, refused: true},
	})
	if (wire.Gregorian{}).Ptr() != nil || of("1970-01-01T00:00:00Z").Ptr() == nil {
		t.Error("only what the backend did not say is nil")
	}
}
