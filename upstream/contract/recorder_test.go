package contract_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"testing"
	"testing/fstest"
	"time"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/contract"
)

// recorder is a test that keeps what a check says of a room.
type recorder struct {
	testing.TB
	faults []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

// faultsOf runs a check to its end, which may come early.
func faultsOf(check func(t testing.TB)) []string {
	r := &recorder{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		check(r)
	}()
	<-done
	return r.faults
}

// thing is all that the backend of these tests knows.
type thing struct {
	ID string `json:"id"`
}

func decoder(r *upstream.Route) func([]byte) (thing, error) {
	return func(body []byte) (thing, error) {
		var got thing
		if err := json.Unmarshal(body, &got); err != nil || got.ID == "" {
			return thing{}, malformed(r)
		}
		return got, nil
	}
}

func malformed(r *upstream.Route) *upstream.Error {
	return &upstream.Error{Kind: upstream.MalformedReply, Backend: r.Backend, Route: r.Name}
}

// whole is a room without a fault; each call gives one that may be broken.
func whole() *contract.Room {
	read := &upstream.Route{
		Name: "any.readThing", Backend: "any", Method: "GET", Path: "/things/{id}", Query: []string{"expand"},
		Fresh: time.Minute, Hard: time.Hour, Tags: []string{"thing:{id}"}, Births: []string{"things"}, Assumed: "a thing of a list",
	}
	live := &upstream.Route{Name: "any.readLive", Backend: "any", Method: "GET", Path: "/live/{id}"}
	return &contract.Room{
		Backend: "any", Routes: []*upstream.Route{read, live},
		Decoders: []contract.Decoder{
			{Route: read, Sample: "thing", Decode: contract.Boxed(decoder(read)), Least: `{"id":"a"}`},
			{Route: live, Sample: "live-*", Decode: contract.Boxed(decoder(live))},
		},
		Files: fstest.MapFS{
			"routes.go":                       {Data: []byte("var (\n\tA = &upstream.Route{}\n\tB = &upstream.Route{}\n)")},
			"routes_test.go":                  {Data: []byte("var C = &upstream.Route{}")},
			"testdata/facts.json":             {Data: []byte(`{"routes":[{"method":"GET","path":"/things/{id}","query":[{"name":"expand","default":"all"},{"name":"bare"}]},{"method":"GET","path":"/live/{id}"}]}`)},
			"testdata/samples/thing.json":     {Data: []byte(`{"id":"thing"}`)},
			"testdata/samples/live-1.json":    {Data: []byte(`{"id":"one"}`)},
			"testdata/samples/live-2.json":    {Data: []byte(`{"id":"two"}`)},
			"testdata/samples/error-404.json": {Data: []byte(`{"message":"no"}`)},
		},
		Docs: fstest.MapFS{
			"caching.md": {Data: []byte("| `any.readThing` | `GET /things/{id}` | 1m0s | 5m0s | 1h0m0s | `thing:{id}` | `things` |\n" +
				"| `any.readLive` | `GET /live/{id}` | never | – | – | – | – |\n| `other.read` | `GET /x` | never | – | – | – | – |\n")},
			"assumptions.md":  {Data: []byte("| `GET /things/{id}` | a thing of a list |\n")},
			"backends/any.md": {Data: []byte("At most 7 calls at once.\n")},
		},
	}
}

// put replaces a file of a room's folders.
func put(tree any, name, text string) {
	tree.(fstest.MapFS)[name] = &fstest.MapFile{Data: []byte(text)}
}
