package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestOpinionsBelongToTheirProduct walks all of them: each is listed under its
// own product, and counts say how many replies there are.
func TestOpinionsBelongToTheirProduct(t *testing.T) {
	t.Parallel()
	w := shared.acme()
	reviews, questions := 0, 0
	for _, p := range w.products.all() {
		path := "/marketplace/v1/products/" + p.ID
		for _, kind := range []struct{ list, replies, count string }{
			{"/reviews", "/comments", "commentCount"}, {"/questions", "/answers", "answerCount"},
		} {
			for i, said := range shared.get(t, "partner", path+kind.list).list(t) {
				if kind.list == "/reviews" {
					reviews++
				} else {
					questions++
				}
				if i > 2 { // the first few are enough of a crowd
					continue
				}
				replies := shared.get(t, "partner", path+kind.list+"/"+factText(field(said, "id"))+kind.replies).list(t)
				if want := field(said, kind.count); factText(want) != factText(zeroAsNull(len(replies))) && factText(want) != factText(len(replies)) {
					t.Errorf("%s: %d replies, %s is %v", path+kind.list, len(replies), kind.count, want)
				}
			}
		}
	}
	if reviews != w.reviews.said.Len() || questions != w.questions.said.Len() {
		t.Errorf("%d of %d reviews and %d of %d questions are listed", reviews, w.reviews.said.Len(), questions, w.questions.said.Len())
	}
}

// TestNothingBelowAnotherProduct: a review's comments are under its own product only.
func TestNothingBelowAnotherProduct(t *testing.T) {
	t.Parallel()
	w := shared.acme()
	review := w.reviews.said.all()[0]
	other := w.products.all()[0].ID
	if other == review.text("product") {
		other = w.products.all()[1].ID
	}
	for _, path := range []string{
		"/marketplace/v1/products/" + other + "/reviews/" + review.ID + "/comments",
		"/marketplace/v1/products/4711/reviews", "/marketplace/v1/products/4711/recommendations",
		"/marketplace/v1/vendors/nobody/products", "/marketplace/v1/bundles/4711",
	} {
		if a := shared.call(t, "GET", "acme", "partner", path); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}

// TestListingMarksAreSeenOnTheProducts: what the filter selects says so of itself.
func TestListingMarksAreSeenOnTheProducts(t *testing.T) {
	t.Parallel()
	for mark, member := range map[string]string{"FEATURED": "featured", "POPULAR": "popular", "STAFFPICK": "staffPick", "FREE": "free"} {
		marked := shared.get(t, "partner", "/marketplace/v1/listing?filter="+mark).list(t)
		want := 0
		for _, p := range shared.acme().applications.all() {
			if p.Body[member] == true {
				want++
			}
		}
		if len(marked) != want || want == 0 {
			t.Errorf("%s: %d products, %d say so", mark, len(marked), want)
		}
	}
}

// TestTagsAreInTheNavigator: every tag of a product is one to browse by, and the
// listing narrowed to it holds that product.
func TestTagsAreInTheNavigator(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, group := range shared.get(t, "partner", "/marketplace/v1/navigator").list(t) {
		known[factText(field(group, "id"))] = true
		for _, child := range field(group, "children").([]any) {
			known[factText(field(child, "id"))] = true
		}
	}
	for _, p := range shared.acme().applications.all()[:9] {
		for _, tag := range p.Body["tags"].([]any) {
			number := factText(field(tag, "id"))
			parameter := map[any]string{"CATEGORY": "c", "ATTRIBUTE": "a"}[field(tag, "type")]
			if !known[number] {
				t.Errorf("tag %s is not in the navigator", number)
			}
			listed := shared.get(t, "partner", "/marketplace/v1/listing?"+parameter+"="+number).list(t)
			if !slices.Contains(ids(listed), p.Body["uuid"].(string)) {
				t.Errorf("product %s is not listed under its tag %s", p.ID, number)
			}
		}
	}
}

// TestRecommendationsAreOthersOfTheCategory, and never many.
func TestRecommendationsAreOthersOfTheCategory(t *testing.T) {
	t.Parallel()
	w := shared.acme()
	some := 0
	for _, p := range w.products.all() {
		for _, r := range shared.get(t, "partner", "/marketplace/v1/products/"+p.ID+"/recommendations").list(t) {
			some++
			got := w.applications.Get(factText(field(r, "id")))
			if got == nil || got.ID == p.ID || got.text("category") != p.text("category") {
				t.Errorf("product %s: %v is recommended", p.ID, field(r, "id"))
			}
		}
	}
	if some < w.products.Len() || some > w.products.Len()*recommended {
		t.Errorf("%d recommendations for %d products", some, w.products.Len())
	}
}

// TestBundlesHoldProductsOnSale and are found by their number.
func TestBundlesHoldProductsOnSale(t *testing.T) {
	t.Parallel()
	w := shared.acme()
	all := shared.get(t, "partner", "/marketplace/v1/bundles").list(t)
	if len(all) != len(bundleNames) {
		t.Fatalf("%d bundles", len(all))
	}
	for _, b := range all {
		alone := shared.get(t, "partner", "/marketplace/v1/bundles/"+factText(field(b, "id"))).object(t)
		if alone["name"] != field(b, "name") || alone["uuid"] != nil || !strings.HasSuffix(alone["href"].(string), "/bundles/"+factText(alone["id"])) {
			t.Errorf("bundle %v alone is %v", field(b, "id"), alone)
		}
		inside := field(b, "bundledProducts").([]any)
		for _, p := range inside {
			if listed := w.applications.Get(factText(field(p, "id"))); listed == nil || listed.Body["uuid"] != field(p, "uuid") {
				t.Errorf("bundle %v holds %v, which is not on sale", field(b, "id"), field(p, "id"))
			}
		}
		if len(inside) < 2 {
			t.Errorf("bundle %v holds %d products", field(b, "id"), len(inside))
		}
	}
}
