package contract

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
)

// Decoder is any of a room's decoders.
type Decoder struct {
	// Route is whose replies it reads.
	Route *upstream.Route
	// Sample names the files of the printed replies that it has to read, without ".json", as a pattern of [path.Match].
	// "" means that none is printed as a whole.
	Sample string
	// Decode is the decoder, its value boxed.
	Decode func(body []byte) (any, error)
	// Least is the shortest body that it takes; "" where the room tests that otherwise.
	Least string
}

// Boxed hides the type of a decoder's value.
func Boxed[T any](decode func([]byte) (T, error)) func([]byte) (any, error) {
	return func(body []byte) (any, error) { return decode(body) }
}

// Decoder finds the decoder of a route.
func (room *Room) Decoder(t testing.TB, route *upstream.Route) Decoder {
	t.Helper()
	for _, d := range room.Decoders {
		if d.Route == route {
			return d
		}
	}
	t.Fatalf("%s has no decoder", route.Name)
	return Decoder{}
}

// Sample is the body of one printed reply. The caller owns it.
func (room *Room) Sample(t testing.TB, name string) []byte {
	t.Helper()
	return read(t, room.Files, samplesDir+name+".json")
}

// Samples are the bodies of all printed replies whose names fit a pattern, at least one, in the order of their names.
func (room *Room) Samples(t testing.TB, pattern string) [][]byte {
	t.Helper()
	var bodies [][]byte
	for _, file := range room.sampleFiles(t, pattern) {
		bodies = append(bodies, read(t, room.Files, file))
	}
	return bodies
}

func (room *Room) sampleFiles(t testing.TB, pattern string) []string {
	t.Helper()
	return matching(t, room.Files, samplesDir+pattern+".json")
}

// CheckDecoders wants one decoder per route, in the order of the routes. without are routes at the end of the list that
// are no reads.
func (room *Room) CheckDecoders(t testing.TB, without ...*upstream.Route) {
	t.Helper()
	var decoded []*upstream.Route
	for _, d := range room.Decoders {
		decoded = append(decoded, d.Route)
	}
	if decoded = append(decoded, without...); !slices.Equal(decoded, room.Routes) {
		t.Errorf("(-routes +decoders):\n%s", cmp.Diff(names(room.Routes), names(decoded)))
	}
}

func names(routes []*upstream.Route) []string {
	var all []string
	for _, r := range routes {
		all = append(all, r.Name)
	}
	return all
}

// CheckSamples: each decoder takes its printed samples and its least body, and no sample lies about unread. others are
// patterns of those that other tests read.
func (room *Room) CheckSamples(t testing.TB, others ...string) {
	t.Helper()
	used := map[string]bool{}
	for _, pattern := range others {
		for _, file := range room.sampleFiles(t, pattern) {
			used[file] = true
		}
	}
	for _, d := range room.Decoders {
		if d.Least != "" {
			checkTaken(t, d, "its least body", []byte(d.Least))
		}
		if d.Sample == "" {
			continue
		}
		for _, file := range room.sampleFiles(t, d.Sample) {
			used[file] = true
			checkTaken(t, d, file, read(t, room.Files, file))
		}
	}
	for _, file := range room.sampleFiles(t, "*") {
		if !used[file] {
			t.Errorf("%s is read by no test", file)
		}
	}
}

func checkTaken(t testing.TB, d Decoder, what string, body []byte) {
	t.Helper()
	if _, err := d.Decode(body); err != nil {
		t.Errorf("%s: %s: %v: %v", d.Route.Name, what, err, Cause(err))
	}
}

// CheckOneSampleEach: every decoder has a sample, and no two read the same.
func (room *Room) CheckOneSampleEach(t testing.TB) {
	t.Helper()
	reader := map[string]string{}
	for _, d := range room.Decoders {
		if other, taken := reader[d.Sample]; taken || d.Sample == "" {
			t.Errorf("%s reads sample %q, which is read by %q", d.Route.Name, d.Sample, other)
		}
		reader[d.Sample] = d.Route.Name
	}
}

// CheckDecodes holds a body's value against want, which is written from the sample by hand, never from what the code gave.
func CheckDecodes[T any](t testing.TB, decode func([]byte) (T, error), body []byte, want T) {
	t.Helper()
	got, err := decode(body)
	if err != nil {
		t.Fatalf("%v: %v", err, Cause(err))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
