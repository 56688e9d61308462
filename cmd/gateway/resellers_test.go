package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"testing"
)

// associate calls an endpoint about associations as the marketplace's service.
func (b *backends) associate(t *testing.T, method, path string, body map[string]string, status int) any {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r := request(t, method, b.rest("acme")+"/api/appReseller/v1/companyAssociations"+path, raw)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+b.token(t, "acme", "partner"))
	got, _, answer := b.do(t, r)
	if got != status {
		t.Fatalf("%s %s: %d %s", method, path, got, answer)
	}
	var out any
	if len(answer) > 0 {
		if err := json.Unmarshal(answer, &out); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestResoldCustomersComeAndGo: a customer appears for their reseller with the
// association and disappears with it, in lists, by id and in what the reseller
// is told they may do. A new gateway stands for one whose replies are no longer fresh.
func TestResoldCustomersComeAndGo(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	b.enforce(t, false)
	w := walk{b, "acme"}
	customer := w.crowd(t, w.companies(t))
	own := text(b.start(t).must(t, ask{as: "reseller", doc: "{ me { currentMembership { account { id } } } }"}), "me", "currentMembership", "account", "id")
	const doc = `query($id: ID!, $after: String) {
		companies(first: 3, after: $after) { totalCount pageInfo { endCursor } } all: companies(first: 50) { nodes { id } }
		company(id: $id) { customAttributes { name } memberships(first: 1) { totalCount } subscriptions(first: 1) { nodes { id } } invoices(first: 1) { totalCount } }
		viewer { permissions(companyId: $id) { rule scope } }
	}`
	look := func(after any) reply {
		return b.start(t).query(t, ask{as: "reseller", doc: doc, vars: map[string]any{"id": customer, "after": after}})
	}
	sees := func(r reply, total int, customersToo bool) {
		t.Helper()
		nodes := ids(list(r.data, "all", "nodes"))
		told := slices.ContainsFunc(list(r.data, "viewer", "permissions"), func(p any) bool { return text(p, "scope") == "CUSTOMER" })
		if text(r.data, "companies", "totalCount") != strconv.Itoa(total) || len(nodes) != total || !slices.Contains(nodes, own) {
			t.Errorf("companies: %v of %v, want %d with their own", nodes, at(r.data, "companies", "totalCount"), total)
		}
		if found := at(r.data, "company") != nil; found != customersToo || slices.Contains(nodes, customer) != customersToo || told != customersToo {
			t.Errorf("customer found %v, told of %v, want %v: %.500s", found, told, customersToo, r.body)
		}
	}
	sees(look(nil), 6, false)
	made := b.associate(t, http.MethodPost, "", map[string]string{"customerCompanyId": customer, "resellerCompanyId": own}, http.StatusOK)
	during := look(nil)
	sees(during, 7, true)
	if len(list(during.data, "company", "subscriptions", "nodes")) == 0 || at(during.data, "company", "invoices") != nil {
		t.Errorf("a reseller reads what customers subscribe to, and not their invoices: %v", at(during.data, "company"))
	}
	for _, as := range []string{"buyer", "company-admin", "developer"} {
		got := b.start(t).query(t, ask{as: as, doc: doc, vars: map[string]any{"id": customer}})
		if at(got.data, "company") != nil || slices.Contains(ids(list(got.data, "all", "nodes")), customer) {
			t.Errorf("%s sees a reseller's customer", as)
		}
	}
	b.associate(t, http.MethodDelete, "/"+text(made, "id"), nil, http.StatusNoContent)
	sees(look(nil), 6, false)
	stale := look(text(during.data, "companies", "pageInfo", "endCursor"))
	if at(stale.data, "companies") != nil || !slices.ContainsFunc(stale.errors, func(f fault) bool { return f.code() == "BAD_REQUEST" }) {
		t.Errorf("a cursor of what could be seen before: %.500s", stale.body)
	}
}
