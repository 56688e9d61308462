package wire_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream/wire"
)

// FuzzTime: what is taken is in UTC, can be written as RFC 3339, and read again as the same moment.
func FuzzTime(f *testing.F) {
	for _, raw := range []string{`1519248071000`, `"-1"`, `"2015-08-12T13:43:26.628-06:00"`, `"2015-05-06"`, `"12 Aug 2015 13:43:26 GMT"`, `null`} {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var got, again wire.Time
		if json.Unmarshal(raw, &got) != nil || got.Ptr() == nil {
			return
		}
		if got.Location() != time.UTC {
			t.Errorf("%s: in %s", raw, got.Location())
		}
		written, err := json.Marshal(got.Time)
		if err != nil {
			t.Fatalf("%s cannot be written: %v", raw, err)
		}
		if err := json.Unmarshal(written, &again); err != nil || !again.Time.Equal(got.Time) {
			t.Errorf("%s, written %s: %s, %v", raw, written, again, err)
		}
	})
}

// FuzzNumber: what is taken is bounded when written out, and then read again as the same number.
func FuzzNumber(f *testing.F) {
	for _, raw := range []string{`4`, `"26.5700000000"`, `-1.5e-7`, `"1e64"`, `1e999999999`, `"0x1p-2"`, `null`} {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var got, again wire.Number
		if json.Unmarshal(raw, &got) != nil || !got.Valid {
			return
		}
		written := got.Value.String()
		if len(written) > 256 {
			t.Errorf("%s is written with %d characters", raw, len(written))
		}
		if err := json.Unmarshal(fmt.Appendf(nil, "%q", written), &again); err != nil && len(written) <= 128 {
			t.Errorf("%s, written %s: %v", raw, written, err)
		}
		if again.Valid && !again.Value.Equal(got.Value) {
			t.Errorf("%s, written %s: %s", raw, written, again.Value)
		}
	})
}

// FuzzList: a list reads the same again as a plain list and in a wrapper.
func FuzzList(f *testing.F) {
	for _, raw := range []string{
		`[{"name":"a"},{"name":"b"}]`, `{"name":"a"}`, `{"item":[{"name":"a"}]}`, `{"item":{"name":"a"}}`,
		`{"inner":{"item":{}}}`, `{"item":{"item":[]}}`, `{}`, `null`, `""`, `{"item":""}`,
	} {
		f.Add([]byte(raw))
	}
	type item struct {
		Name  wire.Text            `json:"name"`
		Inner map[string]wire.Text `json:"inner"`
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var got wire.List[item]
		if json.Unmarshal(raw, &got) != nil {
			return
		}
		plain, err := json.Marshal([]item(got))
		if err != nil {
			t.Fatal(err)
		}
		for _, written := range [][]byte{plain, fmt.Appendf(nil, `{"item":%s}`, plain)} {
			var again wire.List[item]
			if err := json.Unmarshal(written, &again); err != nil {
				t.Fatalf("%s: %v", written, err)
			}
			if diff := cmp.Diff(got, again); diff != "" {
				t.Errorf("%s, written %s:\n%s", raw, written, diff)
			}
		}
	})
}
