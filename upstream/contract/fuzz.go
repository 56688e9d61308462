package contract

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
)

// FuzzDecoder: any bytes give a value or a malformed error, and a value does not depend on how the same document is
// spaced. It starts from the samples and the least body of the route's decoder, and from seeds. decode is that decoder
// unboxed; whole tells of a value whether it has what it is read for.
func FuzzDecoder[T any](f *testing.F, room *Room, route *upstream.Route, decode func([]byte) (T, error), whole func(T) bool, seeds ...string) {
	f.Helper()
	d := room.Decoder(f, route)
	if d.Sample != "" {
		for _, body := range room.Samples(f, d.Sample) {
			f.Add(body)
		}
	}
	if d.Least != "" {
		f.Add([]byte(d.Least))
	}
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := decode(body)
		if err != nil {
			room.CheckMalformed(t, route, err)
			return
		}
		if !whole(got) {
			t.Errorf("something is missing: %+v", got)
		}
		checkSpaced(t, decode, body, got)
	})
}

// checkSpaced wants the same value of the same document, spaced otherwise.
func checkSpaced[T any](t testing.TB, decode func([]byte) (T, error), body []byte, want T) {
	t.Helper()
	var spaced bytes.Buffer
	if err := json.Indent(&spaced, body, " ", "\t"); err != nil {
		t.Fatalf("taken, though it is not JSON: %v", err)
	}
	got, err := decode(spaced.Bytes())
	if err != nil {
		t.Fatalf("not taken when spaced: %v: %v", err, Cause(err))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-as given +spaced):\n%s", diff)
	}
}
