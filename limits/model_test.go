package limits_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator/rules"
	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/limits"
)

// TestEstimateMatchesTheModel compares with a model that executes: it writes
// every spread out, merges what answers under one name, and walks the answer
// object by object, so it shares no step with the estimate. (Below a page of no
// items it would find nothing; no resolver takes that size.)
func TestEstimateMatchesTheModel(t *testing.T) {
	t.Parallel()
	shop := newPriced(t, shop)
	rapid.Check(t, func(rt *rapid.T) {
		query := drawDocument(rt)
		doc, errs := gqlparser.LoadQueryWithRules(shop.schema, query, rules.NewDefaultRules())
		if len(errs) > 0 {
			rt.Skip() // two sizes under one name, or a fragment that nobody spreads
		}
		e, err := limits.Default().Estimate(shop.prices, doc.Operations[0], doc.Fragments, nil)
		if err != nil {
			rt.Fatal(err)
		}
		m := model{calls: map[string]int{}, doc: doc}
		m.object([]ast.SelectionSet{doc.Operations[0].SelectionSet}, "", 0)
		want := m.items
		for _, weight := range m.calls {
			want += weight
		}
		if e.Points() != want {
			rt.Fatalf("estimated %d, the model makes it %d\n%s", e.Points(), want, query)
		}
	})
}

// model counts by walking an answer in which every list is as long as it may be.
type model struct {
	doc   *ast.QueryDocument
	calls map[string]int // weights of the positions reached
	items int

	looked int            // at selections, as the executor looks: again for each object
	at     map[string]int // objects by place; nil counts none
}

// sizes are what the test schema assumes.
var sizes = map[string]int{"parts": 4, "lines": 3}

// object answers one object; page is how many items its nodes and edges have.
func (m *model) object(sets []ast.SelectionSet, path string, page int) {
	byName, order, seen := map[string][]*ast.Field{}, []string{}, map[string]bool{}
	if m.at != nil {
		m.at[path]++
	}
	var collect func(set ast.SelectionSet)
	collect = func(set ast.SelectionSet) {
		for _, s := range set {
			m.looked++
			switch s := s.(type) {
			case *ast.Field:
				key := s.Alias + " " + s.ObjectDefinition.Name
				if byName[key] == nil {
					order = append(order, key)
				}
				byName[key] = append(byName[key], s)
			case *ast.InlineFragment:
				collect(s.SelectionSet)
			case *ast.FragmentSpread:
				if !seen[s.Name] {
					seen[s.Name] = true
					collect(m.doc.Fragments.ForName(s.Name).SelectionSet)
				}
			}
		}
	}
	for _, set := range sets {
		collect(set)
	}
	for _, key := range order {
		m.field(byName[key], path+"/"+key, page)
	}
}

func (m *model) field(fields []*ast.Field, path string, page int) {
	f := fields[0]
	if cost := f.Definition.Directives.ForName("cost"); cost != nil && cost.Arguments.ForName("weight").Value.Raw == "1" {
		m.calls[path] = 1
	}
	objects := 1
	switch f.Name {
	case "nodes", "edges":
		objects = page
		m.items += objects
	case "parts":
		objects = sizes[f.Name]
		m.items += objects
	case "lines":
		objects = sizes[f.Name]
	}
	var below []ast.SelectionSet
	for _, each := range fields {
		below = append(below, each.SelectionSet)
	}
	next := 20
	if first := f.Arguments.ForName("first"); first != nil {
		_, _ = fmt.Sscan(first.Value.Raw, &next)
	}
	for range objects {
		m.object(below, path, next)
	}
}

// drawDocument writes an operation of fragments and aliases.
func drawDocument(t *rapid.T) string {
	var b strings.Builder
	fragments := rapid.IntRange(0, 3).Draw(t, "fragments")
	b.WriteString("{ item { " + drawItem(t, 3, fragments) + " } }\n")
	for i := range fragments {
		// Earlier ones only, as cycles do not validate.
		fmt.Fprintf(&b, "fragment F%d on Item { %s }\n", i, drawItem(t, 2, i))
	}
	return b.String()
}

// drawItem writes what is selected of an Item.
func drawItem(t *rapid.T, depth, fragments int) string {
	var b strings.Builder
	b.WriteString("id ")
	for range rapid.IntRange(0, 3).Draw(t, "selections") {
		alias := rapid.SampledFrom([]string{"", "", "x: ", "y: "}).Draw(t, "alias")
		kind := rapid.IntRange(0, 7).Draw(t, "kind")
		if depth == 0 && kind > 1 {
			kind = 0
		}
		switch kind {
		case 0:
			b.WriteString(alias + "maker { name } ")
		case 1:
			if fragments > 0 {
				fmt.Fprintf(&b, "...F%d ", rapid.IntRange(0, fragments-1).Draw(t, "spread"))
			}
		case 2:
			b.WriteString("... on Item { " + drawItem(t, depth-1, fragments) + "} ")
		case 3:
			b.WriteString(alias + "parts { item { " + drawItem(t, depth-1, fragments) + "} } ")
		case 4:
			b.WriteString(alias + "lines { item { " + drawItem(t, depth-1, fragments) + "} } ")
		default:
			size := rapid.SampledFrom([]string{"", "(first: 1)", "(first: 2)", "(first: 3)"}).Draw(t, "size")
			form := rapid.SampledFrom([]string{"nodes { %s }", "edges { node { %s } }", "total edges { cursor } nodes { %s }"}).Draw(t, "form")
			fmt.Fprintf(&b, alias+"alike"+size+" { "+form+" } ", drawItem(t, depth-1, fragments))
		}
	}
	return b.String()
}

// TestEstimateIsLinear counts work, not time: the selections that an estimate
// looks at. Spreads of one fragment in many places must not make it look again.
func TestEstimateIsLinear(t *testing.T) {
	t.Parallel()
	shop := newPriced(t, shop)
	rapid.Check(t, func(rt *rapid.T) {
		levels := rapid.IntRange(1, 60).Draw(rt, "levels")
		wide := rapid.IntRange(1, 5).Draw(rt, "wide")
		var b strings.Builder
		b.WriteString("{ item { ...F0 } }\n")
		for i := range levels {
			fmt.Fprintf(&b, "fragment F%d on Item { id ", i)
			for j := range wide {
				fmt.Fprintf(&b, "a%d: maker { items { nodes { ...F%d } } } ", j, i+1)
			}
			b.WriteString("}\n")
		}
		fmt.Fprintf(&b, "fragment F%d on Item { id }", levels)
		doc := shop.parse(rt, b.String())
		// Each field's set is looked at once, and the fragment that is spread in it with it.
		most := 2 + levels*(1+wide*(3+1+wide)) + wide
		if got := limits.Looked(shop.prices, doc.Operations[0], doc.Fragments); got > most {
			rt.Fatalf("%d levels, %d wide: looked at %d selections, want at most %d", levels, wide, got, most)
		}
	})
}

// TestFragmentsMakeLittleOfADocument holds what fragments and aliases can do to
// the processor. The work of an answer is the selections that the executor
// looks at, object by object, which a model counts here by doing as it does. The
// class of an estimate is the plain documents of that many points: at most
// Tokens selections for each object that is paid for, or comes with one. No
// document that is let through makes three times that work.
func TestFragmentsMakeLittleOfADocument(t *testing.T) {
	t.Parallel()
	shop := newPriced(t, shop)
	bounds := limits.Config{Tokens: 60, Merges: 180, PageItems: 250, Cost: 200, Aliases: 60, Depth: 16, RootFields: 20}
	refused := 0
	rapid.Check(t, func(rt *rapid.T) {
		doc := shop.parse(rt, drawDocument(rt))
		if _, errs := gqlparser.LoadQueryWithRules(shop.schema, text(doc), rules.NewDefaultRules()); len(errs) > 0 {
			rt.Skip() // two sizes under one name, or a fragment that nobody spreads
		}
		e, err := bounds.Estimate(shop.prices, doc.Operations[0], doc.Fragments, nil)
		if err != nil || e.Points() > bounds.Cost {
			refused++
			return
		}
		m := model{calls: map[string]int{}, doc: doc, at: map[string]int{}}
		m.object([]ast.SelectionSet{doc.Operations[0].SelectionSet}, "", 0)
		widest := 0 // the most objects that stand at one place
		for _, objects := range m.at {
			widest = max(widest, objects)
		}
		if class := bounds.Tokens * widest; m.looked > 3*class {
			rt.Fatalf("%d points: %d selections are looked at, and %d make its class\n%s", e.Points(), m.looked, class, text(doc))
		}
	})
	if refused == 0 {
		t.Error("no document was refused: the limits were not met")
	}
}

// text writes a document.
func text(doc *ast.QueryDocument) string {
	var b strings.Builder
	formatter.NewFormatter(&b).FormatQueryDocument(doc)
	return b.String()
}

// FuzzEstimate holds every valid document to the promise of an answer: points
// that its fields add up to, or a refusal that names its limit.
func FuzzEstimate(f *testing.F) {
	shop := newPriced(f, shop)
	for _, seed := range []string{
		`{ items(first: 5) { nodes { maker { id } } } }`,
		`query($n: Int = 3) { items(first: $n) { ...P edges { cursor } } } fragment P on Items { nodes { a: maker { id } b: parts { item { id } } } }`,
		`{ node { ... on Item @skip(if: false) { lines { parts { id } } } } __schema { types { name } } }`,
		`{ items(first: 99999999999999999999) { nodes { id } } }`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: query}, limits.Default().Tokens)
		if err != nil || len(doc.Operations) == 0 || limits.Default().CheckDocument(doc) != nil {
			return
		}
		valid, errs := gqlparser.LoadQueryWithRules(shop.schema, query, rules.NewDefaultRules())
		if len(errs) > 0 {
			return
		}
		e, err := limits.Default().Estimate(shop.prices, valid.Operations[0], valid.Fragments, nil)
		if err != nil {
			if _, ok := errors.AsType[*limits.Exceeded](err); !ok {
				t.Fatalf("%v is no refusal", err)
			}
			return
		}
		sum, fields := 0, e.Fields()
		for _, field := range fields {
			sum += field.Cost()
		}
		if len(fields) < 1000 && min(sum, 1<<30) != e.Points() {
			t.Fatalf("%d points, but the fields cost %d: %+v\n%s", e.Points(), sum, fields, query)
		}
	})
}
