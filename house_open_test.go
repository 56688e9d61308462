package marketgraph_test

import (
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// open is what a visitor without a token can make calls with: a closed list, so
// that nothing becomes public by being written like its neighbours.
var open = []string{
	// What the shop shows of its products, and how they are found.
	"Query.products", "Query.listing", "Query.product", "Query.productTags", "Query.bundles", "Query.bundle",
	"Product.vendorId", "Product.collectsLeadsWithPurchase", "Product.editions", "Product.recommendations", "Product.vendorProducts",
	"Edition.product", "Bundle.products",
	// What people have written below products, for everybody to read.
	"Product.reviews", "Product.questions", "Review.comments", "Question.answers",
	// What add-ons there are, the same for everybody.
	"Query.addOnListings", "Query.addOnListing",
	// How the marketplace takes orders, which a checkout shows before anybody has signed in.
	"Query.checkoutSettings",
}

func TestWhatIsOpenToEverybody(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := parser.ParseSchema(&ast.Source{Name: schemaFile, Input: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, def := range doc.Definitions {
		for _, f := range def.Fields {
			if access := f.Directives.ForName("access"); access != nil && f.Directives.ForName("cost") != nil &&
				access.Arguments.ForName("rule").Value.Raw == "PUBLIC" {
				got = append(got, def.Name+"."+f.Name)
			}
		}
	}
	want := slices.Clone(open)
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields behind a call with @access(rule: PUBLIC) (-listed +schema):\n%s", diff)
	}
}
