package limits_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator/rules"
	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/limits"
)

// schema has one type that nests in itself, and takes every document below.
var schema = gqlparser.MustLoadSchema(&ast.Source{Name: "test", Input: `
	interface Node { self: Query }
	type Query implements Node { self: Query other: Query a: Int b: Int }
`})

// parse validates as the server does: CheckShape counts on it.
func parse(tb testing.TB, query string) *ast.QueryDocument {
	tb.Helper()
	doc, errs := gqlparser.LoadQueryWithRules(schema, query, rules.NewDefaultRules())
	if len(errs) > 0 {
		tb.Fatalf("%v in %s", errs, query)
	}
	return doc
}

func check(tb testing.TB, c limits.Config, query string) *limits.Exceeded {
	tb.Helper()
	doc := parse(tb, query)
	err := c.CheckShape(doc.Operations[0], doc.Fragments)
	if err == nil {
		return nil
	}
	exceeded, ok := errors.AsType[*limits.Exceeded](err)
	if !ok {
		tb.Fatalf("error %v is no *Exceeded", err)
	}
	return exceeded
}

func TestCheckShape(t *testing.T) {
	t.Parallel()
	bounds := limits.Config{Depth: 3, RootFields: 2, Aliases: 2}
	for name, tc := range map[string]struct {
		query string
		want  *limits.Exceeded
	}{
		"at every limit":                    {`{ x: self { y: self { a } } b }`, nil},
		"too deep":                          {`{ self { self { self { a } } } }`, &limits.Exceeded{Limit: "depth", Most: 3, Got: 4}},
		"deep through a fragment":           {`{ self { ...F } } fragment F on Query { self { self { a } } }`, &limits.Exceeded{Limit: "depth", Most: 3, Got: 4}},
		"deep through an inline fragment":   {`{ self { ... on Query { self { ... { self { a } } } } } }`, &limits.Exceeded{Limit: "depth", Most: 3, Got: 4}},
		"fragments add no depth":            {`{ ...F } fragment F on Query { ...G } fragment G on Query { self { self { a } } }`, nil},
		"deep at the second spread only":    {`{ ...F self { ...F } } fragment F on Query { self { self { a } } }`, &limits.Exceeded{Limit: "depth", Most: 3, Got: 4}},
		"too many root fields":              {`{ a b self { a } }`, &limits.Exceeded{Limit: "rootFields", Most: 2, Got: 3}},
		"root fields in fragments":          {`{ a ...F } fragment F on Query { b self { a } }`, &limits.Exceeded{Limit: "rootFields", Most: 2, Got: 3}},
		"root fields in inline fragments":   {`{ a ... on Query { b ... on Node { self { a } } } }`, &limits.Exceeded{Limit: "rootFields", Most: 2, Got: 3}},
		"fields that merge count once":      {`{ a a ...F ...F ... { b } } fragment F on Query { a b }`, nil},
		"an alias makes a field of its own": {`{ a x: a y: a }`, &limits.Exceeded{Limit: "rootFields", Most: 2, Got: 3}},
		"too many aliases":                  {`{ self { x: a y: a z: a } }`, &limits.Exceeded{Limit: "aliases", Most: 2, Got: 3}},
		"aliases in fragments":              {`{ self { ...F } x: b } fragment F on Query { y: a z: b }`, &limits.Exceeded{Limit: "aliases", Most: 2, Got: 3}},
		"a fragment's aliases count once":   {`{ self { ...F } other { ...F } } fragment F on Query { x: a y: b }`, nil},
		"an alias that changes nothing":     {`{ self { a: a b: b self: self { a: a } } }`, nil},
		"introspection nests freely":        {`{ __schema { types { fields { type { ofType { ofType { name } } } } } } }`, nil},
		"aliases below introspection":       {`{ __type(name: "Query") { a: name b: name c: name d: kind } }`, nil},
		"introspection is a root field":     {`{ __schema { queryType { name } } a b }`, &limits.Exceeded{Limit: "rootFields", Most: 2, Got: 3}},
		"__typename":                        {`{ self { self { __typename } } __typename }`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, check(t, bounds, tc.query)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestExceededTellsLimitAndNumbers(t *testing.T) {
	t.Parallel()
	err := &limits.Exceeded{Limit: "depth", Most: 16, Got: 17}
	if want := "the operation exceeds the limit `depth`: 17, and at most 16 are allowed"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

// TestCheckShapeIsLinear spreads each fragment twice in the next, 80 levels
// upon level. Whoever walks every spread never ends; whoever sums root fields
// overflows, and 2^64 of them look like none.
func TestCheckShapeIsLinear(t *testing.T) {
	t.Parallel()
	const levels = 80
	var b strings.Builder
	fmt.Fprintf(&b, "{ ...F%d }\nfragment F0 on Query { a b self { a } }\n", levels)
	for i := 1; i <= levels; i++ {
		fmt.Fprintf(&b, "fragment F%d on Query { ...F%d ...F%d }\n", i, i-1, i-1)
	}
	// Parsed only: the validator's own cost on such a document is not at issue here.
	doc, err := parser.ParseQuery(&ast.Source{Input: b.String()})
	if err != nil {
		t.Fatal(err)
	}
	err = limits.Config{Depth: 10, RootFields: 2, Aliases: 10}.CheckShape(doc.Operations[0], doc.Fragments)
	want := &limits.Exceeded{Limit: "rootFields", Most: 2, Got: 3}
	if got, _ := errors.AsType[*limits.Exceeded](err); !cmp.Equal(got, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

// TestCheckShapeMatchesInlining compares with a model that has no fragments:
// the same selections, each spread written out.
func TestCheckShapeMatchesInlining(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fragments := map[string]ast.SelectionSet{}
		var definitions ast.FragmentDefinitionList
		for i := range rapid.IntRange(0, 4).Draw(t, "fragments") {
			name := fmt.Sprintf("F%d", i)
			// A fragment spreads earlier ones only, as cycles do not validate.
			fragments[name] = selections(t, 2, i)
			definitions = append(definitions, &ast.FragmentDefinition{Name: name, SelectionSet: fragments[name]})
		}
		op := &ast.OperationDefinition{SelectionSet: selections(t, 3, len(definitions))}

		wantDepth, wantRoots := inlined(op.SelectionSet, fragments)
		generous := limits.Config{Depth: wantDepth, RootFields: len(wantRoots), Aliases: 1 << 20}
		if err := generous.CheckShape(op, definitions); err != nil {
			t.Fatalf("refused at its own measure: %v", err)
		}
		tight := generous
		tight.Depth--
		if err := tight.CheckShape(op, definitions); wantDepth > 0 && err == nil {
			t.Fatalf("a depth of %d passed a limit of %d", wantDepth, tight.Depth)
		}
		tight = generous
		tight.RootFields--
		if err := tight.CheckShape(op, definitions); len(wantRoots) > 0 && err == nil {
			t.Fatalf("%d root fields passed a limit of %d", len(wantRoots), tight.RootFields)
		}
	})
}

// selections draws a selection set that may spread the first so many fragments.
func selections(t *rapid.T, depth, fragments int) ast.SelectionSet {
	var set ast.SelectionSet
	for range rapid.IntRange(0, 3).Draw(t, "selections") {
		kind := rapid.IntRange(0, 2).Draw(t, "kind")
		switch {
		case kind == 0 && fragments > 0:
			set = append(set, &ast.FragmentSpread{Name: fmt.Sprintf("F%d", rapid.IntRange(0, fragments-1).Draw(t, "spread"))})
		case kind == 1 && depth > 0:
			set = append(set, &ast.InlineFragment{SelectionSet: selections(t, depth-1, fragments)})
		default:
			f := &ast.Field{Name: "self", Alias: rapid.SampledFrom([]string{"self", "x", "y"}).Draw(t, "alias")}
			if depth > 0 {
				f.SelectionSet = selections(t, depth-1, fragments)
			}
			set = append(set, f)
		}
	}
	return set
}

// inlined is the depth and the root names of a selection set, every spread followed.
func inlined(set ast.SelectionSet, fragments map[string]ast.SelectionSet) (depth int, roots map[string]bool) {
	roots = map[string]bool{}
	for _, selection := range set {
		var below int
		var names map[string]bool
		switch s := selection.(type) {
		case *ast.Field:
			below, _ = inlined(s.SelectionSet, fragments)
			below, names = below+1, map[string]bool{s.Alias: true}
		case *ast.InlineFragment:
			below, names = inlined(s.SelectionSet, fragments)
		case *ast.FragmentSpread:
			below, names = inlined(fragments[s.Name], fragments)
		}
		depth = max(depth, below)
		for name := range names {
			roots[name] = true
		}
	}
	return depth, roots
}
