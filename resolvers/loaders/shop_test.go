package loaders

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
)

// inShop makes n products that are on sale and listed, all of one vendor.
func inShop(t *testing.T, n int) *backend {
	t.Helper()
	b := catalogue(t, n)
	b.shop = map[string][]doc{"listing": b.applications, "vendors/v1/products": b.applications}
	for _, p := range b.catalog {
		p["vendorUUID"] = "v1"
	}
	return b
}

// all is a page that holds any list of these tests.
func all(t *testing.T, l *Loaders) Page {
	t.Helper()
	page, err := l.NewPage(new(int32(250)), nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// TestListingSendsItsFilter: each member as its parameter, and as nothing else.
func TestListingSendsItsFilter(t *testing.T) {
	t.Parallel()
	rating := model.ListingOrderRating
	for name, tc := range map[string]struct {
		filter ListingFilter
		want   url.Values
	}{
		"nothing":    {ListingFilter{}, url.Values{}},
		"text":       {ListingFilter{Search: "a b"}, url.Values{"q": {"a b"}}},
		"categories": {ListingFilter{Categories: []string{"7", "12", "7"}}, url.Values{"c": {"12", "7"}}},
		"attributes": {ListingFilter{Attributes: []string{"101"}}, url.Values{"a": {"101"}}},
		"vendors":    {ListingFilter{Vendors: []string{"v2", "v1"}}, url.Values{"vendor": {"v1", "v2"}}},
		"kinds":      {ListingFilter{Types: []model.ProductType{"STATIC"}}, url.Values{"type": {"STATIC"}}},
		"marks":      {ListingFilter{Marks: []model.ListingMark{"PAID", "FEATURED"}}, url.Values{"filter": {"FEATURED", "PAID"}}},
		"order":      {ListingFilter{Order: &rating}, url.Values{"order": {"RATING"}}},
	} {
		b := inShop(t, 3)
		var got url.Values
		b.fault("listing", func(w http.ResponseWriter, r *http.Request) {
			got = r.URL.Query()
			b.shopList(w, r)
		})
		l := New(b.tenant(t), service(t))
		list, err := l.Listing(t.Context(), tc.filter, all(t, l))
		if err != nil || len(list.Items) != 3 {
			t.Errorf("%s: %v, %v", name, list, err)
		}
		tc.want.Set("start", "0")
		tc.want.Set("count", "250")
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestListingIsNotCounted: its end is known once it was seen, and products in it
// need not be looked up again.
func TestListingIsNotCounted(t *testing.T) {
	t.Parallel()
	b := inShop(t, 250)
	tenant := b.tenant(t)
	l := New(tenant, service(t))
	list, err := l.Listing(t.Context(), ListingFilter{}, all(t, l))
	if err != nil || len(list.Items) != 250 || list.HasNext || list.Total == nil || *list.Total != 250 {
		t.Fatalf("%+v, %v", list, err)
	}
	if diff := cmp.Diff(map[string]int{"listing": 2}, b.counts()); diff != "" {
		t.Errorf("a full page says nothing of the end (-want +got):\n%s", diff)
	}
	if p, err := l.Product(t.Context(), "100"); err != nil || p != list.Items[0] || len(b.counts()) > 0 {
		t.Errorf("looked up again: %v, %v", p, err)
	}
}

// TestWhatIsNoFilter is refused before it costs a call.
func TestWhatIsNoFilter(t *testing.T) {
	t.Parallel()
	b := inShop(t, 3)
	l := New(b.tenant(t), service(t))
	many := strings.Split(strings.Repeat("1,", l.tenant.maxItems)+"1", ",")
	for argument, filters := range map[string][]ListingFilter{
		"categoryIds":  {{Categories: []string{"5", "x"}}, {Categories: []string{""}}, {Categories: many}, {Categories: []string{strings.Repeat("1", maxID+1)}}},
		"attributeIds": {{Attributes: []string{"-1"}}, {Attributes: many}},
		"vendorIds":    {{Vendors: many}},
	} {
		for _, f := range filters {
			_, err := l.Listing(t.Context(), f, all(t, l))
			if refused, ok := errors.AsType[*InputError](err); !ok || refused.Argument != argument {
				t.Errorf("%s: %v", argument, err)
			}
		}
	}
	if _, err := l.Products(t.Context(), ProductFilter{Categories: []string{"all"}}, all(t, l)); err == nil {
		t.Error("a category of what can be bought is no number, and was sent")
	}
	if len(b.counts()) > 0 {
		t.Errorf("calls: %v", b.counts())
	}
}

// TestEqualFiltersShareTheirReply: the order of values, and how often they stand
// there, make no other list.
func TestEqualFiltersShareTheirReply(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		ids := rapid.SliceOfN(rapid.StringMatching(`[1-9][0-9]{0,3}`), 1, 6).Draw(rt, "ids")
		again := append(rapid.Permutation(ids).Draw(rt, "other order"), ids[0])
		one, other := ListingFilter{Categories: ids}.ask(0), ListingFilter{Categories: again}.ask(0)
		if one.query.Encode() != other.query.Encode() {
			rt.Errorf("%s and %s", one.query.Encode(), other.query.Encode())
		}
	})
}

// TestProductsOfVendors: one call for each vendor, none for a product without one.
func TestProductsOfVendors(t *testing.T) {
	t.Parallel()
	b := inShop(t, 20)
	delete(b.catalog[19], "vendorUUID")
	b.catalog[18]["vendorUUID"] = "gone"
	l := New(b.tenant(t), service(t))
	numbers := make([]string, 20)
	for i := range numbers {
		numbers[i] = fmt.Sprint(100 + i)
	}
	lists, errs := l.VendorProducts(t.Context(), numbers)
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if len(lists[0]) != 20 || lists[18] == nil || len(lists[18]) != 0 || lists[19] != nil {
		t.Errorf("%d, %v, %v", len(lists[0]), lists[18], lists[19])
	}
	if diff := cmp.Diff(map[string]int{"catalog": 1, "vendors/v1/products": 1, "vendors/gone/products": 1}, b.counts()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestBundles: found by both ids, with the products that are still there.
func TestBundles(t *testing.T) {
	t.Parallel()
	b := inShop(t, 3)
	b.shop["bundles"] = []doc{
		{"id": 7, "uuid": "b7", "bundledProducts": []doc{{"id": 100}, {"id": 999}, {"id": 102}}},
		{"id": 8, "uuid": "b8", "bundledProducts": []doc{}, "startingPrice": "$1.00"},
	}
	l := New(b.tenant(t), service(t))
	bundles, err := l.Bundles(t.Context())
	if err != nil || len(bundles) != 2 {
		t.Fatalf("%v, %v", bundles, err)
	}
	for _, id := range []string{"b8", "8"} {
		if got, err := l.Bundle(t.Context(), id); err != nil || got != bundles[1] || *got.StartingPriceText != "$1.00" {
			t.Errorf("%s: %v, %v", id, got, err)
		}
	}
	if _, err := l.Bundle(t.Context(), "9"); !isNotFound(err) {
		t.Errorf("no bundle: %v", err)
	}
	inside, errs := l.BundledProducts(t.Context(), bundles)
	if err := errors.Join(errs...); err != nil || len(inside[0]) != 2 || inside[0][1].ID != "p102" || inside[1] == nil || len(inside[1]) != 0 {
		t.Errorf("%v, %v", inside, err)
	}
	// What can no longer be bought is asked for by itself.
	if diff := cmp.Diff(map[string]int{"bundles": 1, "applications": 1, "product": 1}, b.counts()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestBundlesWhoseProductsCannotBeRead: the failure is that of each bundle, not
// of the list.
func TestBundlesWhoseProductsCannotBeRead(t *testing.T) {
	t.Parallel()
	b := inShop(t, 3)
	b.shop["bundles"] = []doc{{"id": 7, "uuid": "b7", "bundledProducts": []doc{{"id": 100}}}, {"id": 8, "uuid": "b8"}}
	b.fail("applications", http.StatusInternalServerError)
	b.fail("product", http.StatusInternalServerError)
	l := New(b.tenant(t), service(t))
	bundles, err := l.Bundles(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, errs := l.BundledProducts(t.Context(), bundles)
	if upstream.KindOf(errs[0]) != upstream.Unavailable || errs[1] != nil {
		t.Errorf("%v", errs)
	}
}

// TestTags keeps the tree.
func TestTags(t *testing.T) {
	t.Parallel()
	b := inShop(t, 1)
	b.shop["navigator"] = []doc{
		{"id": 1, "type": "CATEGORY", "name": "Sales", "children": []doc{}},
		{"id": 9, "type": "SEASON", "name": "", "children": []doc{{"id": 10, "type": "ATTRIBUTE", "name": "Spring", "description": "Flowers"}}},
	}
	tags, err := New(b.tenant(t), service(t)).ProductTags(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	kind := func(k model.ProductTagType) *model.ProductTagType { return &k }
	want := []*model.ProductTag{
		{ID: "1", Type: kind("CATEGORY"), Name: p("Sales"), Children: []*model.ProductTag{}},
		{ID: "9", Type: kind("UNKNOWN"), Children: []*model.ProductTag{{ID: "10", Type: kind("ATTRIBUTE"), Name: p("Spring"), Description: p("Flowers")}}},
	}
	if diff := cmp.Diff(want, tags); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
