package main

import (
	"io/fs"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/docs/examples"
)

// example is a document of the Explorer's menu.
func example(t *testing.T, name string) string {
	t.Helper()
	return exampleFile(t, name+".graphql")
}

func exampleFile(t *testing.T, name string) string {
	t.Helper()
	text, err := fs.ReadFile(examples.Files(), name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The company cockpit: its administrator sees all of it, and it is what the
// backends say.
func TestJourneyCompanyCockpit(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	g := b.start(t)
	account := at(g.must(t, ask{as: "company-admin", doc: example(t, "02-cockpit")}), "me", "currentMembership", "account")
	id := text(account, "id")
	b.withoutLimits(t, func() {
		w := walk{b, "acme"}
		rest := newRESTWalk(t, b, "acme")
		rest.everywhere(t, id)
		open := rest.openInvoices(t, id)
		for part, want := range rest.cockpit(t, id) {
			if diff := cmp.Diff(want, at(account, part)); diff != "" {
				t.Errorf("%s (-walk +graph):\n%s", part, diff)
			}
		}
		if diff := cmp.Diff(open, list(account, "invoices", "nodes")); diff != "" || len(open) == 0 {
			t.Errorf("open invoices (-walk +graph):\n%s", diff)
		}
		if got, want := len(list(account, "subscriptions", "nodes")), len(w.subscriptionsOf(t, id)); got != min(want, 5) {
			t.Errorf("%d subscriptions are shown of %d", got, want)
		}
		if got, want := text(account, "memberships", "totalCount"), len(w.memberships(t, id)); got != strconv.Itoa(want) {
			t.Errorf("%s members, want %d", got, want)
		}
	})
}

// The same for somebody of the marketplace, who looks a customer up by name: with
// the leads in which such a name stands, since no lead names a company of the
// marketplace.
func TestJourneyCustomerOfTheMarketplace(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	g := b.start(t)
	b.withoutLimits(t, func() {
		w, rest := walk{b, "acme"}, newRESTWalk(t, b, "acme")
		id := text(g.must(t, ask{as: "company-admin", doc: "{ me { currentMembership { account { id } } } }"}), "me", "currentMembership", "account", "id")
		name := text(w.get(t, "/account/v2/companies/"+id), "name")
		got := g.must(t, ask{as: "admin", doc: example(t, "16-customer"), vars: map[string]any{"name": name}})
		company := list(got, "companies", "nodes")[0]
		rest.everywhere(t, id)
		for part, want := range rest.cockpit(t, id) {
			if diff := cmp.Diff(want, at(company, part)); diff != "" {
				t.Errorf("%s (-walk +graph):\n%s", part, diff)
			}
		}
		open := rest.openInvoices(t, id)
		shown := list(company, "invoices", "nodes")
		for _, invoice := range shown {
			if text(invoice, "status") != "UNPAID" {
				t.Errorf("%v is not open", invoice)
			}
			delete(invoice.(map[string]any), "status")
		}
		if diff := cmp.Diff(open, shown); diff != "" {
			t.Errorf("open invoices (-walk +graph):\n%s", diff)
		}
		carts := w.get(t, "/v3/checkout/shoppingCarts", "buyerCompanyId", id, "size", "5", "sortOrder", "DESC")
		if want := idsOf(list(carts, "content")); !slices.Equal(idsOf(list(company, "carts", "nodes")), want) {
			t.Errorf("carts %v, want %v", idsOf(list(company, "carts", "nodes")), want)
		}
		leads := w.get(t, "/prm/v1/leads", "searchText", name, "size", "5")
		if want, shown := list(leads, "content"), list(got, "leads", "nodes"); len(want) != len(shown) || text(got, "leads", "totalCount") != text(leads, "page", "totalElements") {
			t.Errorf("%d leads, want %d: %v", len(shown), len(want), shown)
		}
	})
	visitor := g.query(t, ask{as: "buyer", doc: example(t, "16-customer"), vars: map[string]any{"name": "a"}})
	if at(visitor.data, "leads") != nil || len(visitor.errors) == 0 {
		t.Errorf("a buyer sees leads: %.500s", visitor.body)
	}
}

// everywhere fails for a company that lacks an account at one of the backends:
// its cockpit would show less than there is to test.
func (w *restWalk) everywhere(t testing.TB, id string) {
	t.Helper()
	if link := w.linkTo[id]; link.KazooAccount == "" || link.TwilioAccount == "" || link.LeadConnectorLocation == "" {
		t.Fatalf("the company lacks an account: %+v", link)
	}
}

// cockpit is a company's parts at all four backends, as both examples ask for them.
func (w *restWalk) cockpit(t testing.TB, id string) map[string]any {
	t.Helper()
	out := w.elsewhere(t, id)
	out["name"] = at(w.get(t, "/account/v2/companies/"+id), "name")
	return out
}

// elsewhere are a company's parts outside of the marketplace; nil where it has no account.
func (w *restWalk) elsewhere(t testing.TB, id string) map[string]any {
	t.Helper()
	return map[string]any{
		"telephonyAccount": w.phonesNow(t, w.linkTo[id].KazooAccount), "addOnInstallations": w.installations(t, id), "wallet": w.wallet(t, id),
	}
}

// phonesNow are an account with its balance, and which of its devices are connected; nil without.
func (w *restWalk) phonesNow(t testing.TB, account string) any {
	t.Helper()
	if account == "" {
		return nil
	}
	registered := w.registered(t, account)
	phone := w.phones(t, account, func(device any) any {
		return map[string]any{"name": at(device, "name"), "isRegistered": registered[text(device, "id")]}
	})
	phone["balance"] = plain(t, text(w.kazoo(t, account+"/transactions/current_balance", nil), "balance"))
	return phone
}

// openInvoices are a company's first five.
func (w *restWalk) openInvoices(t testing.TB, id string) []any {
	t.Helper()
	out := []any{}
	for _, i := range firstFew(w.get(t, "/billing/v1/companies/"+id+"/invoices", "status", "UNPAID"), 5) {
		out = append(out, map[string]any{
			"id": text(i, "invoiceId"), "total": plain(t, text(i, "total")), "currency": at(i, "currency"), "dueAt": billedAt(t, at(i, "dueDate")),
		})
	}
	return out
}

// billedAt reads a date of billing's in whichever of its forms.
func billedAt(t testing.TB, v any) any {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text(v))
	if err != nil {
		return instant(t, text(v))
	}
	return at.UTC().Format(graphTime)
}

// idsOf are the ids of a list's items.
func idsOf(items []any) []string {
	out := make([]string, len(items))
	for i, item := range items {
		out[i] = text(item, "id")
	}
	return out
}

// A member of the same company sees its phone system, but no money and no wallet.
func TestJourneyCompanyCockpitOfABuyer(t *testing.T) {
	t.Parallel()
	got := startBackends(t, 1).start(t).query(t, ask{as: "buyer", doc: example(t, "02-cockpit")})
	account := at(got.data, "me", "currentMembership", "account")
	if text(account, "name") == "" || at(account, "subscriptions") == nil {
		t.Errorf("a buyer sees too little: %.600s", got.body)
	}
	if at(account, "wallet") != nil || at(account, "invoices") != nil || at(account, "telephonyAccount", "balance") != nil {
		t.Errorf("a buyer sees money: %.2000s", got.body)
	}
	for _, e := range got.errors {
		if e.code() != "FORBIDDEN" && e.code() != "UNAUTHORIZED" {
			t.Errorf("%s: %s", e.code(), e.Message)
		}
	}
}

// The phone system: everything that its administrator looks at, as the backend
// says it.
func TestJourneyPhoneSystem(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	g := b.start(t)
	got := g.must(t, ask{as: "company-admin", doc: example(t, "09-phone-system")})
	if total := text(got, "telephonyAccounts", "totalCount"); total != "1" {
		t.Errorf("a company's administrator sees %s accounts, want their own", total)
	}
	b.withoutLimits(t, func() {
		want := newRESTWalk(t, b, "acme").phoneSystem(t, text(list(got, "telephonyAccounts", "nodes")[0], "id"))
		if diff := cmp.Diff(want, list(got, "telephonyAccounts", "nodes")[0]); diff != "" {
			t.Errorf("(-walk +graph):\n%s", diff)
		}
	})
}

// registered says of each device whether it is connected now; a device that
// cannot be has no entry.
func (w *restWalk) registered(t testing.TB, account string) map[string]any {
	t.Helper()
	out := map[string]any{}
	statuses, _ := w.kazoo(t, account+"/devices/status", nil).([]any)
	for _, s := range statuses {
		out[text(s, "device_id")] = at(s, "registered")
	}
	return out
}

// phoneSystem is one account as the example asks for it.
func (w *restWalk) phoneSystem(t *testing.T, account string) map[string]any {
	t.Helper()
	five := url.Values{"page_size": {"5"}}
	doc, limits := w.kazoo(t, account, nil), w.kazoo(t, account+"/limits", nil)
	company := ""
	for id, link := range w.linkTo {
		if link.KazooAccount == account {
			company = id
		}
	}
	names := map[string]any{} // of all users, by id
	users, _ := w.kazoo(t, account+"/users", url.Values{"page_size": {"500"}}).([]any)
	for _, u := range users {
		names[text(u, "id")] = map[string]any{"userName": at(u, "username")}
	}
	registered := w.registered(t, account)
	return map[string]any{
		"id": account, "name": at(doc, "name"), "realm": at(doc, "realm"), "isEnabled": at(doc, "enabled"),
		"company": map[string]any{"name": at(w.get(t, "/account/v2/companies/"+company), "name")},
		"balance": at(w.kazoo(t, account+"/transactions/current_balance", nil), "balance"),
		"limits": map[string]any{
			"twowayTrunks": at(limits, "twoway_trunks"), "inboundTrunks": at(limits, "inbound_trunks"), "outboundTrunks": at(limits, "outbound_trunks"),
		},
		"users": nodesOf(firstFew(users, 5), func(u any) map[string]any {
			return map[string]any{
				"firstName": at(u, "first_name"), "lastName": at(u, "last_name"), "userName": at(u, "username"), "privilegeLevel": at(u, "priv_level"),
			}
		}),
		"devices": nodesOf(w.kazoo(t, account+"/devices", five).([]any), func(d any) map[string]any {
			return map[string]any{
				"name": at(d, "name"), "type": at(d, "device_type"), "isRegistered": registered[text(d, "id")], "owner": names[text(d, "owner_id")],
			}
		}),
		"phoneNumbers": w.numbers(t, account),
		"callflows": nodesOf(w.kazoo(t, account+"/callflows", five).([]any), func(c any) map[string]any {
			return map[string]any{"name": at(c, "name"), "numbers": at(c, "numbers"), "modules": at(c, "modules")}
		}),
		"groups": nodesOf(w.kazoo(t, account+"/groups", five).([]any), func(g any) map[string]any {
			return map[string]any{"name": at(g, "name"), "memberCount": at(g, "endpoints")}
		}),
		"voicemailBoxes": nodesOf(w.kazoo(t, account+"/vmboxes", five).([]any), func(v any) map[string]any {
			return map[string]any{
				"name": at(v, "name"), "number": at(v, "mailbox"), "messageCount": at(v, "messages"), "owner": names[text(v, "owner_id")],
			}
		}),
	}
}

// numbers are an account's first five, by number.
func (w *restWalk) numbers(t *testing.T, account string) any {
	t.Helper()
	all, _ := at(w.kazoo(t, account+"/phone_numbers", url.Values{"page_size": {"200"}}), "numbers").(map[string]any)
	keys := slices.Sorted(maps.Keys(all))
	items := make([]any, min(len(keys), 5))
	for i := range items {
		items[i] = map[string]any{"number": keys[i], "entry": all[keys[i]]}
	}
	return nodesOf(items, func(n any) map[string]any {
		return map[string]any{"number": at(n, "number"), "state": at(n, "entry", "state"), "usedBy": at(n, "entry", "used_by")}
	})
}

// nodesOf is a connection of these items.
func nodesOf(items []any, shape func(any) map[string]any) map[string]any {
	nodes := make([]any, len(items))
	for i, item := range items {
		nodes[i] = shape(item)
	}
	return map[string]any{"nodes": nodes}
}
