package server

import (
	"errors"
	"testing"

	"github.com/99designs/gqlgen/graphql/introspection"

	"github.com/marketgraph/marketgraph/graph"
	"github.com/marketgraph/marketgraph/limits"
)

// TestIntrospectionIsAnswered asks what tools ask, and is charged nothing for it.
func TestIntrospectionIsAnswered(t *testing.T) {
	t.Parallel()
	g := start(t, Options{Throttle: frozen()})
	got := g.query(t, "", introspection.Query)
	if len(got.Errors) > 0 || len(got.Data) < 10_000 {
		t.Errorf("%d bytes of data, errors %v", len(got.Data), got.Errors)
	}
	got.wantCost(t, "introspection", costReport{Throttle: status(1000)})
}

// FuzzDocuments: any text is a valid document, or refused in a bounded number
// of words, and what is valid can be measured and priced.
func FuzzDocuments(f *testing.F) {
	for _, seed := range []string{
		"", "{", "{ me { id } }", `query Q($n: Int = 3) { companies(first: $n) { ...F edges { node { id } } } } fragment F on CompanyConnection { nodes { name @skip(if: false) } }`,
		"{ a: product(id: 1) { editions { plans { costs { amounts { amount } } } } } }", "subscription { __typename }", "fragment F on Query { ...F }",
		"{ __schema { types { fields { type { ofType { name } } } } } }", "{ me { id } } #\ufeff", `{ company(id: """x""") { id } }`, "type T { a: Int }",
	} {
		f.Add(seed)
	}
	schema := graph.NewExecutableSchema(graph.Config{}).Schema()
	bounds := limits.Default()
	d := newDocuments(schema, bounds)
	prices, err := limits.NewPrices(schema)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		doc, faults := d.read(t.Context(), text)
		if (doc == nil) != (len(faults) > 0) {
			t.Fatalf("%q is %v with %d faults", text, doc, len(faults))
		}
		if doc == nil {
			return
		}
		for _, op := range doc.Operations {
			var refused *limits.Exceeded
			if err := bounds.CheckShape(op, doc.Fragments); err != nil && !errors.As(err, &refused) {
				t.Fatal(err)
			}
			if _, err := bounds.Estimate(prices, op, doc.Fragments, nil); err != nil && !errors.As(err, &refused) {
				t.Fatal(err)
			}
		}
	})
}
