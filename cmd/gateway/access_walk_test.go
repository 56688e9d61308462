package main

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/marketgraph/marketgraph/server"
)

// given are the arguments that fields cannot be selected without.
var given = map[string]string{
	"Query.company": "id: $company", "Query.user": "id: $user", "Query.product": "id: $product", "Query.bundle": "id: $bundle",
	"Query.subscription": "id: $subscription", "Query.invoice": "id: $invoice", "Query.telephonyAccount": "id: $account",
	"Query.device": "accountId: $account, id: $device", "Query.telephonyUser": "accountId: $account, id: $telephonyUser",
	"Query.phoneNumber": "accountId: $account, number: $number", "Query.call": "accountId: $account, id: $call",
	"Query.addOnListing": "id: $listing", "Query.addOnInstallation": "companyId: $company, id: $installation",
	"Query.wallet": "companyId: $company", "Query.charge": "companyId: $company, id: $charge", "Query.cart": "id: $cart",
	"Query.activeCartOfUser": "input: {userId: $user, accountId: $company}", "Query.cartFields": `cartId: $cart, locale: "en-US"`,
	"Query.cartValidation": "input: {cartId: $cart, level: PRE_FINALIZE}", "Query.lead": "id: $lead",
	"Query.partnerLeads": "first: 2, context: $context",
}

const walkVariables = `$company: ID!, $user: ID!, $product: ID!, $bundle: ID!, $subscription: ID!, $invoice: ID!, $account: ID!, $device: ID!,
	$telephonyUser: ID!, $number: String!, $call: ID!, $listing: ID!, $installation: ID!, $charge: ID!, $cart: ID!, $lead: ID!, $context: PartnerLeadContext!`

// startWalk gives all that can be asked for, who may, and whom to ask.
func startWalk(t *testing.T) (*ast.Schema, *oracle, *backends) {
	t.Helper()
	schema, err := server.Schema(true)
	if err != nil {
		t.Fatal(err)
	}
	b := startBackends(t, 1)
	b.enforce(t, false)
	return schema, newOracle(t), b
}

// TestAccessWalk asks for every field that can be read, as everyone. What is
// refused is told, empties its place and costs no call; what is allowed is not
// refused; and nobody finds another company's things by their ids.
func TestAccessWalk(t *testing.T) {
	t.Parallel()
	schema, o, b := startWalk(t)
	root := grow(t, schema, given)
	parts := make([]string, len(root.below))
	for i, s := range root.below {
		parts[i] = s.String()
	}
	doc := "query(" + walkVariables + ") { " + strings.Join(parts, " ") + " }"
	whose, foreign := targets(t, b, 0), targets(t, b, 1)
	reached := map[string]bool{}
	for _, w := range readYAML[walker](t, "testdata/access/viewers")["viewers"] {
		t.Run(w.Name, func(t *testing.T) {
			g, stop := b.startUntil(t, wideOpen)
			defer stop()
			own := w.athome(t, g, whose)
			b.forgetCalls(t)
			got := g.query(t, w.ask(t, b, doc, own))
			want, met := refusals(o, w, root, got.data)
			if diff := cmp.Diff(want, refused(t, got)); diff != "" {
				t.Errorf("refused places (-by the oracle +by the gateway):\n%s", diff)
			}
			maps.Copy(reached, met)
			calls := b.calls(t).ByRoute
			for _, endpoint := range o.forbidden(w, schema) {
				if calls[endpoint] > 0 {
					t.Errorf("%s was called %d times, and nothing of it may be seen", endpoint, calls[endpoint])
				}
			}
			if w.Name == "anonymous" && calls["GET /account/v2/users"]+calls["GET /account/v2/companies/{companyUuid}"] > 0 {
				t.Errorf("a visitor made calls about people: %v", calls)
			}
			if !w.Everything {
				w.findsNothing(t, g.query(t, w.ask(t, b, doc, foreign)))
			}
		})
	}
	checkReached(t, o, schema, reached)
}

// wideOpen lets one document be as large as the schema, and keeps no call waiting.
func wideOpen(c *Config) {
	unbounded(c)
	l := &c.Limits
	l.Tokens, l.Depth, l.RootFields, l.Cost, l.Calls, l.Errors, l.Merges = 100_000, 50, 500, 10_000_000, 100_000, 100_000, 10_000_000
}

func (w walker) ask(t *testing.T, b *backends, doc string, vars map[string]any) ask {
	t.Helper()
	a := ask{stage: "/preview", doc: doc, vars: map[string]any{"context": "RESELLER"}}
	maps.Copy(a.vars, vars)
	if w.Context != "" {
		a.vars["context"] = w.Context
	}
	if w.As != "" {
		a.header = http.Header{"Authorization": {"Bearer " + b.tokenFor(t, "acme", w.As, w.Scopes...)}}
	}
	return a
}

// athome asks about the viewer's own company, where they have one, instead of
// the one that the things belong to.
func (w walker) athome(t *testing.T, g *front, vars map[string]any) map[string]any {
	t.Helper()
	vars = maps.Clone(vars)
	if w.As == "" || w.Everything {
		return vars
	}
	me := g.query(t, w.ask(t, g.backends, "{ me { currentMembership { account { id } } } }", nil))
	if company := text(me.data, "me", "currentMembership", "account", "id"); company != "" {
		vars["company"] = company
	}
	return vars
}

// targets are things of the customer at this place of the story: the personas'
// company is the first, the crowded one the second. Those of the shop are anybody's.
func targets(t *testing.T, b *backends, place int) map[string]any {
	t.Helper()
	g, stop := b.startUntil(t, wideOpen)
	defer stop()
	company := text(g.must(t, ask{as: "buyer", doc: "{ me { currentMembership { account { id } } } }"}), "me", "currentMembership", "account", "id")
	user := text(g.must(t, ask{as: "buyer", doc: "{ me { id } }"}), "me", "id")
	if place > 0 {
		company = walk{b, "acme"}.crowd(t, walk{b, "acme"}.companies(t))
		user = text(list(g.must(t, ask{as: "partner", doc: fmt.Sprintf(`{ company(id: %q) { memberships(first: 1) { nodes { user { id } } } } }`, company)}),
			"company", "memberships", "nodes")[0], "user", "id")
	}
	data := g.must(t, ask{as: "partner", vars: map[string]any{"company": company}, doc: `query($company: ID!) {
		company(id: $company) {
			subscriptions(first: 1) { nodes { id } } invoices(first: 1) { nodes { id } } carts(first: 1) { nodes { id } }
			telephonyAccount { id devices(first: 1) { nodes { id } } users(first: 1) { nodes { id } } phoneNumbers(first: 50) { nodes { number assignedAddOns { id } } } calls(first: 1) { nodes { id } } }
			addOnInstallations(first: 1) { nodes { id } } wallet { charges(first: 1) { nodes { id } } }
		}
		leads(first: 1) { nodes { id } } products(first: 50) { nodes { id
			reviews(first: 1) { nodes { comments { id } } } questions(first: 1) { nodes { answers { id } } } editions { trial { length } }
		} } bundles { id } addOnListings(first: 1) { nodes { id } }
	}`})
	first := func(path ...string) string { // the one of which there is most to see
		found := slices.SortedStableFunc(slices.Values(list(data, path...)), func(a, b any) int { return len(fmt.Sprint(b)) - len(fmt.Sprint(a)) })
		if len(found) == 0 {
			return "none"
		}
		return text(found[0], "id") + text(found[0], "number")
	}
	return map[string]any{
		"company": company, "user": user, "subscription": first("company", "subscriptions", "nodes"), "invoice": first("company", "invoices", "nodes"),
		"cart": first("company", "carts", "nodes"), "account": text(data, "company", "telephonyAccount", "id"),
		"device":        first("company", "telephonyAccount", "devices", "nodes"),
		"telephonyUser": first("company", "telephonyAccount", "users", "nodes"),
		"number":        first("company", "telephonyAccount", "phoneNumbers", "nodes"),
		"call":          first("company", "telephonyAccount", "calls", "nodes"),
		"installation":  first("company", "addOnInstallations", "nodes"), "charge": first("company", "wallet", "charges", "nodes"),
		"lead": first("leads", "nodes"), "product": first("products", "nodes"), "bundle": first("bundles"), "listing": first("addOnListings", "nodes"),
	}
}

// refusals are the places that the oracle refuses in an answer, and the fields
// that were reached: only below something that is there.
func refusals(o *oracle, w walker, root *spot, data map[string]any) (places []string, met map[string]bool) {
	met = map[string]bool{}
	var visit func(s *spot, parent any, path string)
	visit = func(s *spot, parent any, path string) {
		if items, ok := parent.([]any); ok {
			for _, item := range items {
				visit(s, item, path)
			}
			return
		}
		if parent == nil || s.field == "__typename" {
			return
		}
		met[s.typeName+"."+s.field] = true
		if path += "." + s.field; !o.admits(w, s.typeName, s.field) {
			places = append(places, path)
			return
		}
		for _, below := range s.below {
			visit(below, at(parent, s.field), path)
		}
	}
	for _, s := range root.below {
		visit(s, data, "")
	}
	slices.Sort(places)
	return slices.Compact(places), met
}

// refused are the places of an answer's refusals, without positions in lists.
func refused(t *testing.T, r reply) (places []string) {
	t.Helper()
	for _, f := range r.errors {
		var path strings.Builder
		for _, step := range f.Path {
			if name, ok := step.(string); ok {
				path.WriteString("." + name)
			}
		}
		switch f.code() {
		case "FORBIDDEN", "UNAUTHORIZED":
			places = append(places, path.String())
		case "NOT_FOUND":
		default:
			t.Errorf("%s: %s %s", path.String(), f.code(), f.Message)
		}
	}
	slices.Sort(places)
	return slices.Compact(places)
}

// byID are the root fields that name something of one company.
var byID = strings.Fields(`company user subscription invoice telephonyAccount device telephonyUser phoneNumber call addOnInstallation wallet charge
	cart activeCartOfUser cartFields cartValidation`)

// findsNothing wants all that belongs to another company to be null.
func (w walker) findsNothing(t *testing.T, r reply) {
	t.Helper()
	for _, field := range byID {
		if found := at(r.data, field); found != nil {
			t.Errorf("%s of another company: %v", field, found)
		}
	}
}

// checkReached wants an expectation for every field, and that every field was
// asked for where it could be seen: all but what only writes answer.
func checkReached(t *testing.T, o *oracle, schema *ast.Schema, reached map[string]bool) {
	t.Helper()
	var unexpected, missed []string
	for _, def := range schema.Types {
		if def.Kind != ast.Object && def.Kind != ast.Interface || strings.HasPrefix(def.Name, "__") {
			continue
		}
		for _, f := range def.Fields {
			field := def.Name + "." + f.Name
			switch {
			case strings.HasPrefix(f.Name, "__"):
			case o.row(def.Name, f.Name) == nil:
				unexpected = append(unexpected, field)
			case !reached[field] && !slices.Contains(unreachable, def.Name) && def.Name != "Mutation" && !strings.HasSuffix(def.Name, "Payload") && !strings.HasSuffix(def.Name, "Error"):
				missed = append(missed, field)
			}
		}
	}
	slices.Sort(unexpected)
	slices.Sort(missed)
	if len(unexpected)+len(missed) > 0 {
		t.Errorf("fields that testdata/access says nothing of: %v\nfields that nobody has reached: %v", unexpected, missed)
	}
}

// unreachable are types that only writes answer with, and what no cart of the
// demo has before its checkout: the fields that lead to them are walked.
var unreachable = strings.Fields(`OutcomeUnknown PurchaseDetails CartForm CartProductFields CartFulfilment CartItemDiscount CartValidation
	CartValidationMessageParameter CartValidationWarning DeliveryAddress ShippingQuote`)

// TestAccessWalkOfWrites sends every mutation as everyone, about a cart that is
// not there: who may not is refused at once, and everybody else looks for it.
func TestAccessWalkOfWrites(t *testing.T) {
	t.Parallel()
	schema, o, b := startWalk(t)
	g := b.start(t, wideOpen)
	var doc strings.Builder
	for _, f := range schema.Mutation.Fields {
		input := f.Arguments.ForName("input")
		fmt.Fprintf(&doc, "%s(input: %s) { __typename } ", f.Name, sample(schema, input.Type))
	}
	for _, w := range readYAML[walker](t, "testdata/access/viewers")["viewers"] {
		b.forgetCalls(t)
		got := g.query(t, w.ask(t, b, "mutation { "+doc.String()+" }", nil))
		byRule := map[string]bool{}
		for _, f := range got.errors {
			if strings.Contains(f.Message, "needs one of these roles") || strings.Contains(f.Message, "needs an access token") {
				byRule[fmt.Sprint(f.Path[0])] = true
			}
		}
		for _, f := range schema.Mutation.Fields {
			if may := o.admits(w, "Mutation", f.Name); may == byRule[f.Name] {
				t.Errorf("%s: %s: may %v, refused %v", w.Name, f.Name, may, byRule[f.Name])
			}
			if !o.admits(w, "Mutation", f.Name) && at(got.data, f.Name) != nil {
				t.Errorf("%s: %s was refused, and has data", w.Name, f.Name)
			}
		}
		for endpoint, n := range b.calls(t).ByRoute {
			if !o.admits(w, "Mutation", "finalizeCart") && !strings.HasPrefix(endpoint, "GET /account/") && endpoint != "POST /oauth2/token" {
				t.Errorf("%s: %d calls of %s", w.Name, n, endpoint)
			}
		}
	}
}

// sample is a value of an input type: what is required, and as little as may be.
func sample(schema *ast.Schema, of *ast.Type) string {
	if of.Elem != nil {
		return "[" + sample(schema, of.Elem) + "]"
	}
	def := schema.Types[of.Name()]
	switch {
	case def.Kind == ast.Enum:
		return def.EnumValues[0].Name
	case def.Kind == ast.InputObject:
		var parts []string
		for _, f := range def.Fields {
			if f.Type.NonNull {
				parts = append(parts, f.Name+": "+sample(schema, f.Type))
			}
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case of.Name() == "Boolean":
		return "true"
	case of.Name() == "Decimal" || of.Name() == "Int":
		return "1"
	default:
		return `"000000000000000000000000"`
	}
}

// TestAnotherMarketplacesTokenWalksNowhere: globex's administrator is nobody here.
func TestAnotherMarketplacesTokenWalksNowhere(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	g := b.start(t)
	for _, as := range []string{"admin", "partner", "buyer"} {
		stranger := http.Header{"Authorization": {"Bearer " + b.token(t, "globex", as)}}
		b.forgetCalls(t)
		got := g.query(t, ask{header: stranger, doc: `{ viewer { tenant permissions { rule } } companies(first: 1) { totalCount } products(first: 1) { totalCount } }`})
		if got.status != http.StatusUnauthorized || got.data != nil || len(got.errors) != 1 || got.errors[0].code() != "UNAUTHORIZED" {
			t.Errorf("%s: %d %.300s", as, got.status, got.body)
		}
		if calls := b.calls(t); calls.Total > 0 {
			t.Errorf("%s made calls: %v", as, calls.ByRoute)
		}
	}
}
