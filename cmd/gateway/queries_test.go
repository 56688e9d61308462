package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/marketgraph/marketgraph/graph"
	"github.com/marketgraph/marketgraph/sandbox"
	"github.com/marketgraph/marketgraph/upstream/leadconnector"
	"github.com/marketgraph/marketgraph/upstream/twilio"
)

// queryCase is one query of testdata/queries with what it may cost. The files
// are written by hand; nothing rewrites them.
type queryCase struct {
	Name  string
	Field string // "Company.memberships": the list whose cost this shows at 1 and 20 nodes
	As    string // persona; "" is partner, who needs no calls to be known
	Stage string // as of an ask
	Query string
	// Calls by route, per size: what $n is. A name stands for a number of the REST walk.
	Calls map[int]map[string]any
	// Forecast is what a dry run says, where that is more than the calls: nobody
	// knows beforehand that a list will be shorter than what is asked for.
	Forecast map[int]map[string]int
	// Items is how many there must be at least at a path, all lists on the way
	// taken together, at the largest size: proof that something was asked for.
	Items map[string]int
}

func readCases(t *testing.T) map[string][]queryCase {
	t.Helper()
	return readYAML[queryCase](t, "testdata/queries")
}

// readYAML reads the lists in a folder's files, by the files' names.
func readYAML[T any](t *testing.T, dir string) map[string][]T {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("nothing in %s: %v", dir, err)
	}
	out := map[string][]T{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var list []T
		if err := yaml.UnmarshalWithOptions(content, &list, yaml.DisallowUnknownField()); err != nil {
			t.Fatalf("%s: %s", file, yaml.FormatError(err, false, true))
		}
		out[strings.TrimSuffix(filepath.Base(file), ".yaml")] = list
	}
	return out
}

func TestQueries(t *testing.T) {
	for file, cases := range readCases(t) {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			b := startBackends(t, 1)
			b.enforce(t, false) // a new gateway per case forgets what the last one used up
			facts := walk{b, "acme"}.facts(t)
			for _, c := range cases {
				for size, calls := range c.Calls {
					t.Run(fmt.Sprintf("%s at %d", c.Name, size), func(t *testing.T) {
						c.run(t, b, size, facts.numbers(t, size, calls))
					})
				}
			}
		})
	}
}

// run asks the same in two forms, each of a cold gateway and again of the warm one.
func (c queryCase) run(t *testing.T, b *backends, size int, want map[string]int) {
	var first map[string]any
	for _, form := range []struct {
		name string
		doc  string
	}{
		{"nodes", c.Query},
		{"edges inside fragments", asEdges(t, c.Query)},
	} {
		g, stop := b.startUntil(t)
		a := ask{as: c.viewer(), stage: c.Stage, doc: form.doc, vars: map[string]any{"n": size}}
		b.token(t, "acme", a.as)
		b.forgetCalls(t)
		got, _ := asNodes(g.must(t, a)).(map[string]any)
		if diff := cmp.Diff(want, b.calls(t).ByRoute); diff != "" {
			t.Errorf("%s: calls (-want +got):\n%s", form.name, diff)
		}
		c.checkForecast(t, size, b.calls(t).ByBackend, g.forecast(t, a))
		b.forgetCalls(t)
		again, _ := asNodes(g.must(t, a)).(map[string]any)
		if diff := cmp.Diff(neverKept(want), b.calls(t).ByRoute); diff != "" {
			t.Errorf("%s: calls of the second run (-never kept +made):\n%s", form.name, diff)
		}
		if first == nil {
			first = got
		}
		for what, data := range map[string]any{"this form": got, "the second run": again} {
			if diff := cmp.Diff(first, data); diff != "" {
				t.Errorf("%s: %s answers differently:\n%s", form.name, what, diff)
			}
		}
		stop()
	}
	if size == c.largest() {
		c.checkItems(t, first)
	}
}

// neverKept are those of an operation's calls that the next one has to make again. Credentials are not kept as replies
// are, but for as long as they work.
func neverKept(calls map[string]int) map[string]int {
	live := map[string]int{}
	for _, r := range allRoutes() {
		credentials := r == twilio.ReadAccount || r == leadconnector.IssueLocationToken
		if n, made := calls[r.Method+" "+r.Path]; made && r.Fresh == 0 && !credentials {
			live[r.Method+" "+r.Path] = n
		}
	}
	return live
}

// checkForecast holds what a dry run says to what was counted.
func (c queryCase) checkForecast(t *testing.T, size int, counted, forecast map[string]int) {
	t.Helper()
	want := maps.Clone(counted)
	for backend, n := range c.Forecast[size] {
		if n <= counted[backend] {
			t.Errorf("%d calls of %s are no more than were counted", n, backend)
		}
		want[backend] = n
	}
	if diff := cmp.Diff(want, forecast); diff != "" {
		t.Errorf("forecast (-counted +said):\n%s", diff)
	}
}

func (c queryCase) viewer() string {
	if c.As == "" {
		return "partner"
	}
	return c.As
}

func (c queryCase) largest() (size int) {
	for n := range c.Calls {
		size = max(size, n)
	}
	return size
}

func (c queryCase) checkItems(t *testing.T, data map[string]any) {
	t.Helper()
	for path, least := range c.Items {
		if n := countAt(data, strings.Split(path, ".")); n < least {
			t.Errorf("%d items at %s, want at least %d", n, path, least)
		}
	}
}

// countAt counts what is not null at a path, through all lists on the way.
func countAt(v any, path []string) (n int) {
	switch v := v.(type) {
	case nil:
		return 0
	case []any:
		for _, item := range v {
			n += countAt(item, path)
		}
		return n
	case map[string]any:
		if len(path) > 0 {
			return countAt(v[path[0]], path[1:])
		}
	}
	return 1
}

// asEdges rewrites a document: lists are read through edges.node, and each
// selection stands in a fragment of its own.
func asEdges(t *testing.T, doc string) string {
	t.Helper()
	parsed, err := parser.ParseQuery(&ast.Source{Input: doc})
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range parsed.Operations {
		op.SelectionSet = edgesIn(op.SelectionSet)
	}
	for _, f := range parsed.Fragments {
		f.SelectionSet = edgesIn(f.SelectionSet)
	}
	var b strings.Builder
	formatter.NewFormatter(&b).FormatQueryDocument(parsed)
	return b.String()
}

func edgesIn(set ast.SelectionSet) ast.SelectionSet {
	if len(set) == 0 {
		return set
	}
	out := make(ast.SelectionSet, len(set))
	for i, s := range set {
		if f, ok := s.(*ast.Field); ok {
			f.SelectionSet = edgesIn(f.SelectionSet)
			if f.Name == "nodes" {
				node := &ast.Field{Name: "node", Alias: "node", SelectionSet: f.SelectionSet}
				f.Name, f.Alias, f.SelectionSet = "edges", "edges", ast.SelectionSet{node}
			}
		}
		out[i] = s
	}
	return ast.SelectionSet{&ast.InlineFragment{SelectionSet: out}}
}

// asNodes undoes in an answer what asEdges did to the question.
func asNodes(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = asNodes(item)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for name, member := range v {
			member = asNodes(member)
			if edges, ok := member.([]any); ok && name == "edges" {
				name = "nodes"
				for i := range edges {
					edges[i] = at(edges[i], "node")
				}
			}
			out[name] = member
		}
		return out
	default:
		return v
	}
}

// Every field that is a list behind a call has a case at 1 and at 20 nodes.
func TestQueriesCoverLists(t *testing.T) {
	t.Parallel()
	schema := graph.NewExecutableSchema(graph.Config{}).Schema()
	covered := map[string]bool{}
	for _, cases := range readCases(t) {
		for _, c := range cases {
			covered[c.Field] = covered[c.Field] || c.Calls[1] != nil && c.Calls[20] != nil
		}
	}
	// Lists without a page that cost a call of their own; all others come with their parent.
	called := []string{"Product.editions", "Product.recommendations", "Product.vendorProducts", "Bundle.products", "User.memberships"}
	for _, def := range schema.Types {
		for _, f := range def.Fields {
			name := def.Name + "." + f.Name
			if (strings.HasSuffix(f.Type.Name(), "Connection") || slices.Contains(called, name)) && !covered[name] {
				t.Errorf("testdata/queries has no case of %s with calls at 1 and at 20 nodes", name)
			}
		}
	}
}

// facts are numbers that the demo data decides, found out by REST.
type facts struct {
	companies     []any // by name, descending
	subscriptions []any // oldest first
	products      []any // on sale, by name
	onSale        map[string]bool
	users         int
	links         map[string]sandbox.Link // by company
}

func (w walk) facts(t *testing.T) facts {
	t.Helper()
	f := facts{companies: w.companies(t), subscriptions: w.subscriptions(t), onSale: map[string]bool{}, users: len(w.users(t)), links: w.links(t)}
	f.products = w.applications(t)
	for _, p := range f.products {
		f.onSale[text(p, "id")] = true
	}
	return f
}

// numbers puts facts in the place of their names.
func (f facts) numbers(t *testing.T, size int, calls map[string]any) map[string]int {
	t.Helper()
	oldest := f.subscriptions[:size]
	buyers := map[string]bool{}
	for _, s := range oldest {
		buyers[text(s, "user", "-id")] = true
	}
	buying, firstThree := 0, []any{}
	for _, id := range ids(f.companies[:size]) {
		theirs := f.of(id)
		buying += min(len(theirs), 1)
		firstThree = append(firstThree, theirs[:min(len(theirs), 3)]...)
	}
	phones, addOns, wallets := f.linked(f.companies[:size])
	names := map[string]int{
		"withPhones":           phones,
		"anyWithPhones":        min(phones, 1),
		"pagesOfCompanies":     (len(f.companies) + 99) / 100,
		"withAddOns":           addOns,
		"anyWithAddOns":        min(addOns, 1),
		"withWallets":          wallets,
		"pagesOfSubscriptions": len(f.subscriptions)/250 + 1,
		"pagesOfUsers":         (f.users + 99) / 100,
		"buyers":               len(buyers),
		"delistedProducts":     f.delisted(oldest),
		"vendors":              vendorsOf(f.products[:size]),
		"buyingCompanies":      buying,
		"delistedAmongThree":   f.delisted(firstThree), // among the first three subscriptions of each company
	}
	out := map[string]int{}
	for route, n := range calls {
		name, named := n.(string)
		value, known := names[name]
		if named && !known {
			t.Fatalf("there is no number %q", name)
		}
		if !named {
			value = int(n.(uint64))
		}
		if value > 0 {
			out[route] = value
		}
	}
	return out
}

// vendorsOf counts who sells these products.
func vendorsOf(products []any) int {
	names := map[string]bool{}
	for _, p := range products {
		names[text(p, "vendorName")] = true
	}
	return len(names)
}

// of are one company's subscriptions.
func (f facts) of(company string) (theirs []any) {
	for _, s := range f.subscriptions {
		if text(s, "company", "-id") == company {
			theirs = append(theirs, s)
		}
	}
	return theirs
}

// delisted counts the products of subscriptions that are no longer on sale.
func (f facts) delisted(subscriptions []any) int {
	gone := map[string]bool{}
	for _, s := range subscriptions {
		if number := text(s, "product", "-id"); !f.onSale[number] {
			gone[number] = true
		}
	}
	return len(gone)
}
