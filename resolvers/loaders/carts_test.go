package loaders

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
)

// cartsOf filters as documented; the carts are filed newest first.
func (b *backend) cartsOf(r *http.Request) (found []doc) {
	for _, c := range b.carts {
		if fits(r.FormValue("buyerUserId"), c["buyerUserId"]) && fits(r.FormValue("buyerCompanyId"), c["buyerCompanyId"]) && fits(r.FormValue("status"), c["status"]) {
			found = append(found, c)
		}
	}
	return found
}

// numbered pages by number, from 1, and size.
func numbered(all func(*http.Request) []doc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		items := all(r)
		page, size := number(r, "number", 1), number(r, "size", 10)
		if r.FormValue("sortField") != "createdOn" || r.FormValue("sortOrder") != "DESC" || page < 1 {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		reply(w, doc{
			"content": slice(items, (page-1)*size, size),
			"page":    doc{"size": size, "number": page, "totalElements": len(items)},
		})
	}
}

// bought makes a cart for each "user:company", newest first.
func bought(by ...string) (carts []doc) {
	for i, b := range by {
		user, company, _ := strings.Cut(b, ":")
		carts = append(carts, doc{
			"id": fmt.Sprintf("k%03d", i), "createdOn": fmt.Sprint(1541027320333 - i), "status": "ACTIVE", "currency": "USD",
			"buyerUserId": user, "buyerCompanyId": company, "items": []doc{},
		})
	}
	return carts
}

func cartID(c *model.Cart) string { return c.ID }

// TestCartsAreTheBuyersAndTheAdministrators compares with what the rule says in
// words, over all kinds of viewers and filters.
func TestCartsAreTheBuyersAndTheAdministrators(t *testing.T) {
	t.Parallel()
	companies, users := []string{"a", "b", "c", ""}, []string{"ann", "bob", "both"}
	type kind struct {
		viewer      *auth.Viewer
		self        string
		administers []string
		all         bool
	}
	kinds := []kind{
		{viewer: service(t), all: true},
		{viewer: viewer(t, "both", member("a", auth.RoleChannelSupport)), self: "both", all: true},
		{viewer: viewer(t, "ann", member("a")), self: "ann"},
		{viewer: viewer(t, "both", member("a", auth.RoleBillingAdmin), member("b")), self: "both", administers: []string{"a"}},
		{viewer: viewer(t, "bob", member("b", auth.RoleSysAdmin), member("c", auth.RoleBillingAdmin)), self: "bob", administers: []string{"b", "c"}},
		{viewer: viewer(t, "bob", auth.Membership{CompanyID: "b", Roles: []auth.Role{auth.RoleSysAdmin}}), self: "bob"}, // disabled: only what they buy themselves
		{viewer: auth.Anonymous("acme")},
	}
	b := newBackend(t)
	rapid.Check(t, func(r *rapid.T) {
		by := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) string {
			return rapid.SampledFrom(users).Draw(r, "user") + ":" + rapid.SampledFrom(companies).Draw(r, "company")
		}), 0, 12).Draw(r, "carts")
		b.carts = bought(by...)
		k := rapid.SampledFrom(kinds).Draw(r, "viewer")
		f := CartFilter{UserID: rapid.SampledFrom(append(users, "")).Draw(r, "userId"), CompanyID: rapid.SampledFrom(append(companies, "x")).Draw(r, "companyId")}
		sees := func(user, company string) bool {
			return k.all || k.self != "" && user == k.self || slices.Contains(k.administers, company)
		}
		var want []string
		for _, c := range b.carts {
			user, company := c["buyerUserId"].(string), c["buyerCompanyId"].(string)
			if fits(f.UserID, user) && fits(f.CompanyID, company) && sees(user, company) {
				want = append(want, c["id"].(string))
			}
		}
		l := New(b.tenant(t), k.viewer)
		list, err := l.Carts(t.Context(), f, Page{first: 20})
		if err != nil {
			r.Fatal(err)
		}
		if got := idsOf(list.Items, cartID); got != strings.Join(want, " ") || *list.Total != len(want) {
			r.Fatalf("%v of %v: %s, want %v", f, k.viewer, got, want)
		}
		for _, c := range b.carts {
			_, err := l.Cart(t.Context(), c["id"].(string))
			if may := sees(c["buyerUserId"].(string), c["buyerCompanyId"].(string)); may != (err == nil) || !may && !isNotFound(err) {
				r.Fatalf("%v as %v: %v, want to see it: %t", c, k.viewer, err, may)
			}
		}
	})
}

// TestOtherCartsAreLikeNone: somebody else's takes the call that none takes.
func TestOtherCartsAreLikeNone(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.carts = bought("bob:b")
	ann := viewer(t, "ann", member("a", auth.RoleSysAdmin))
	var said []string
	for _, id := range []string{"k000", "none"} {
		_, err := New(b.tenant(t), ann).Cart(t.Context(), id)
		if !isNotFound(err) {
			t.Fatal(err)
		}
		said = append(said, err.Error())
		if diff := cmp.Diff(map[string]int{"cart": 1}, b.counts()); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
	}
	if said[0] != said[1] {
		t.Errorf("%q and %q", said[0], said[1])
	}
	if _, err := New(b.tenant(t), ann).Cart(t.Context(), ""); err == nil || len(b.counts()) > 0 {
		t.Errorf("no id: %v", err)
	}
}

func TestActiveCart(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.carts = bought("ann:a", "ann:a", "bob:b")
	b.carts[0]["status"] = "FINALIZED"
	ann, boss := viewer(t, "ann", member("a")), viewer(t, "bob", member("a", auth.RoleBillingAdmin))
	for name, tc := range map[string]struct {
		viewer        *auth.Viewer
		user, company string
		want          string
		calls         int
	}{
		"their own":               {ann, "ann", "a", "k001", 1},
		"of their company":        {boss, "ann", "a", "k001", 1},
		"any":                     {service(t), "bob", "b", "k002", 1},
		"none":                    {ann, "ann", "b", "", 1},
		"somebody else's":         {ann, "bob", "b", "", 0},
		"of nobody":               {ann, "none", "none", "", 0},
		"of nobody, by a service": {service(t), "none", "none", "", 1},
	} {
		l := New(b.tenant(t), tc.viewer)
		_, _ = l.ActiveCart(t.Context(), tc.user, tc.company) // nothing of it is kept, but within the operation
		cart, err := l.ActiveCart(t.Context(), tc.user, tc.company)
		got := ""
		if cart != nil {
			got = cart.ID
		}
		if calls := b.counts()["carts"]; err != nil || got != tc.want || calls != tc.calls {
			t.Errorf("%s: %q, %v in %d calls; want %q in %d", name, got, err, calls, tc.want, tc.calls)
		}
	}
	// An empty id would be no filter, and find somebody else's.
	for _, ids := range [][2]string{{"", "a"}, {"ann", ""}, {"", ""}, {strings.Repeat("x", 129), "a"}} {
		cart, err := New(b.tenant(t), service(t)).ActiveCart(t.Context(), ids[0], ids[1])
		if refused, ok := errors.AsType[*InputError](err); !ok || refused.Argument != "input" || cart != nil || len(b.counts()) > 0 {
			t.Errorf("%q: %v, %v", ids, cart, err)
		}
	}
	b.fail("carts", http.StatusServiceUnavailable)
	if cart, err := New(b.tenant(t), ann).ActiveCart(t.Context(), "ann", "a"); upstream.KindOf(err) != upstream.Unavailable || cart != nil {
		t.Errorf("away: %v, %v", cart, err)
	}
}

// TestListsThatAreNotNarrowed: a backend that overlooks a filter must not show
// one viewer another's cart.
func TestListsThatAreNotNarrowed(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.carts = bought("ann:a", "bob:b")
	b.fault("carts", numbered(func(*http.Request) []doc { return b.carts }))
	ann, boss := viewer(t, "ann", member("a")), viewer(t, "ann", member("a", auth.RoleSysAdmin))
	for name, err := range map[string]error{
		"own":        second(New(b.tenant(t), ann).Carts(t.Context(), CartFilter{}, Page{first: 5})),
		"company's":  second(New(b.tenant(t), boss).Carts(t.Context(), CartFilter{CompanyID: "a"}, Page{first: 5})),
		"merged":     second(New(b.tenant(t), boss).Carts(t.Context(), CartFilter{}, Page{first: 5})),
		"active":     second(New(b.tenant(t), ann).ActiveCart(t.Context(), "ann", "a")),
		"in company": companyCartsError(t, New(b.tenant(t), boss), "a"),
	} {
		if upstream.KindOf(err) != upstream.MalformedReply {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func companyCartsError(t *testing.T, l *Loaders, id string) error {
	t.Helper()
	lists, errs := l.CompanyCarts(t.Context(), []string{id}, Page{first: 5})
	if lists[0] != nil {
		t.Errorf("carts beside an error: %v", lists[0].Items)
	}
	return errs[0]
}

// TestCompanyCartsTakeTheCheaperWay: the whole list where it has fewer pages
// than there are companies to ask for.
func TestCompanyCartsTakeTheCheaperWay(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ companies, carts, calls int }{
		"one":                       {1, 40, 1},
		"two":                       {2, 40, 2},
		"twenty, one page":          {20, 40, 1},
		"twenty, three pages":       {20, 250, 3},
		"four, as many pages":       {4, 400, 4},
		"three, more pages":         {3, 450, 4}, // the first page told
		"twenty, no cart at all":    {20, 0, 1},
		"twenty, more than a page ": {20, 101, 2},
	} {
		b := newBackend(t)
		var by, ids []string
		for i := range tc.carts {
			by = append(by, fmt.Sprintf("ann:c%d", i%20))
		}
		for i := range tc.companies {
			ids = append(ids, fmt.Sprintf("c%d", i))
		}
		b.carts = bought(by...)
		tenant := b.tenant(t)
		for range 2 { // carts are not kept: a second operation asks again
			lists, errs := New(tenant, service(t)).CompanyCarts(t.Context(), ids, Page{first: 3})
			if err := errors.Join(errs...); err != nil {
				t.Fatal(err)
			}
			for i, list := range lists {
				var want []string
				for _, c := range b.carts {
					if c["buyerCompanyId"] == ids[i] {
						want = append(want, c["id"].(string))
					}
				}
				if got := idsOf(list.Items, cartID); got != strings.Join(want[:min(3, len(want))], " ") || *list.Total != len(want) {
					t.Errorf("%s: %s has %s of %d, want %v", name, ids[i], got, *list.Total, want)
				}
			}
			if got := b.counts(); got["carts"] != tc.calls {
				t.Errorf("%s: %v, want %d calls", name, got, tc.calls)
			}
		}
	}
}

func TestCompanyCartsAreRefusedPerCompany(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.carts = bought("ann:a", "ann:b")
	l := New(b.tenant(t), viewer(t, "ann", member("a", auth.RoleBillingAdmin), member("b")))
	lists, errs := l.CompanyCarts(t.Context(), []string{"b", "a", "x"}, Page{first: 5})
	for _, i := range []int{0, 2} {
		if refused, ok := errors.AsType[*auth.Error](errs[i]); !ok || refused.Code != auth.Forbidden || lists[i] != nil {
			t.Errorf("%v, %v", lists[i], errs[i])
		}
	}
	if errs[1] != nil || idsOf(lists[1].Items, cartID) != "k000" {
		t.Errorf("%v, %v", lists[1], errs[1])
	}
	if diff := cmp.Diff(map[string]int{"carts": 1}, b.counts()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestCompanyCartsFallBack: what is broken in the whole list is not in the narrow ones.
func TestCompanyCartsFallBack(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.carts = bought("ann:a", "ann:b", "ann:c")
	b.fault("carts", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("buyerCompanyId") == "" {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		numbered(b.cartsOf)(w, r)
	})
	lists, errs := New(b.tenant(t), service(t)).CompanyCarts(t.Context(), []string{"a", "b", "c"}, Page{first: 5})
	if err := errors.Join(errs...); err != nil || idsOf(lists[2].Items, cartID) != "k002" {
		t.Errorf("%v, %v", lists, err)
	}
}

// TestCartPagesAreCountedFromOne, and cursors go through all of them.
func TestCartPagesAreCountedFromOne(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	by := make([]string, 250)
	for i := range by {
		by[i] = "ann:a"
	}
	b.carts = bought(by...)
	for name, v := range map[string]*auth.Viewer{
		"paged":  service(t),
		"merged": viewer(t, "ann", member("a", auth.RoleSysAdmin)),
	} {
		tenant := b.tenant(t)
		p, seen := Page{first: 60}, 0
		for {
			list, err := New(tenant, v).Carts(t.Context(), CartFilter{}, p)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range list.Items {
				if c.ID != b.carts[seen]["id"] {
					t.Fatalf("%s: at %d stands %s", name, seen, c.ID)
				}
				seen++
			}
			if !list.HasNext {
				break
			}
			p.after = list.Cursor(len(list.Items) - 1)
		}
		last, err := New(tenant, v).Carts(t.Context(), CartFilter{}, Page{last: 2})
		if err != nil || seen != 250 || idsOf(last.Items, cartID) != "k248 k249" {
			t.Errorf("%s: %d seen; from the back %v, %v", name, seen, last, err)
		}
		// Cursors of one viewer's rows do not fit another's.
		if _, err := New(tenant, viewer(t, "ann", member("a"))).Carts(t.Context(), CartFilter{}, p); err == nil {
			t.Errorf("%s: a cursor of other rows was taken", name)
		}
	}
}
