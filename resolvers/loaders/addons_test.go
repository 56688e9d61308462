package loaders

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/twilio"
)

// TestInstallationsCalls: one call per account, however many companies are
// asked about, and none for companies without one.
func TestInstallationsCalls(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 20} {
		m := newLinkedMarket(t)
		ids := append(m.populate(n), "unlinked")
		tenant := m.tenant(t)
		l := New(tenant, service(t))
		lists, errs := l.AddOnInstallations(t.Context(), ids, Page{first: 2})
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		for i, list := range lists[:n] {
			if want := idsOf(firstOf(i%4, 2, i), func(s string) string { return s }); idsOf(list.Items, installationID) != want {
				t.Errorf("company %d has %q, want %q", i, idsOf(list.Items, installationID), want)
			}
			for _, item := range list.Items {
				if item.CompanyID != ids[i] {
					t.Errorf("%s is said to be of %q", item.ID, item.CompanyID)
				}
			}
		}
		if lists[n] != nil {
			t.Errorf("a company without an account has %v", lists[n])
		}
		if diff := cmp.Diff(map[string]int{"installations": n}, apart(m.counts())); diff != "" {
			t.Errorf("calls for %d (-want +got):\n%s", n, diff)
		}
		if again, _ := l.AddOnInstallations(t.Context(), ids, Page{first: 2}); again[0] != lists[0] {
			t.Error("the same question was answered anew")
		}
		if _, errs := New(tenant, service(t)).AddOnInstallations(t.Context(), ids, Page{first: 9}); errors.Join(errs...) != nil {
			t.Error(errs)
		}
		if calls := m.counts(); len(calls) > 0 {
			t.Errorf("a second operation took %v", calls)
		}
	}
}

// firstOf are the ids of the first of n things of company i.
func firstOf(n, most, i int) (ids []string) {
	for j := range min(n, most) {
		ids = append(ids, fmt.Sprintf("XE%d-%d", i, j))
	}
	return ids
}

func TestInstallationMapping(t *testing.T) {
	t.Parallel()
	m := newLinkedMarket(t)
	m.populate(2)
	lists, errs := New(m.tenant(t), admin(t)).AddOnInstallations(t.Context(), []string{"c1"}, Page{first: 9})
	if errs[0] != nil {
		t.Fatal(errs[0])
	}
	name, unique, at := "Installed XE1-0", "xe1-0", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	want := []*model.AddOnInstallation{{ID: "XE1-0", Name: &name, UniqueName: &unique, CreatedAt: &at, CompanyID: "c1", ListingSID: "XB0"}}
	if diff := cmp.Diff(want, lists[0].Items); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestInstallationPages walks a list whose pages the backend makes smaller than was asked for.
func TestInstallationPages(t *testing.T) {
	t.Parallel()
	m := newLinkedMarket(t)
	m.populate(4)
	m.grant = 2
	l := New(m.tenant(t), service(t))
	lists, errs := l.AddOnInstallations(t.Context(), []string{"c3"}, Page{first: 1})
	if errs[0] != nil || lists[0].Total != nil || !lists[0].HasNext {
		t.Fatalf("the first: %+v, %v", lists[0], errs[0])
	}
	next, errs := l.AddOnInstallations(t.Context(), []string{"c3"}, Page{first: 5, after: lists[0].Cursor(0)})
	if errs[0] != nil || idsOf(next[0].Items, installationID) != "XE3-1 XE3-2" || next[0].HasNext || *next[0].Total != 3 {
		t.Errorf("the rest: %+v, %v", next[0], errs[0])
	}
	last, errs := l.AddOnInstallations(t.Context(), []string{"c3"}, Page{last: 1})
	if errs[0] != nil || idsOf(last[0].Items, installationID) != "XE3-2" {
		t.Errorf("the last: %+v, %v", last[0], errs[0])
	}
	if diff := cmp.Diff(map[string]int{"installations": 2}, apart(m.counts())); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	_, errs = l.AddOnInstallations(t.Context(), []string{"c2"}, Page{first: 1, after: lists[0].Cursor(0)})
	if _, ok := errors.AsType[*InputError](errs[0]); !ok {
		t.Errorf("another company's cursor: %v", errs[0])
	}
}

// TestAnotherAccountsItems: the credentials alone decide whose installations
// are answered, so what comes back is checked.
func TestAnotherAccountsItems(t *testing.T) {
	t.Parallel()
	m := newLinkedMarket(t)
	m.populate(4)
	m.fault("installations", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, doc{"installed_add_ons": []doc{installation("AC3", "XE3-0", "XB0")}, "meta": doc{"next_page_url": nil}})
	})
	lists, errs := New(m.tenant(t), service(t)).AddOnInstallations(t.Context(), []string{"c3", "c2"}, Page{first: 9})
	if errs[0] != nil || len(lists[0].Items) != 1 {
		t.Errorf("its own: %v, %v", lists[0], errs[0])
	}
	if upstream.KindOf(errs[1]) != upstream.MalformedReply || lists[1] != nil {
		t.Errorf("another's: %v, %v", lists[1], errs[1])
	}
}

// TestLinkedAccess asks as each kind of viewer for what hangs on two companies.
func TestLinkedAccess(t *testing.T) {
	t.Parallel()
	const refused = "FORBIDDEN"
	type seen struct{ Installations1, Installations2, Wallet1, Wallet2 string }
	for name, tc := range map[string]struct {
		viewer *auth.Viewer
		want   seen
	}{
		"service":              {service(t), seen{"XE1-0", "XE2-0 XE2-1", "loc1", "loc2"}},
		"administrator of one": {admin(t), seen{"XE1-0", "XE2-0 XE2-1", "loc1", refused}},
		"billing of one":       {viewer(t, "bob", member("c2", auth.RoleUser, auth.RoleBillingAdmin)), seen{refused, "XE2-0 XE2-1", refused, "loc2"}},
		"disabled":             {viewer(t, "bob", auth.Membership{CompanyID: "c1", Roles: []auth.Role{auth.RoleUser, auth.RoleSysAdmin}}), seen{refused, refused, refused, refused}},
		"nobody":               {auth.Anonymous("acme"), seen{refused, refused, refused, refused}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newLinkedMarket(t)
			m.populate(3)
			l := New(m.tenant(t), tc.viewer)
			var got seen
			lists, errs := l.AddOnInstallations(t.Context(), []string{"c1", "c2"}, Page{first: 9})
			for i, out := range []*string{&got.Installations1, &got.Installations2} {
				*out = orRefused(t, errs[i], func() string { return idsOf(lists[i].Items, installationID) })
			}
			wallets, errs := l.Wallets(t.Context(), []string{"c1", "c2"})
			for i, out := range []*string{&got.Wallet1, &got.Wallet2} {
				*out = orRefused(t, errs[i], func() string { return wallets[i].LocationID })
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func orRefused(t *testing.T, err error, value func() string) string {
	t.Helper()
	if refused, ok := errors.AsType[*auth.Error](err); ok {
		return refused.Code.String()
	}
	if err != nil {
		t.Error(err)
		return ""
	}
	return value()
}

// TestLinkedByAttributes finds a company's accounts in its own document, and
// nothing where the attributes are not the configured ones.
func TestLinkedByAttributes(t *testing.T) {
	t.Parallel()
	m := newLinkedMarket(t)
	m.populate(2)
	m.links = Links{TwilioAttribute: "addons", LocationAttribute: "wallet"}
	m.companies[1]["customAttributes"] = []doc{{"name": "addons", "value": "AC1"}, {"name": "wallet", "value": "loc1"}}
	m.companies[0]["customAttributes"] = []doc{{"name": "add-ons", "value": "AC1"}, {"name": "wallet", "value": ""}}
	l := New(m.tenant(t), service(t))
	lists, errs := l.AddOnInstallations(t.Context(), []string{"c0", "c1"}, Page{first: 9})
	if errors.Join(errs...) != nil || lists[0] != nil || idsOf(lists[1].Items, installationID) != "XE1-0" {
		t.Errorf("installations %v, %v", lists, errs)
	}
	wallets, errs := l.Wallets(t.Context(), []string{"c0", "c1"})
	if errors.Join(errs...) != nil || wallets[0] != nil || wallets[1].LocationID != "loc1" {
		t.Errorf("wallets %v, %v", wallets, errs)
	}
	m.fail("company", http.StatusBadGateway)
	lists, errs = New(m.tenant(t), service(t)).AddOnInstallations(t.Context(), []string{"c1"}, Page{first: 9})
	if errs[0] == nil || lists[0] != nil {
		t.Errorf("a company that could not be read has %v", lists[0])
	}
}

// TestSetUpIsNotKept: what a customer has entered stays out of every store.
func TestSetUpIsNotKept(t *testing.T) {
	t.Parallel()
	m := newLinkedMarket(t)
	m.populate(2)
	l := New(m.tenant(t), service(t))
	kept, err := installedBy("AC1").request(l, l.installationTrail("AC1").ask("")).Fill(t.Context())
	if err != nil || !bytes.Contains(kept.Bytes, []byte("XE1-0")) || bytes.Contains(kept.Bytes, []byte("s3cret")) {
		t.Errorf("kept is %s, %v", kept.Bytes, err)
	}
}

// TestAddOnsAway: one account's trouble is that account's, and names the backend.
func TestAddOnsAway(t *testing.T) {
	t.Parallel()
	m := newLinkedMarket(t)
	m.populate(4)
	serve := m.asTwilio("installed_add_ons", func(sid string, _ *http.Request) []doc { return m.installed[sid] })
	m.fault("installations", func(w http.ResponseWriter, r *http.Request) {
		if sid, _, _ := r.BasicAuth(); sid == "AC2" {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		serve(w, r)
	})
	lists, errs := New(m.tenant(t), service(t)).AddOnInstallations(t.Context(), []string{"c1", "c2", "c3"}, Page{first: 9})
	if errs[0] != nil || errs[2] != nil || len(lists[2].Items) != 3 {
		t.Errorf("the others: %v, %v", lists, errs)
	}
	if failed, ok := errors.AsType[*upstream.Error](errs[1]); !ok || failed.Backend != twilio.Backend {
		t.Errorf("the one: %v", errs[1])
	}
}

// FuzzPageToken: whatever stands in a token, the next page is asked for with
// parameters that the route takes, or the first one's.
func FuzzPageToken(f *testing.F) {
	f.Add("")
	f.Add(url.Values{"PageSize": {"50"}, "Page": {"1"}, "PageToken": {"PA%&=x"}}.Encode())
	f.Add("%zz;&=")
	f.Fuzz(func(t *testing.T, token string) {
		given := url.Values{"PageToken": {token}, "Page": {"2"}}
		got := twilioAsk(twilio.ListInstalledAddOns, "AC1", nil, given.Encode()).query
		given.Set("PageSize", "1000")
		if diff := cmp.Diff(given, got); diff != "" {
			t.Errorf("a token that was written (-want +got):\n%s", diff)
		}
		if got := twilioAsk(twilio.ListInstalledAddOns, "AC1", nil, token).query; !got.Has("PageSize") {
			t.Errorf("%q asks for %v", token, got)
		}
	})
}
