package loaders

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
)

// soldTo makes subscriptions: one for each company named, in this order, of
// products 1 to 3 by turns, every fifth cancelled.
func soldTo(companies ...string) []doc {
	docs := make([]doc, len(companies))
	for i, id := range companies {
		status := "ACTIVE"
		if i%5 == 4 {
			status = "CANCELLED"
		}
		docs[i] = doc{
			"id": fmt.Sprintf("s%03d", i), "status": status,
			"company": doc{"id": id}, "product": doc{"id": fmt.Sprint(i%3 + 1)}, "user": doc{"id": "u"},
		}
	}
	return docs
}

// each repeats the companies' names until there are n.
func each(n int, companies ...string) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = companies[i%len(companies)]
	}
	return out
}

// ids of the subscriptions in each list, or the error.
func listed(lists []*List[*model.Subscription], errs []error) (out [][]string) {
	for i, list := range lists {
		ids := []string{}
		if errs[i] != nil {
			ids = append(ids, errs[i].Error())
		} else {
			for _, s := range list.Items {
				ids = append(ids, s.ID)
			}
		}
		out = append(out, ids)
	}
	return out
}

// expected is the naive answer: the first n of each parent's, out of the documents.
func expected(docs []doc, end string, parents []string, status string, n int) (out [][]string) {
	for _, parent := range parents {
		ids := []string{}
		for _, d := range docs {
			if d[end].(doc)["id"] == parent && fits(status, d["status"]) && len(ids) < n {
				ids = append(ids, d["id"].(string))
			}
		}
		out = append(out, ids)
	}
	return out
}

// TestCompanySubscriptionsTakeTheCheaperWay pins the calls by the number of
// companies, and by how many pages of 250 the whole list has.
func TestCompanySubscriptionsTakeTheCheaperWay(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		companies, sold int
		want            map[string]int
	}{
		"one company":                          {1, 10, map[string]int{"companySubscriptions": 1}},
		"two companies, one page":              {2, 10, map[string]int{"subscriptions": 1}},
		"twenty, one page":                     {20, 249, map[string]int{"subscriptions": 1}},
		"twenty, exactly one page":             {20, 250, map[string]int{"subscriptions": 2}},
		"three, two pages":                     {3, 300, map[string]int{"subscriptions": 1, "companySubscriptions": 3}},
		"four, two pages":                      {4, 300, map[string]int{"subscriptions": 2}},
		"four, three pages: the walk gives up": {4, 700, map[string]int{"subscriptions": 2, "companySubscriptions": 4}},
		"none sold":                            {5, 0, map[string]int{"subscriptions": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t)
			companies := companyNames(0, tc.companies)
			b.subscriptions = soldTo(each(tc.sold, companies...)...)
			tenant, admin := b.tenant(t), service(t)
			for _, when := range []string{"first", "again"} {
				got := listed(New(tenant, admin).CompanySubscriptions(t.Context(), companies, anyStatus, Page{first: 5}))
				if diff := cmp.Diff(expected(b.subscriptions, "company", companies, "", 5), got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", when, diff)
				}
				if diff := cmp.Diff(tc.want, b.counts()); diff != "" {
					t.Errorf("calls %s (-want +got):\n%s", when, diff)
				}
				tc.want = map[string]int{}
			}
		})
	}
}

// TestWidthIsLearned: a walk that gave up is not tried again within the same
// width, for this status; a wider one may be.
func TestWidthIsLearned(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	companies := companyNames(0, 20)
	b.subscriptions = soldTo(each(600, companies...)...) // three pages
	tenant, admin := b.tenant(t), service(t)
	load := func(from, to int, status model.SubscriptionStatus) map[string]int {
		got := listed(New(tenant, admin).CompanySubscriptions(t.Context(), companies[from:to], status, Page{first: 1}))
		if diff := cmp.Diff(expected(b.subscriptions, "company", companies[from:to], string(status), 1), got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		return b.counts()
	}
	for _, step := range []struct {
		says     string
		from, to int
		status   model.SubscriptionStatus
		want     map[string]int
	}{
		{"two pages are walked in vain", 0, 4, anyStatus, map[string]int{"subscriptions": 2, "companySubscriptions": 4}},
		{"which is remembered", 4, 8, anyStatus, map[string]int{"companySubscriptions": 4}},
		{"of this status only", 8, 12, model.SubscriptionStatusCancelled, map[string]int{"subscriptions": 1}},
		{"more companies are worth a third page, two being kept", 8, 14, anyStatus, map[string]int{"subscriptions": 1}},
		{"after which the whole list is kept", 14, 20, anyStatus, map[string]int{}},
	} {
		if diff := cmp.Diff(step.want, load(step.from, step.to, step.status)); diff != "" {
			t.Errorf("%s: calls (-want +got):\n%s", step.says, diff)
		}
	}
}

// TestWalkFallsBack: a whole list that cannot be read leaves the narrow way.
func TestWalkFallsBack(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	companies := companyNames(0, 4)
	b.subscriptions = soldTo(each(8, companies...)...)
	b.fail("subscriptions", http.StatusServiceUnavailable)
	got := listed(New(b.tenant(t), service(t)).CompanySubscriptions(t.Context(), companies, anyStatus, Page{first: 5}))
	if diff := cmp.Diff(expected(b.subscriptions, "company", companies, "", 5), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"subscriptions": 1, "companySubscriptions": 4}, b.counts()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestBothWaysAnswerAlike: what a list answers, cursors included, does not
// depend on which way it was read.
func TestBothWaysAnswerAlike(t *testing.T) {
	t.Parallel()
	b, admin := newBackend(t), service(t)
	rapid.Check(t, func(rt *rapid.T) {
		companies := companyNames(0, 4)
		b.subscriptions = soldTo(rapid.SliceOfN(rapid.SampledFrom(companyNames(0, 6)), 0, 30).Draw(rt, "sold")...)
		status := rapid.SampledFrom([]model.SubscriptionStatus{anyStatus, model.SubscriptionStatusActive, model.SubscriptionStatusCancelled}).Draw(rt, "status")
		page := Page{first: rapid.IntRange(1, 4).Draw(rt, "first")}

		wide, errs := New(b.tenant(t), admin).CompanySubscriptions(t.Context(), companies, status, page)
		if calls := b.counts(); calls["subscriptions"] != 1 || calls["companySubscriptions"] != 0 {
			rt.Fatalf("the wide way made %v", calls)
		}
		if diff := cmp.Diff(expected(b.subscriptions, "company", companies, string(status), page.first), listed(wide, errs)); diff != "" {
			rt.Fatalf("(-want +got):\n%s", diff)
		}
		for i, company := range companies {
			narrow, err := New(b.tenant(t), admin).CompanySubscriptions(t.Context(), []string{company}, status, page)
			if err[0] != nil {
				rt.Fatal(err[0])
			}
			if narrow[0].mark != wide[i].mark || narrow[0].HasNext != wide[i].HasNext || narrow[0].Start != wide[i].Start {
				rt.Fatalf("%s: narrow %+v, wide %+v", company, narrow[0], wide[i])
			}
		}
		b.counts()
	})
}

// TestProductSubscriptions: the marketplace's for a service, their companies' for a buyer.
func TestProductSubscriptions(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.subscriptions = soldTo("a", "a", "a", "b", "b", "b", "a") // products 1 2 3 1 2 3 1
	products := []string{"3", "1", "", "9"}
	none := (&NotFoundError{Type: "Product"}).Error()
	for name, tc := range map[string]struct {
		viewer *auth.Viewer
		want   [][]string
		calls  map[string]int
	}{
		"service": {service(t), [][]string{{"s002", "s005"}, {"s000", "s003", "s006"}, {none}, {}}, map[string]int{"subscriptions": 1}},
		"buyer": {
			viewer(t, "u", member("b")),
			[][]string{{"s005"}, {"s003"}, {none}, {}},
			map[string]int{"companySubscriptions": 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			b.counts()
			got := listed(New(b.tenant(t), tc.viewer).ProductSubscriptions(t.Context(), products, anyStatus, Page{first: 5}))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.calls, b.counts()); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

// TestProductSubscriptionsCarryTheFailure: nobody's list is empty because it could not be read.
func TestProductSubscriptionsCarryTheFailure(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.fail("companySubscriptions", http.StatusBadGateway)
	buyer := viewer(t, "u", member("b"))
	lists, errs := New(b.tenant(t), buyer).ProductSubscriptions(t.Context(), []string{"1", "2"}, anyStatus, Page{first: 5})
	if slices.Contains(errs, nil) || lists[0] != nil || lists[1] != nil {
		t.Errorf("got %v, %v", lists, errs)
	}
}
