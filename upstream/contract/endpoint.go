package contract

import (
	"testing"

	"github.com/marketgraph/marketgraph/upstream"
)

// Endpoint is what the facts of all backends say of an endpoint. A room embeds it in its own type.
type Endpoint struct {
	Method string      `json:"method"`
	Path   string      `json:"path"`
	Query  []Parameter `json:"query"`
}

// Parameter is a documented query parameter.
type Parameter struct {
	Name string `json:"name"`
	// Default is as printed, nil where none is.
	Default any `json:"default"`
}

// Fact is an [Endpoint] or what embeds one.
type Fact interface {
	// Is reports whether the fact is about a route: method and path decide.
	Is(r *upstream.Route) bool
}

// Is reports whether a route is this endpoint.
func (e Endpoint) Is(r *upstream.Route) bool { return e.Method == r.Method && e.Path == r.Path }

// Takes reports whether a query parameter is documented.
func (e Endpoint) Takes(name string) bool {
	for _, p := range e.Query {
		if p.Name == name {
			return true
		}
	}
	return false
}

// Default is the documented default of a parameter, nil where the parameter or its default is not printed.
func (e Endpoint) Default(name string) any {
	for _, p := range e.Query {
		if p.Name == name {
			return p.Default
		}
	}
	return nil
}

// FactOf finds a route's facts by method and path, which is the test that both exist.
func FactOf[F Fact](t testing.TB, facts []F, r *upstream.Route) F {
	t.Helper()
	for _, fact := range facts {
		if fact.Is(r) {
			return fact
		}
	}
	t.Fatalf("%s %s is not documented", r.Method, r.Path)
	return *new(F)
}

// CheckRoutes holds every route to its facts, each in a test of its own: the endpoint exists, and takes what the route
// may send. also checks what only this backend prints. Facts of endpoints without a route are an error.
func CheckRoutes[F Fact](
	t *testing.T, room *Room, facts []F, takes func(fact F, parameter string) bool, also func(t *testing.T, r *upstream.Route, fact F),
) {
	t.Helper()
	for _, r := range room.Routes {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			fact := FactOf(t, facts, r)
			checkQuery(t, r, fact, takes)
			also(t, r, fact)
		})
	}
	checkCount(t, room, facts)
}

func checkQuery[F Fact](t testing.TB, r *upstream.Route, fact F, takes func(fact F, parameter string) bool) {
	t.Helper()
	for _, name := range r.Query {
		if !takes(fact, name) {
			t.Errorf("query parameter %q is not documented", name)
		}
	}
}

func checkCount[F Fact](t testing.TB, room *Room, facts []F) {
	t.Helper()
	if len(facts) != len(room.Routes) {
		t.Errorf("%d routes, facts of %d", len(room.Routes), len(facts))
	}
}
