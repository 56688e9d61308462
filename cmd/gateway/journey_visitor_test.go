package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/sandbox"
)

// The routes of a shop, as the sandbox counts them.
const (
	routeListing         = "GET /marketplace/v1/listing"
	routeTags            = "GET /marketplace/v1/navigator"
	routeCatalog         = "GET /channel/v1/stagingCatalog"
	routeBundles         = "GET /marketplace/v1/bundles"
	routeVendorProducts  = "GET /marketplace/v1/vendors/{vendorUuid}/products"
	routeRecommendations = routeProduct + "/recommendations"
	routeReviews         = routeProduct + "/reviews"
	routeComments        = routeReviews + "/{reviewId}/comments"
	routeQuestions       = routeProduct + "/questions"
	routeAnswers         = routeQuestions + "/{questionId}/answers"
)

// step is one thing that a visitor does, with what was walked for beforehand.
type step struct {
	what string
	do   func(t *testing.T, see visitor)
	// calls are what it costs in one marketplace.
	calls map[string]int
}

// visitor asks a marketplace without a token.
type visitor func(t *testing.T, doc string, vars map[string]any) reply

// visit goes through a journey for two seeds: each step in both marketplaces at
// once, behind one gateway that was cold at the first. Steps come of a walk
// through the marketplace's REST interface.
func visit(t *testing.T, journey func(t *testing.T, w walk) []step) {
	t.Helper()
	for _, seed := range []uint64{1, 7} {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			b := startBackends(t, seed)
			steps := map[string][]step{}
			b.withoutLimits(t, func() {
				for _, tenant := range sandbox.Tenants() {
					steps[tenant.Name] = journey(t, walk{b, tenant.Name})
				}
			})
			g := b.start(t)
			for i, s := range steps["acme"] {
				b.forgetCalls(t)
				t.Run(s.what, func(t *testing.T) { atOnce(t, g, steps, i) })
				want := map[string]int{}
				for _, own := range steps {
					for route, n := range own[i].calls {
						want[route] += n
					}
				}
				if got := b.calls(t); !cmp.Equal(want, got.ByRoute) || got.Violations > 0 {
					t.Errorf("%s: %d violations, calls (-want +got):\n%s", s.what, got.Violations, cmp.Diff(want, got.ByRoute))
				}
			}
		})
	}
}

// atOnce does step i in all marketplaces, and ends when all have done it.
func atOnce(t *testing.T, g *front, steps map[string][]step, i int) {
	t.Helper()
	for tenant, own := range steps {
		t.Run(tenant, func(t *testing.T) {
			t.Parallel()
			own[i].do(t, func(t *testing.T, doc string, vars map[string]any) reply {
				t.Helper()
				got := g.query(t, ask{tenant: tenant, doc: doc, vars: vars})
				if got.status != http.StatusOK || len(got.errors) > 0 {
					t.Fatalf("%s\nanswered %d: %.2000s", doc, got.status, got.body)
				}
				return got
			})
		})
	}
}

// shows is a step that asks once and wants what the walk found, at most for so many points.
func shows(what, doc string, vars map[string]any, want any, calls map[string]int, points int) step {
	return step{what, func(t *testing.T, see visitor) {
		t.Helper()
		got := see(t, doc, vars)
		if diff := cmp.Diff(want, any(got.data)); diff != "" {
			t.Errorf("(-walk +graph):\n%s", diff)
		}
		if cost := costOf(t, got); cost.Requested != points || cost.Actual > points {
			t.Errorf("costs %d of %d points, want %d", cost.Actual, cost.Requested, points)
		}
	}, calls}
}

// again is a step that must not cost a call any more.
func again(s step) step { return step{s.what + ", again", s.do, map[string]int{}} }

// Journey 1: featured, popular, picked by the staff, and what to browse by.
func TestJourneyHome(t *testing.T) {
	t.Parallel()
	visit(t, func(t *testing.T, w walk) []step {
		shelf := func(query ...string) any {
			return nodesOf(firstFew(any(w.counted(t, "/marketplace/v1/listing", query...)), 6), card)
		}
		tags := []any{}
		for _, tag := range w.plain(t, "/marketplace/v1/navigator") {
			tags = append(tags, pick(tag, "id:id!", "name", "type"))
		}
		home := shows("home", example(t, "20-home"), nil, map[string]any{
			"productTags": tags, "featured": shelf("filter", "FEATURED"), "staffPicks": shelf("filter", "STAFFPICK"),
			"popular": shelf("filter", "POPULAR", "order", "POPULARITY"),
		}, map[string]int{routeTags: 1, routeListing: 3}, 20+1+3*(1+6))
		return []step{home, again(home)}
	})
}

// Journey 2: by category, attribute, vendor, kind and mark, by text, in an
// order, and page after page to the end.
func TestJourneyListing(t *testing.T) {
	t.Parallel()
	visit(t, func(t *testing.T, w walk) []step {
		doc, once := example(t, "21-listing"), map[string]int{routeListing: 1}
		vendor := text(w.get(t, "/marketplace/v1/products/"+text(w.applications(t)[3], "id")), "vendorUUID")
		var steps []step
		for _, c := range []struct {
			what  string
			vars  map[string]any
			query []string
		}{
			{"all", nil, nil},
			{"by name", map[string]any{"order": "ALPHABETICAL"}, []string{"order", "ALPHABETICAL"}},
			{"text, best first", map[string]any{"text": "o", "order": "RATING"}, []string{"q", "o", "order", "RATING"}},
			{"categories", filterOf("categoryIds", "5", "7", "5"), []string{"c", "5,7"}},
			{"attribute", filterOf("attributeIds", "102"), []string{"a", "102"}},
			{"vendor", filterOf("vendorIds", vendor), []string{"vendor", vendor}},
			{"kinds", filterOf("types", "STATIC", "DOWNLOAD"), []string{"type", "STATIC,DOWNLOAD"}},
			{"free trials", filterOf("marks", "FREE_TRIAL"), []string{"filter", "FREE_TRIAL"}},
			{"the printed example", variables(t, "21-listing"), []string{"c", "5,6,7", "filter", "PAID", "order", "POPULARITY"}},
		} {
			products := w.counted(t, "/marketplace/v1/listing", c.query...)
			if len(products) < 2 {
				t.Errorf("%s: %s has %d products", c.what, w.tenant, len(products))
			}
			steps = append(steps, pagesThrough(c.what, doc, c.vars, products, once))
		}
		counted := w.paged(t, "/channel/v1/applications", "categoryId", "3", "searchText", "e")
		return append(steps, shows("counted", `{ products(first: 3, categoryIds: ["3"], searchText: "e") { totalCount nodes { name } } }`, nil,
			map[string]any{"products": map[string]any{
				"totalCount": json.Number(fmt.Sprint(len(counted))),
				"nodes":      nodesOf(firstFew(any(counted), 3), func(p any) map[string]any { return pick(p, "name") })["nodes"],
			}}, map[string]int{routeApplications: 1}, 1+3))
	})
}

// pagesThrough reads the listing in pages of seven, which takes the one call that the first page took.
func pagesThrough(what, doc string, vars map[string]any, want []any, calls map[string]int) step {
	return step{what, func(t *testing.T, see visitor) {
		t.Helper()
		got, asked := []any{}, map[string]any{"first": 7}
		for name, value := range vars {
			if name != "first" {
				asked[name] = value
			}
		}
		for {
			page := at(see(t, doc, asked).data, "listing")
			got = append(got, list(page, "nodes")...)
			if at(page, "pageInfo", "hasNextPage") != true {
				break
			}
			if asked["after"] = at(page, "pageInfo", "endCursor"); len(got) > len(want) {
				t.Fatalf("the listing goes on after %d products, of %d", len(got), len(want))
			}
		}
		all := []any{}
		for _, p := range want {
			all = append(all, listed(p))
		}
		if diff := cmp.Diff(all, got); diff != "" {
			t.Errorf("(-walk +graph):\n%s", diff)
		}
	}, calls}
}

// productPagePoints are the product, whether it can be bought all the same, four editions, three reviews and three
// questions with five replies each, five recommendations and ten products of the vendor, and a call for each of these.
const productPagePoints = (1 + 1) + 1 + (1 + 4) + 2*(1+3+1+3*5) + (1 + 5) + (1 + 10)

// Journey 3: one product with all that its page shows, found by its name, its
// uuid or its number.
func TestJourneyProductPage(t *testing.T) {
	t.Parallel()
	visit(t, func(t *testing.T, w walk) []step {
		var steps []step
		for i, p := range w.talkedAbout(t) {
			want, calls := w.productPage(t, p)
			if i > 0 {
				calls[routeVendorProducts] = w.vendorsNotIn(t, p, w.talkedAbout(t)[:i])
			}
			if calls[routeVendorProducts] == 0 {
				delete(calls, routeVendorProducts)
			}
			page := shows("page of product "+fmt.Sprint(i), example(t, "22-product-page"), map[string]any{"text": text(p, "name")},
				map[string]any{"products": map[string]any{"nodes": []any{want}}}, calls, productPagePoints)
			steps = append(steps, page, again(page))
		}
		p := w.talkedAbout(t)[0]
		same := map[string]any{"id": text(p, "uuid"), "legacyId": text(p, "id"), "name": text(p, "name")}
		return append(steps, shows("by either id", `query($uuid: ID!, $number: ID!) { a: product(id: $uuid) { id legacyId name } b: product(id: $number) { id legacyId name } }`,
			map[string]any{"uuid": text(p, "uuid"), "number": text(p, "id")}, map[string]any{"a": same, "b": same}, map[string]int{routeApplications: 1}, 2))
	})
}

// Whatever part of a product's page cannot be read, the rest of the page is there.
func TestProductPageWithoutOnePart(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	b.enforce(t, false)
	w := walk{b, "acme"}
	p := w.talkedAbout(t)[0]
	whole, _ := w.productPage(t, p)
	for part, route := range map[string]string{
		"editions": routeProduct, "reviews": routeReviews, "questions": routeQuestions, "recommendations": routeRecommendations,
		"vendorProducts": routeVendorProducts,
	} {
		b.breakRoutes(t, map[string]any{"badJSON": true}, route)
		g, stop := b.startUntil(t)
		got := g.query(t, ask{doc: example(t, "22-product-page"), vars: map[string]any{"text": text(p, "name")}})
		stop()
		want := maps.Clone(whole)
		lost := []string{part}
		if route == routeProduct { // its details say what else there is
			lost = append(lost, "collectsLeadsWithPurchase", "vendorProducts")
		}
		for _, name := range lost {
			want[name] = nil
		}
		if diff := cmp.Diff([]any{want}, at(got.data, "products", "nodes")); diff != "" {
			t.Errorf("without %s (-want +got):\n%s", route, diff)
		}
		named := map[string]bool{}
		for _, e := range got.errors {
			named[fmt.Sprint(e.Path[len(e.Path)-1])] = e.code() == "INTERNAL_SERVER_ERROR"
		}
		for _, name := range lost {
			if !named[name] {
				t.Errorf("without %s: %s is null, and no error says why: %v", route, name, got.errors)
			}
		}
	}
}

// Journey 4: the same calls for two as for four, however they are asked for.
func TestJourneyCompare(t *testing.T) {
	t.Parallel()
	visit(t, func(t *testing.T, w walk) []step {
		doc := example(t, "23-compare")
		popular := firstFew(any(w.paged(t, "/channel/v1/applications", "sortField", "POPULARITY", "sortOrder", "DESC")), 4)
		want := []any{}
		for _, p := range popular {
			want = append(want, w.compared(t, p))
		}
		_, fragment, _ := strings.Cut(doc, "fragment Compared")
		vars := map[string]any{}
		for i, p := range popular {
			vars[string(rune('a'+i))] = text(p, "uuid")
		}
		byID := `query($a: ID!, $b: ID!, $c: ID!, $d: ID!) { a: product(id: $a) { ...Compared } b: product(id: $b) { ...Compared }
			c: product(id: $c) { ...Compared } d: product(id: $d) { ...Compared } } fragment Compared` + fragment
		three := shows("the most popular", doc, map[string]any{"count": 3}, map[string]any{"products": map[string]any{"nodes": want[:3]}},
			map[string]int{routeApplications: 1, routeCatalog: 1}, 1+3+1+3*4)
		return []step{
			three, shows("one more", doc, map[string]any{"count": 4}, map[string]any{"products": map[string]any{"nodes": want}}, map[string]int{}, 1+4+1+4*4),
			shows("by id", byID, vars, map[string]any{"a": want[0], "b": want[1], "c": want[2], "d": want[3]}, map[string]int{routeApplications: 1}, 4*(1+1+4)),
		}
	})
}

// Journey 5: a bundle with the products in it, which cost one call for any number of bundles.
func TestJourneyBundlePage(t *testing.T) {
	t.Parallel()
	visit(t, func(t *testing.T, w walk) []step {
		byNumber := map[string]any{}
		for _, p := range w.applications(t) {
			byNumber[text(p, "id")] = p
		}
		all := []any{}
		for _, b := range w.plain(t, "/marketplace/v1/bundles") {
			products := []any{}
			for _, inside := range list(b, "bundledProducts") {
				p := byNumber[text(inside, "id")]
				shown := pick(p, "id:uuid", "name")
				shown["startingPrices"] = startingPrices(p, "frequency")
				products = append(products, shown)
			}
			shown := pick(b, "id:uuid", "legacyId:id!", "name", "vendorName", "blurb", "description", "startingPriceText:startingPrice", "isFeatured:featured")
			shown["products"] = products
			all = append(all, shown)
		}
		bundles := shows("all", example(t, "24-bundles"), nil, map[string]any{"bundles": all}, map[string]int{routeBundles: 1, routeApplications: 1}, 1+10+1+10*5)
		last := all[len(all)-1]
		_, selection, _ := strings.Cut(example(t, "24-bundles"), "bundles {")
		page := `query($uuid: ID!, $number: ID!) { a: bundle(id: $uuid) {` + selection[:strings.LastIndex(selection, "}")] + ` b: bundle(id: $number) { id } }`
		return []step{bundles, shows("one", page, map[string]any{"uuid": text(last, "id"), "number": text(last, "legacyId")},
			map[string]any{"a": last, "b": map[string]any{"id": at(last, "id")}}, map[string]int{}, 1+1+5+1)}
	})
}

// variables are those of an example.
func variables(t *testing.T, name string) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(exampleFile(t, name+".json")), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func filterOf(member string, values ...string) map[string]any {
	return map[string]any{"filter": map[string]any{member: values}}
}
