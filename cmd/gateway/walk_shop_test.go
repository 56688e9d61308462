package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// talkedAbout are two products of which much is said, the first with the most reviews.
func (w walk) talkedAbout(t *testing.T) []any {
	t.Helper()
	all := w.applications(t)
	said := map[string]int{}
	for _, p := range all {
		path := "/marketplace/v1/products/" + text(p, "id")
		if questions := len(w.plain(t, path+"/questions")); questions > 1 {
			said[text(p, "id")] = 1000*min(questions, 1) + len(w.plain(t, path+"/reviews"))
		}
	}
	slices.SortStableFunc(all, func(a, b any) int { return said[text(b, "id")] - said[text(a, "id")] })
	return all[:2]
}

// vendorsNotIn is 0 where an earlier product has the same vendor, else 1.
func (w walk) vendorsNotIn(t *testing.T, product any, earlier []any) int {
	t.Helper()
	for _, p := range earlier {
		if text(p, "vendorName") == text(product, "vendorName") {
			return 0
		}
	}
	return 1
}

// productPage is what the example shows of a product, and the calls of a gateway
// that has seen nothing of it.
func (w walk) productPage(t testing.TB, p any) (want map[string]any, calls map[string]int) {
	t.Helper()
	path := "/marketplace/v1/products/" + text(p, "id")
	detail := w.get(t, path)
	editions := []any{}
	for _, e := range list(detail, "pricing", "editions") {
		editions = append(editions, edition(e))
	}
	want = pick(p, "id:uuid", "legacyId:id!", "name", "vendorName", "description", "rating", "ratingCount:numRatings", "collectsLeads:collectLeads")
	want["collectsLeadsWithPurchase"] = at(detail, "collectLeadsWithPurchaseEnabled")
	want["tags"] = picks(list(p, "tags"), "name")
	want["startingPrices"] = startingPrices(p, "frequency")
	want["editions"] = editions
	reviews, comments := w.opinions(t, path+"/reviews", "comments")
	questions, answers := w.opinions(t, path+"/questions", "answers")
	want["reviews"] = reviews
	want["questions"] = questions
	recommended := []any{}
	for _, r := range w.plain(t, path+"/recommendations") {
		shown := pick(r, "id:uuid", "name")
		shown["startingPrices"] = startingPrices(r)
		recommended = append(recommended, shown)
	}
	want["recommendations"] = recommended
	want["vendorProducts"] = picks(w.plain(t, "/marketplace/v1/vendors/"+text(detail, "vendorUUID")+"/products"), "id:uuid", "name")
	calls = map[string]int{
		routeApplications: 1, routeProduct: 1, routeReviews: 1, routeQuestions: 1, routeRecommendations: 1, routeVendorProducts: 1,
		routeComments: comments, routeAnswers: answers,
	}
	for _, route := range []string{routeComments, routeAnswers} {
		if calls[route] == 0 {
			delete(calls, route)
		}
	}
	return want, calls
}

// opinions are a product's first three reviews or questions, with all replies,
// and how many calls the replies cost: those that say that they have none cost none.
func (w walk) opinions(t testing.TB, path, replies string) (connection map[string]any, calls int) {
	t.Helper()
	all := w.plain(t, path)
	nodes := []any{}
	for _, said := range firstFew(any(all), 3) {
		inside := []any{}
		for _, reply := range w.plain(t, path+"/"+text(said, "id")+"/"+replies) {
			r := pick(reply, "comment", "isOfficial:official")
			r["author"] = at(reply, "author", "name")
			inside = append(inside, r)
		}
		node := pick(said, "title", "comment")
		node["author"], node[replies] = at(said, "author", "name"), inside
		count := text(said, strings.TrimSuffix(replies, "s")+"Count")
		if replies == "comments" {
			node["rating"], node["updatedAt"] = at(said, "rating"), moment(t, at(said, "lastModified"))
		}
		if count != "0" {
			calls++
		}
		nodes = append(nodes, node)
	}
	return map[string]any{"totalCount": json.Number(fmt.Sprint(len(all))), "nodes": nodes}, calls
}

// compared is what the example compares of a product.
func (w walk) compared(t *testing.T, p any) map[string]any {
	t.Helper()
	out := pick(p, "id:uuid", "name", "vendorName", "rating", "ratingCount:numRatings", "isFree:free", "hasFreeTrialOrEdition:freeTrialOrEditionPresent")
	out["tags"], out["startingPrices"] = picks(list(p, "tags"), "type", "name"), startingPrices(p, "frequency")
	editions := []any{}
	for _, e := range list(w.get(t, "/marketplace/v1/products/"+text(p, "id")), "pricing", "editions") {
		plans := []any{}
		for _, plan := range list(e, "plans") {
			shown := pick(plan, "frequency")
			shown["contract"] = nil
			if contract := at(plan, "contract"); contract != nil {
				shown["contract"] = pick(contract, "minimumServiceLength")
			}
			shown["costs"] = costs(plan, "unit", "minUnits", "maxUnits")
			plans = append(plans, shown)
		}
		editions = append(editions, map[string]any{"name": at(e, "name"), "trial": trial(e), "plans": plans})
	}
	out["editions"] = editions
	return out
}

// plain reads a list that has no pages.
func (w walk) plain(t testing.TB, path string) []any {
	t.Helper()
	got, ok := w.get(t, path).([]any)
	if !ok {
		t.Fatalf("GET %s is no list", path)
	}
	return got
}

// pick takes members of a REST document as the graph calls them: "name" as it
// is, "id:uuid" under another name, "id:id!" as a text. A text of nothing is null.
func pick(v any, members ...string) map[string]any {
	out := map[string]any{}
	for _, m := range members {
		name, from, renamed := strings.Cut(m, ":")
		if !renamed {
			from = name
		}
		bare, asText := strings.CutSuffix(from, "!")
		switch out[name] = at(v, bare); {
		case asText:
			out[name] = text(v, bare)
		case out[name] == "":
			out[name] = nil
		}
	}
	return out
}

func picks(items []any, members ...string) []any {
	out := []any{}
	for _, item := range items {
		out = append(out, pick(item, members...))
	}
	return out
}

// card is a product on a shelf.
func card(p any) map[string]any {
	out := pick(p, "id:uuid", "name", "vendorName", "iconUrl", "rating")
	out["startingPrices"] = startingPrices(p, "frequency")
	return out
}

// listed is a product in the listing.
func listed(p any) map[string]any {
	out := pick(p, "id:uuid", "legacyId:id!", "name", "vendorName", "blurb", "rating", "ratingCount:numRatings", "isFree:free", "isFeatured:featured",
		"hasFreeTrialOrEdition:freeTrialOrEditionPresent")
	tags := []any{}
	for _, tag := range list(p, "tags") {
		tags = append(tags, pick(tag, "id:id!", "name"))
	}
	out["tags"], out["startingPrices"] = tags, startingPrices(p, "frequency")
	return out
}

// startingPrices are a product's by currency, with the members besides the price that were asked for.
func startingPrices(p any, besides ...string) []any {
	prices, _ := at(p, "channelStartingPrice", "prices").(map[string]any)
	return byCurrency(prices, func(price any) map[string]any {
		out := map[string]any{"amount": at(price, "price")}
		for _, name := range besides {
			out[name] = at(price, "duration")
		}
		return out
	})
}

func byCurrency(prices map[string]any, shape func(any) map[string]any) []any {
	out := []any{}
	for _, currency := range slices.Sorted(maps.Keys(prices)) {
		shown := shape(prices[currency])
		shown["currency"] = currency
		out = append(out, shown)
	}
	return out
}

// edition is one as the product page shows it.
func edition(e any) map[string]any {
	out := pick(e, "id:uuid", "name", "isPrimary:primary", "collectsLeads:leadGen")
	plans := []any{}
	for _, plan := range list(e, "plans") {
		shown := pick(plan, "id:uuid", "frequency")
		shown["costs"] = costs(plan, "unit")
		plans = append(plans, shown)
	}
	out["trial"], out["plans"] = trial(e), plans
	return out
}

// trial is null where it lasts no time.
func trial(e any) any {
	if text(e, "trial", "length") == "0" {
		return nil
	}
	return pick(at(e, "trial"), "length", "unit")
}

func costs(plan any, members ...string) []any {
	out := []any{}
	for _, c := range list(plan, "costs") {
		shown := pick(c, members...)
		amounts, _ := at(c, "amount").(map[string]any)
		shown["amounts"] = byCurrency(amounts, func(amount any) map[string]any { return map[string]any{"amount": amount} })
		out = append(out, shown)
	}
	return out
}

// moment is milliseconds as the graph writes them.
func moment(t testing.TB, millis any) string {
	t.Helper()
	n, ok := millis.(json.Number)
	ms, err := n.Int64()
	if !ok || err != nil {
		t.Fatalf("%v is no moment", millis)
	}
	return time.UnixMilli(ms).UTC().Format(graphTime)
}
