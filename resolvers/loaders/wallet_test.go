package loaders

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/leadconnector"
)

// TestWallets: that a company has a wallet is told by its link alone.
func TestWallets(t *testing.T) {
	t.Parallel()
	m := newLinkedMarket(t)
	ids := append(m.populate(3), "unlinked")
	l := New(m.tenant(t), service(t))
	wallets, errs := l.Wallets(t.Context(), ids)
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	want := []*model.Wallet{{CompanyID: "c0", LocationID: "loc0"}, {CompanyID: "c1", LocationID: "loc1"}, {CompanyID: "c2", LocationID: "loc2"}, nil}
	if diff := cmp.Diff(want, wallets); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if calls := m.counts(); len(calls) > 0 {
		t.Errorf("they took %v", calls)
	}
}

// TestFundsAreNeverKept: one call per wallet in every operation, and one only.
func TestFundsAreNeverKept(t *testing.T) {
	t.Parallel()
	m := newLinkedMarket(t)
	m.populate(2)
	tenant := m.tenant(t)
	for _, want := range []bool{true, false} {
		l := New(tenant, service(t))
		for range 2 {
			got, errs := l.Funds(t.Context(), []string{"loc0", "loc1"})
			if errors.Join(errs...) != nil || *got[0] || *got[1] != want {
				t.Errorf("funds %v, %v", got, errs)
			}
		}
		if diff := cmp.Diff(map[string]int{"funds": 2}, apart(m.counts())); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
		m.charges["loc1"] = nil
	}
	m.fail("funds", http.StatusServiceUnavailable)
	got, errs := New(tenant, service(t)).Funds(t.Context(), []string{"loc1"})
	failed, ok := errors.AsType[*upstream.Error](errs[0])
	if !ok || failed.Backend != leadconnector.Backend || got[0] != nil {
		t.Errorf("away: %v, %v", got[0], errs[0])
	}
	m.fault("funds", func(w http.ResponseWriter, _ *http.Request) { reply(w, doc{}) })
	if got, errs := New(tenant, service(t)).Funds(t.Context(), []string{"loc1"}); upstream.KindOf(errs[0]) != upstream.MalformedReply || got[0] != nil {
		t.Errorf("no answer: %v, %v", got[0], errs[0])
	}
}

// TestChargesCalls: one call per wallet, and each wallet has its own charges.
func TestChargesCalls(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 20} {
		m := newLinkedMarket(t)
		m.populate(n)
		var locations []string
		for i := range n {
			locations = append(locations, fmt.Sprintf("loc%d", i))
		}
		tenant := m.tenant(t)
		for _, want := range []map[string]int{{"charges": n}, {}} {
			lists, errs := New(tenant, service(t)).Charges(t.Context(), locations, Page{first: 1})
			if err := errors.Join(errs...); err != nil {
				t.Fatal(err)
			}
			for i, list := range lists {
				first := ""
				if i%4 > 0 {
					first = fmt.Sprintf("ch%d-0", i)
				}
				if idsOf(list.Items, chargeID) != first || *list.Total != i%4 || list.HasNext != (i%4 > 1) {
					t.Errorf("wallet %d: %+v", i, list)
				}
			}
			if diff := cmp.Diff(want, apart(m.counts())); diff != "" {
				t.Errorf("calls for %d (-want +got):\n%s", n, diff)
			}
		}
	}
}

// TestChargesAreExact: amounts are the digits that were written.
func TestChargesAreExact(t *testing.T) {
	t.Parallel()
	m := newLinkedMarket(t)
	odd := charge("loc1", "odd")
	odd["amountCharged"], odd["pricePerUnit"], odd["units"] = json.Number("12345678901234567.10"), json.Number("0.000000000000000001"), json.Number("1e-7")
	odd["refunded"] = true
	bare := doc{"chargeId": "bare", "entityType": "agency", "entityId": "elsewhere"}
	m.charges["loc1"] = []doc{odd, bare}
	lists, errs := New(m.tenant(t), service(t)).Charges(t.Context(), []string{"loc1"}, Page{first: 9})
	if errs[0] != nil {
		t.Fatal(errs[0])
	}
	exact := func(s string) *decimal.Decimal { d := decimal.RequireFromString(s); return &d }
	usd, description, refunded, at := "USD", "10 messages", true, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	want := []*model.Charge{{
		ID: "odd", Amount: exact("12345678901234567.10"), Currency: &usd, Description: &description,
		Units: exact("0.0000001"), PricePerUnit: exact("0.000000000000000001"), IsRefunded: &refunded, CreatedAt: &at,
	}, {ID: "bare"}}
	if diff := cmp.Diff(want, lists[0].Items); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestChargesPages pages through a long list from both ends, in the fewest calls.
func TestChargesPages(t *testing.T) {
	t.Parallel()
	m := newLinkedMarket(t)
	for i := range 250 {
		m.charges["loc1"] = append(m.charges["loc1"], charge("loc1", fmt.Sprintf("ch%03d", i)))
	}
	for name, tc := range map[string]struct {
		page  Page
		first string
		items int
		calls int
	}{
		"front":           {Page{first: 3}, "ch000", 3, 1},
		"over a page end": {Page{first: 102}, "ch000", 102, 2},
		"back":            {Page{last: 2}, "ch248", 2, 2},
		"whole":           {Page{first: 250}, "ch000", 250, 3},
	} {
		l := New(m.tenant(t), service(t))
		lists, errs := l.Charges(t.Context(), []string{"loc1"}, tc.page)
		if errs[0] != nil || len(lists[0].Items) != tc.items || lists[0].Items[0].ID != tc.first || *lists[0].Total != 250 {
			t.Errorf("%s: %v, %v", name, lists[0], errs[0])
		}
		if diff := cmp.Diff(map[string]int{"charges": tc.calls}, apart(m.counts())); diff != "" {
			t.Errorf("%s: calls (-want +got):\n%s", name, diff)
		}
	}
	m.grant = 50 // less than was asked for: the pages would no longer meet
	lists, errs := New(m.tenant(t), service(t)).Charges(t.Context(), []string{"loc1"}, Page{first: 3})
	if upstream.KindOf(errs[0]) != upstream.MalformedReply {
		t.Errorf("a cut page: %v, %v", lists[0], errs[0])
	}
}

// TestChargesOfAnother: the token alone decides whose charges are answered.
func TestChargesOfAnother(t *testing.T) {
	t.Parallel()
	m := newLinkedMarket(t)
	for name, body := range map[string]doc{
		"another's": {"charges": []doc{charge("loc2", "ch")}, "pagination": doc{"total": 1}},
		"uncounted": {"charges": []doc{charge("loc1", "ch")}},
		"no list":   {"pagination": doc{"total": 1}},
	} {
		m.fault("charges", func(w http.ResponseWriter, _ *http.Request) { reply(w, body) })
		lists, errs := New(m.tenant(t), service(t)).Charges(t.Context(), []string{"loc1"}, Page{first: 3})
		if upstream.KindOf(errs[0]) != upstream.MalformedReply || lists[0] != nil {
			t.Errorf("%s: %v, %v", name, lists[0], errs[0])
		}
	}
}
