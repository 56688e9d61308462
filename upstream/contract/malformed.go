package contract

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/marketgraph/marketgraph/upstream"
)

// Secret stands for what a reply may hold and no log must.
const Secret = "s3cret-of-a-customer" //nolint:gosec // made up, and looked for on purpose

// Refusal is a reply that the decoder of a route must not take.
type Refusal struct {
	// Route is whose decoder is asked.
	Route *upstream.Route
	// Body is whole but for the one thing that is wrong with it.
	Body string
}

// Cause is what a malformed error hides, nil where it hides nothing; for the messages of tests only.
func Cause(err error) error { return errors.Unwrap(err) }

// NoReplies are bodies that no decoder of any backend may take. The caller owns the list, and appends its own.
func NoReplies() []string {
	return []string{
		``, ` `, `{`, `[`, `nul`, `<html>` + Secret + `</html>`, `{} {}`, `true`, `"` + Secret + `"`, `12`, `{}`, `[{}]`,
		strings.Repeat(`{"a":`, 20_000), strings.Repeat("[", 20_000), `{"id":"` + Secret,
	}
}

// CheckMalformed holds an error to its promises: kind, place, and silence about the reply.
func (room *Room) CheckMalformed(t testing.TB, route *upstream.Route, err error) {
	t.Helper()
	var e *upstream.Error
	if !errors.As(err, &e) {
		t.Fatalf("%s: %v is no upstream.Error", route.Name, err)
	}
	if e.Kind != upstream.MalformedReply || e.Route != route.Name || e.Backend != room.Backend || e.Retryable() {
		t.Errorf("%s: kind %s of route %s", route.Name, e.Kind, e.Route)
	}
	if want := "upstream: " + route.Name + ": malformed"; err.Error() != want {
		t.Errorf("%q, want %q", err.Error(), want)
	}
}

// CheckRefusedByAll: no decoder takes any of the bodies, nor gives half of one; each in a test of its own.
func (room *Room) CheckRefusedByAll(t *testing.T, bodies []string) {
	t.Helper()
	for _, body := range bodies {
		for _, d := range room.Decoders {
			t.Run(fmt.Sprintf("%s/%.30s", d.Route.Name, body), func(t *testing.T) {
				t.Parallel()
				room.checkRefused(t, d, body)
			})
		}
	}
}

// CheckRefused: of each refusal, the decoder of its route neither takes the body nor gives half of it.
func (room *Room) CheckRefused(t testing.TB, refusals []Refusal) {
	t.Helper()
	for _, c := range refusals {
		room.checkRefused(t, room.Decoder(t, c.Route), c.Body)
	}
}

func (room *Room) checkRefused(t testing.TB, d Decoder, body string) {
	t.Helper()
	got, err := d.Decode([]byte(body))
	if err == nil {
		t.Errorf("%s: taken: %.200s", d.Route.Name, body)
		return
	}
	room.CheckMalformed(t, d.Route, err)
	if !reflect.ValueOf(got).IsZero() {
		t.Errorf("%s: a value beside the error: %+v", d.Route.Name, got)
	}
}
