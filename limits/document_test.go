package limits_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/marketgraph/marketgraph/limits"
)

func TestCheckDocument(t *testing.T) {
	t.Parallel()
	bounds := limits.Config{Fragments: 1, Directives: 2, Duplicates: 1}
	for name, tc := range map[string]struct {
		document string
		want     error
	}{
		"at every limit":              {`{ a @x ...F } fragment F on T @y { a a }`, nil},
		"fragments":                   {`{ a } fragment F on T { a } fragment G on T { a }`, &limits.Exceeded{Limit: "fragments", Most: 1, Got: 2}},
		"directives in one place":     {`{ a @x @x @x }`, &limits.Exceeded{Limit: "directives", Most: 2, Got: 3}},
		"directives in many places":   {`query($v: Int @x) @x { ...F @x ... @x { a @x } } fragment F on T @x { a }`, &limits.Exceeded{Limit: "directives", Most: 2, Got: 6}},
		"duplicates":                  {`{ a a a }`, &limits.Exceeded{Limit: "duplicates", Most: 1, Got: 2}},
		"duplicates by alias":         {`{ x: a x: b x: c }`, &limits.Exceeded{Limit: "duplicates", Most: 1, Got: 2}},
		"duplicates in fragments":     {`{ a ... { a } ... { ... { a } } }`, &limits.Exceeded{Limit: "duplicates", Most: 1, Got: 2}},
		"duplicates far apart":        {`{ a { b b } c { b b } }`, &limits.Exceeded{Limit: "duplicates", Most: 1, Got: 2}},
		"the same of different types": {`{ ... on A { a } ... on B { a } ... on C { a } }`, nil},
		"the same of different sets":  {`{ a { a { a } } b: a { a } }`, nil},
		"of all operations together":  {`query A { a a } query B { a a }`, &limits.Exceeded{Limit: "duplicates", Most: 1, Got: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, err := parser.ParseQuery(&ast.Source{Input: tc.document})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, bounds.CheckDocument(doc)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestAliasesOfPlainObjects multiplies what costs nothing: the answer would be
// large, and the document is not.
func TestAliasesOfPlainObjects(t *testing.T) {
	t.Parallel()
	shop := newPriced(t, shop)
	level := func(inside string) string {
		var b strings.Builder
		for _, alias := range strings.Split("abcdefghijklmno", "") {
			b.WriteString(alias + ": lines { item { ...")
			b.WriteString(inside + " } } ")
		}
		return b.String()
	}
	doc := shop.parse(t, "{ item { ...A } } fragment A on Item { "+level("B")+"} fragment B on Item { "+level("C")+"} fragment C on Item { "+level("D")+"} fragment D on Item { id }")
	_, err := limits.Default().Estimate(shop.prices, doc.Operations[0], doc.Fragments, nil)
	if err == nil || !strings.Contains(err.Error(), "`merges`") {
		t.Errorf("got %v, want a refusal of the limit `merges`", err)
	}
}
