package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// rolesLife is how long docs/security.md says that a role outlives its end.
const rolesLife = time.Minute

// change makes a membership other than it is, as somebody at the marketplace would.
func (b *backends) change(t *testing.T, company, user, body string) {
	t.Helper()
	r := request(t, http.MethodPut, fmt.Sprintf("%s/api/account/v2/companies/%s/memberships/%s", b.rest("acme"), company, user), []byte(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+b.token(t, "acme", "partner"))
	if status, _, answer := b.do(t, r); status != http.StatusOK {
		t.Fatalf("the membership stays as it is: %d %s", status, answer)
	}
}

// TestARoleTakenAwayIsGone within the stated time, whatever is cached: what the role showed, what the viewer's own token
// fetched, and what a membership opens.
func TestARoleTakenAwayIsGone(t *testing.T) {
	t.Parallel()
	for _, r := range []*upstream.Route{appdirect.ListUsers, appdirect.ReadUser, appdirect.ListUserMemberships} {
		if r.Fresh > rolesLife {
			t.Errorf("%s is kept for %s: roles live longer than is said", r.Name, r.Fresh)
		}
	}
	b := startBackends(t, 1)
	b.enforce(t, false)
	var passed atomic.Int64
	began := time.Now()
	g := b.start(t, func(cfg *Config) {
		cfg.now = func() time.Time { return began.Add(time.Duration(passed.Load())) }
	})
	for _, tc := range []struct {
		as, stage, doc, field string
		change                string
		code                  string // of the error afterwards
	}{
		{"company-admin", "", `query($company: ID!) { company(id: $company) { invoices(first: 5) { nodes { id } } } }`, "invoices", `{"roles": []}`, "FORBIDDEN"},
		{"reseller", "/preview", `query($company: ID) { partnerLeads(first: 5, context: RESELLER, companyId: $company) { totalCount } }`, "partnerLeads", `{"roles": []}`, "FORBIDDEN"},
		{"buyer", "", `query($company: ID!) { company(id: $company) { name } }`, "company", `{"enabled": false}`, "NOT_FOUND"},
	} {
		me := g.must(t, ask{as: tc.as, doc: `{ me { id currentMembership { account { id } } } }`})
		user, company := text(me, "me", "id"), text(me, "me", "currentMembership", "account", "id")
		look := ask{as: tc.as, stage: tc.stage, doc: tc.doc, vars: map[string]any{"company": company}}
		g.must(t, look)
		b.change(t, company, user, tc.change)
		passed.Add(int64(rolesLife) + 1)
		got := g.query(t, look)
		if len(got.errors) != 1 || got.errors[0].code() != tc.code || !strings.Contains(string(got.body), `"`+tc.field+`":null`) {
			t.Errorf("%s still sees %s: %s", tc.as, tc.field, got.body)
		}
	}
	b.whileAway(t, g, func(d time.Duration) { passed.Add(int64(d)) })
}

// whileAway is what a viewer who is known sees while the marketplace does not answer: what is kept, until nobody knows
// any more whether they may.
func (b *backends) whileAway(t *testing.T, g *front, wait func(time.Duration)) {
	t.Helper()
	look := ask{as: "admin", doc: `{ companies(first: 3) { nodes { name } } }`}
	want := g.must(t, look)
	b.control(t, http.MethodPut, "/faults", `{"backend":"appdirect","status":500}`)
	defer b.control(t, http.MethodDelete, "/faults", "")
	wait(staleRoles - time.Second)
	if got := g.must(t, look); !cmp.Equal(got, want) {
		t.Errorf("while the marketplace is away %v, before %v", got, want)
	}
	wait(time.Second)
	got := g.query(t, look)
	if len(got.errors) != 1 || got.errors[0].code() != "INTERNAL_SERVER_ERROR" {
		t.Errorf("when nobody knows any more: %s", got.body)
	}
}
