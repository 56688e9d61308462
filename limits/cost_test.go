package limits_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/limits"
)

// directives are declared in the schemas below as the specification has them.
const directives = `
	directive @cost(weight: String!) on FIELD_DEFINITION
	directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
`

// shop has each kind of field once: behind a call and not, single, page, list
// behind a call, and list within a reply.
const shop = directives + `
	type Query {
		item(id: ID): Item @cost(weight: "1")
		items(first: Int, last: Int): Items @cost(weight: "1") @listSize(assumedSize: 20, slicingArguments: ["first", "last"], sizedFields: ["nodes", "edges"], requireOneSlicingArgument: false)
		node: Node @cost(weight: "1")
	}
	interface Node { id: ID }
	type Items { nodes: [Item] edges: [Edge] total: Int }
	type Edge { cursor: String node: Item }
	type Item implements Node {
		id: ID
		name: String
		price: Price
		maker: Maker @cost(weight: "1")
		local: Maker @cost(weight: "0")
		parts: [Part] @cost(weight: "1") @listSize(assumedSize: 4)
		lines: [Line] @listSize(assumedSize: 3)
		alike(first: Int): Items @cost(weight: "1") @listSize(assumedSize: 20, slicingArguments: ["first"], sizedFields: ["nodes", "edges"], requireOneSlicingArgument: false)
	}
	type Price { amount: Int }
	type Maker implements Node { id: ID name: String items(first: Int = 7): Items @cost(weight: "1") @listSize(assumedSize: 20, slicingArguments: ["first"], sizedFields: ["nodes", "edges"], requireOneSlicingArgument: false) }
	type Part { id: ID item: Item @cost(weight: "1") }
	type Line { text: String item: Item @cost(weight: "1") parts: [Part] @cost(weight: "1") @listSize(assumedSize: 4) }
`

// priced is a schema with its prices.
type priced struct {
	schema *ast.Schema
	prices *limits.Prices
}

func newPriced(tb testing.TB, sdl string) priced {
	tb.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: sdl})
	if err != nil {
		tb.Fatal(err)
	}
	prices, err := limits.NewPrices(schema)
	if err != nil {
		tb.Fatal(err)
	}
	return priced{schema, prices}
}

// estimate validates as the server does, and prices the first operation.
func (p priced) estimate(tb testing.TB, query string, variables map[string]any) (*limits.Estimate, error) {
	tb.Helper()
	doc, errs := gqlparser.LoadQueryWithRules(p.schema, query, rules.NewDefaultRules())
	if len(errs) > 0 {
		tb.Fatalf("%v in %s", errs, query)
	}
	return limits.Default().Estimate(p.prices, doc.Operations[0], doc.Fragments, variables)
}

func TestEstimate(t *testing.T) {
	t.Parallel()
	shop := newPriced(t, shop)
	for name, tc := range map[string]struct {
		query     string
		variables map[string]any
		want      int
	}{
		"a single object":                       {query: `{ item(id: 1) { id name price { amount } } }`, want: 1},
		"a page of 250":                         {query: `{ items(first: 250) { nodes { id } } }`, want: 251},
		"a page of no said size":                {query: `{ items { nodes { id } } }`, want: 21},
		"a size that is null":                   {query: `{ items(first: null) { nodes { id } } }`, want: 21},
		"counted from the back":                 {query: `{ items(last: 3) { edges { node { id } } } }`, want: 4},
		"the larger of two sizes":               {query: `{ items(first: 2, last: 3) { nodes { id } } }`, want: 4},
		"a page that is not looked at":          {query: `{ items(first: 250) { total } }`, want: 1},
		"no page is larger than the largest":    {query: `{ items(first: 2000000000) { nodes { id } } }`, want: 251},
		"no page is smaller than empty":         {query: `{ items(first: -5) { nodes { id } } }`, want: 1},
		"nodes and edges are two lists":         {query: `{ items(first: 5) { nodes { id } edges { cursor } } }`, want: 11},
		"a call is paid once for all parents":   {query: `{ items(first: 5) { nodes { maker { id } } } }`, want: 7},
		"pages in pages multiply":               {query: `{ items(first: 5) { nodes { alike(first: 3) { nodes { maker { id } } } } } }`, want: 1 + 5 + 1 + 15 + 1},
		"a list behind a call":                  {query: `{ items(first: 5) { nodes { parts { item { id } } } } }`, want: 1 + 5 + 1 + 20 + 1},
		"a list within a reply only multiplies": {query: `{ items(first: 5) { nodes { lines { parts { id } } } } }`, want: 1 + 5 + 1 + 60},
		"a resolver without a call":             {query: `{ item { local { items(first: 2) { nodes { id } } } } }`, want: 1 + 1 + 2},
		"a default in the schema":               {query: `{ item { maker { items { nodes { id } } } } }`, want: 1 + 1 + 1 + 20},
		"a variable":                            {query: `query($n: Int) { items(first: $n) { nodes { id } } }`, variables: map[string]any{"n": int64(8)}, want: 9},
		"a variable that is absent":             {query: `query($n: Int) { items(first: $n) { nodes { id } } }`, want: 21},
		"a variable's default":                  {query: `query($n: Int = 4) { items(first: $n) { nodes { id } } }`, want: 5},
		"repeated fields":                       {query: `{ item { maker { id } maker { name } } item { maker { id } } }`, want: 2},
		"aliases":                               {query: `{ a: item { maker { id } } b: item { x: maker { id } y: maker { id } } }`, want: 5},
		"fragments merge":                       {query: `{ item { ...A ...B maker { id } } } fragment A on Item { maker { id } } fragment B on Item { maker { name } alike(first: 1) { nodes { id } } }`, want: 4},
		"fragments merge below":                 {query: `{ item { ...A ...B } } fragment A on Item { maker { items(first: 1) { nodes { id } } } } fragment B on Item { maker { items(first: 1) { nodes { name } } } }`, want: 4},
		"one fragment below pages of two sizes": {query: `{ a: items(first: 2) { ...P } b: items(first: 3) { ...P } } fragment P on Items { nodes { maker { id } } }`, want: 1 + 2 + 1 + 1 + 3 + 1},
		"types at one place are both paid":      {query: `{ node { ... on Item { maker { id } } ... on Maker { items(first: 2) { nodes { id } } } } }`, want: 1 + 1 + 1 + 2},
		"skipped":                               {query: `query($no: Boolean = false, $yes: Boolean!) { item { maker @skip(if: true) { id } a: maker @include(if: $no) { id } ... @skip(if: $yes) { parts { id } } ...F @include(if: false) } } fragment F on Item { alike { nodes { id } } }`, variables: map[string]any{"yes": true}, want: 1},
		"not skipped":                           {query: `query($no: Boolean!) { item @skip(if: $no) { maker @include(if: true) { id } } }`, variables: map[string]any{"no": false}, want: 2},
		"introspection":                         {query: `{ __schema { types { fields { args { name } } } } __typename item { __typename } }`, want: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := shop.estimate(t, tc.query, tc.variables)
			if err != nil {
				t.Fatal(err)
			}
			if got.Points() != tc.want {
				t.Errorf("%s costs %d, want %d: %+v", tc.query, got.Points(), tc.want, got.Fields())
			}
			sum := 0
			for _, f := range got.Fields() {
				sum += f.Cost()
			}
			if sum != tc.want {
				t.Errorf("the fields of %s cost %d together, want %d: %+v", tc.query, sum, tc.want, got.Fields())
			}
		})
	}
}

func TestEstimateFields(t *testing.T) {
	t.Parallel()
	got, err := newPriced(t, shop).estimate(t, `{ few: items(first: 2) { edges { node { parts { item { id } } price { amount } } } } }`, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []limits.FieldCost{
		{Path: "few", Field: "Query.items", Parents: 1, Calls: 1},
		{Path: "few.edges", Field: "Items.edges", Parents: 1, Items: 2},
		{Path: "few.edges.node.parts", Field: "Item.parts", Parents: 2, Calls: 1, Items: 8},
		{Path: "few.edges.node.parts.item", Field: "Part.item", Parents: 8, Calls: 1},
	}
	if diff := cmp.Diff(want, got.Fields()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCheckCost(t *testing.T) {
	t.Parallel()
	shop := newPriced(t, shop)
	for name, tc := range map[string]struct {
		query string
		held  int // by the client's bucket
		want  error
	}{
		"at the limit": {query: `{ items(first: 9) { nodes { id } } }`, held: 100},
		"above it": {
			query: `{ items(first: 9) { nodes { maker { id } } } }`, held: 100,
			want: &limits.Exceeded{Limit: "cost", Most: 10, Got: 11, Dearest: []limits.FieldCost{
				{Path: "items.nodes", Field: "Items.nodes", Parents: 1, Items: 9},
				{Path: "items", Field: "Query.items", Parents: 1, Calls: 1},
				{Path: "items.nodes.maker", Field: "Item.maker", Parents: 9, Calls: 1},
			}},
		},
		"above what the bucket holds": {
			query: `{ item { id } b: item { id } }`, held: 1,
			want: &limits.Exceeded{Limit: "cost", Most: 1, Got: 2, Dearest: []limits.FieldCost{
				{Path: "item", Field: "Query.item", Parents: 1, Calls: 1}, {Path: "b", Field: "Query.item", Parents: 1, Calls: 1},
			}},
		},
		"introspection within its own limit": {query: `{ __type(name: "Item") { fields { args { name } } } }`, held: 1},
		"introspection above it": {
			query: `{ __type(name: "Item") { a: fields { args { name } } b: fields { name } } }`, held: 1,
			want: &limits.Exceeded{Limit: "introspection", Most: 30, Got: 35},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := shop.estimate(t, tc.query, nil)
			if err != nil {
				t.Fatal(err)
			}
			got := limits.Config{Cost: 10, Introspection: 30}.Check(e, tc.held)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestExceededNamesTheDearest(t *testing.T) {
	t.Parallel()
	err := &limits.Exceeded{Limit: "cost", Most: 10, Got: 262, Dearest: []limits.FieldCost{{Path: "items.nodes", Items: 250}, {Path: "items", Calls: 1}}}
	want := "the operation exceeds the limit `cost`: 262, and at most 10 are allowed; the most goes to items.nodes (250), items (1)"
	if err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

// cockpit is the query that four backends were joined for.
const cockpit = `query { companies(first: 10) { totalCount nodes { id name
	subscriptions(first: 5) { nodes { id status product { id name } edition { name } } }
	memberships(first: 5) { nodes { user { id email } roles } }
	telephonyAccount { id name devices(first: 5) { nodes { name } } phoneNumbers(first: 5) { nodes { number state } } }
	addOnInstallations(first: 3) { nodes { id listing { name } } }
	wallet { hasFunds charges(first: 3) { nodes { id amount description } } } } } }`

// TestPublicSchemaIsPriced holds the real schema to the prices that clients are promised.
func TestPublicSchemaIsPriced(t *testing.T) {
	t.Parallel()
	sdl, err := os.ReadFile("../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	public := newPriced(t, string(sdl))
	for name, tc := range map[string]struct {
		query string
		want  int
	}{
		"a product":     {`{ product(id: "1") { id name startingPrices { amount } } }`, 1},
		"a page of 250": {`{ companies(first: 250) { nodes { id } } }`, 251},
		"the cockpit":   {cockpit, 283},
	} {
		e, err := public.estimate(t, tc.query, nil)
		if err != nil {
			t.Fatal(err)
		}
		if e.Points() != tc.want {
			t.Errorf("%s costs %d, want %d: %+v", name, e.Points(), tc.want, e.Fields())
		}
	}
}

func TestNewPricesNamesEveryFault(t *testing.T) {
	t.Parallel()
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: directives + `type Query {
		a: Int @cost(weight: "much")
		b: Int @cost(weight: "-1")
		c: [Int] @listSize(slicingArguments: ["first"])
		d(first: Int): [Int] @listSize(assumedSize: 5, slicingArguments: ["first"])
		e: Int @cost(weight: "2")
		f: [Int] @listSize(assumedSize: 5)
	}`})
	if err != nil {
		t.Fatal(err)
	}
	_, got := limits.NewPrices(schema)
	want := &limits.SchemaError{Faults: []string{
		"Query.a: the weight \"much\" of @cost is no whole number of points",
		"Query.b: the weight \"-1\" of @cost is no whole number of points",
		"Query.c: the assumedSize \"\" of @listSize is no number of items",
		"Query.d: @listSize must say requireOneSlicingArgument: false",
	}}
	if diff := cmp.Diff(error(want), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if text := want.Error(); !strings.HasPrefix(text, "limits: Query.a") || strings.Count(text, "; ") != 3 {
		t.Errorf("the error is %q", text)
	}
}

// TestEstimateOfBombs takes documents whose answers would be as large as
// fragments can make them. Whoever follows every spread never ends here.
func TestEstimateOfBombs(t *testing.T) {
	t.Parallel()
	shop := newPriced(t, shop)
	const levels = 80
	doubling := func(each string) string {
		var b strings.Builder
		fmt.Fprintf(&b, "{ item { ...F%d } }\nfragment F0 on Item { maker { id } }\n", levels)
		for i := 1; i <= levels; i++ {
			fmt.Fprintf(&b, "fragment F%d on Item { "+each+" }\n", i, i-1, i-1)
		}
		return b.String()
	}
	for name, tc := range map[string]struct {
		query string
		want  int
		wide  bool // of more places than are answered
	}{
		"spread twice in one place":    {doubling("...F%d ...F%d"), 2, false},
		"spread twice below a field":   {doubling("parts { item { ...F%d } } parts { item { ...F%d } }"), 1 << 30, false},
		"spread once below two fields": {doubling("a: parts { item { ...F%d } } b: parts { item { ...F%d } }"), 1 << 30, true},
		"pages in pages":               {doubling("a: alike { nodes { ...F%d } } b: alike { nodes { ...F%d } }"), 1 << 30, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := shop.parse(t, tc.query)
			_, err := limits.Default().Estimate(shop.prices, doc.Operations[0], doc.Fragments, nil)
			if refused, _ := errors.AsType[*limits.Exceeded](err); tc.wide != (refused != nil && refused.Limit == "merges") {
				t.Errorf("got %v; a refusal of the limit `merges`: %v", err, tc.wide)
			}
			unbounded := limits.Config{Merges: 1 << 30, PageItems: 250}
			e, err := unbounded.Estimate(shop.prices, doc.Operations[0], doc.Fragments, nil)
			if err != nil {
				t.Fatal(err)
			}
			if e.Points() != tc.want {
				t.Errorf("%d points, want %d", e.Points(), tc.want)
			}
			if n := len(e.Fields()); n > 1000 {
				t.Errorf("%d fields are listed, want at most 1000", n)
			}
		})
	}
}

// TestPathsAreBounded: an alias as long as a body may be stands in the path of all
// that is below it, and is not written out a thousand times.
func TestPathsAreBounded(t *testing.T) {
	t.Parallel()
	alias := strings.Repeat("A", 100_000)
	var b strings.Builder
	b.WriteString("{ " + alias + ": item { ...F0 } }\n")
	for i := range 5 {
		fmt.Fprintf(&b, "fragment F%d on Item { a: parts { item { ...F%d } } b: parts { item { ...F%d } } }\n", i, i+1, i+1)
	}
	b.WriteString("fragment F5 on Item { maker { id } }")
	e, err := newPriced(t, shop).estimate(t, b.String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	size, fields := 0, e.Fields()
	for _, f := range fields {
		size += len(f.Path)
	}
	if most := 1<<20 + 2*len(alias); size > most || len(fields) < 2 || fields[0].Path != alias {
		t.Errorf("%d bytes of paths to %d fields, want at most %d", size, len(fields), most)
	}
}

// TestEstimateIsBounded takes fragments of which any set can meet at one place:
// after each path of a and b another one.
func TestEstimateIsBounded(t *testing.T) {
	t.Parallel()
	shop := newPriced(t, shop)
	const levels = 30 // 2^30 sets
	var b strings.Builder
	b.WriteString("{ item { ...G0 } }\n")
	for i := range levels {
		fmt.Fprintf(&b, "fragment G%d on Item { a: maker { items { nodes { ...G%d ...P1 } } } b: maker { items { nodes { ...G%d } } } }\n", i, i+1, i+1)
	}
	for i := 1; i < levels; i++ {
		fmt.Fprintf(&b, "fragment P%d on Item { a: maker { items { nodes { ...P%d } } } b: maker { items { nodes { ...P%d } } } }\n", i, i+1, i+1)
	}
	fmt.Fprintf(&b, "fragment G%d on Item { id } fragment P%d on Item { id }", levels, levels)
	doc := shop.parse(t, b.String())
	_, err := limits.Default().Estimate(shop.prices, doc.Operations[0], doc.Fragments, nil)
	exceeded, ok := errors.AsType[*limits.Exceeded](err)
	if !ok || exceeded.Limit != "merges" {
		t.Errorf("got %v, want a refusal of the limit `merges`", err)
	}
}

// parse links a document to the schema without validating it: the validator's
// own time on a bomb is not at issue.
func (p priced) parse(tb rapid.TB, query string) *ast.QueryDocument {
	tb.Helper()
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		tb.Fatal(err)
	}
	if errs := validator.ValidateWithRules(p.schema, doc, rules.NewRules()); len(errs) > 0 {
		tb.Fatal(errs)
	}
	return doc
}
