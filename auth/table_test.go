package auth

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	validation "github.com/vektah/gqlparser/v2/validator/rules"
)

const shop = `
directive @access(rule: AccessRule!) on FIELD_DEFINITION
enum AccessRule { PUBLIC VIEWER COMPANY_LIST COMPANY_READ MEMBERSHIP_READ USER_READ SUBSCRIPTION_READ BILLING_READ }
type Query {
  products: [Product!] @access(rule: PUBLIC)
  node(id: ID!): Node @access(rule: PUBLIC)
  search: [Found!] @access(rule: PUBLIC)
  me: User @access(rule: VIEWER)
  companies: [Company!] @access(rule: COMPANY_LIST)
}
interface Node { id: ID! @access(rule: PUBLIC) }
union Found = Product | Company
type Product implements Node {
  id: ID! @access(rule: PUBLIC)
  name: String @access(rule: PUBLIC)
  related: [Product!] @access(rule: PUBLIC)
}
type Company implements Node {
  id: ID! @access(rule: COMPANY_READ)
  name: String @access(rule: COMPANY_READ)
  parent: Company @access(rule: COMPANY_READ)
  users: [User!] @access(rule: MEMBERSHIP_READ)
  balance: String @access(rule: BILLING_READ)
}
type User { email: String @access(rule: USER_READ) }
input Filter { name: String }
`

func schemaOf(t testing.TB, sdl string) *ast.Schema {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "shop.graphqls", Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

type operation struct {
	table *Table
	op    *ast.OperationDefinition
	frags ast.FragmentDefinitionList
}

func parse(t testing.TB, query string) operation {
	t.Helper()
	schema := schemaOf(t, shop)
	table, err := NewTable(schema)
	if err != nil {
		t.Fatal(err)
	}
	doc, errs := gqlparser.LoadQueryWithRules(schema, query, validation.NewDefaultRules())
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return operation{table, doc.Operations[0], doc.Fragments}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	type denied = map[string]Code
	for _, tc := range []struct {
		name   string
		query  string
		public bool
		nobody denied
		buyer  denied
		admin  denied
	}{
		{name: "catalogue", query: `{ products { id name related { id } } }`, public: true},
		{name: "typename and introspection", query: `{ __typename __schema { types { name fields { name } } } __type(name: "X") { name } }`, public: true},
		{name: "introspection inside", query: `{ products { __typename id } }`, public: true},
		{name: "me", query: `{ me { email } }`, nobody: denied{"Query.me": Unauthorized, "User.email": Unauthorized}},
		{
			name: "money", query: `{ companies { name balance } }`, buyer: denied{"Company.balance": Forbidden},
			nobody: denied{"Query.companies": Unauthorized, "Company.name": Unauthorized, "Company.balance": Unauthorized},
		},
		{
			name: "alias", query: `{ products { id } name: companies { id: balance } }`,
			buyer:  denied{"Company.balance": Forbidden},
			nobody: denied{"Query.companies": Unauthorized, "Company.balance": Unauthorized},
		},
		{
			name: "inline fragments of a union", query: `{ search { ... on Product { id } ... on Company { ... { balance } } } }`,
			buyer: denied{"Company.balance": Forbidden}, nobody: denied{"Company.balance": Unauthorized},
		},
		{
			name: "named fragments in fragments", buyer: denied{"Company.balance": Forbidden},
			query:  `{ search { ...A ...B } } fragment A on Company { parent { ...B } } fragment B on Company { balance ... on Node { id } }`,
			nobody: denied{"Company.parent": Unauthorized, "Company.balance": Unauthorized, "Company.id": Unauthorized},
		},
		{
			name: "a field of an interface counts for the types behind it", query: `{ node(id: "1") { id } }`,
			nobody: denied{"Company.id": Unauthorized},
		},
		{
			name: "skipped fields count too", query: `query($no: Boolean!) { companies @include(if: $no) { balance @skip(if: true) } }`,
			buyer: denied{"Company.balance": Forbidden}, nobody: denied{"Query.companies": Unauthorized, "Company.balance": Unauthorized},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			o := parse(t, tc.query)
			if got := o.table.NeedsViewer(o.op, o.frags); got == tc.public {
				t.Errorf("NeedsViewer = %v", got)
			}
			for name, want := range map[string]struct {
				viewer *Viewer
				denied denied
			}{"nobody": {nobody, tc.nobody}, "buyer": {buyer, tc.buyer}, "admin": {admin, tc.admin}, "partner": {partner, tc.admin}} {
				d := o.table.Check(want.viewer, o.op, o.frags)
				got := denied{}
				for key, refused := range d.Denied {
					got[key] = refused.Code
				}
				if diff := cmp.Diff(append([]string{}, sortedKeys(want.denied)...), append([]string{}, sortedKeys(got)...)); diff != "" || !maps.Equal(got, want.denied) {
					t.Errorf("%s is denied (-want +got):\n%s%v", name, diff, got)
				}
				if d.NeedsViewer == tc.public {
					t.Errorf("%s: Decision.NeedsViewer = %v", name, d.NeedsViewer)
				}
			}
		})
	}
}

func sortedKeys(m map[string]Code) []string { return slices.Sorted(maps.Keys(m)) }

func TestRefusalsSayWhatIsMissing(t *testing.T) {
	t.Parallel()
	o := parse(t, `{ me { email } companies { balance } }`)
	visitor := o.table.Check(nobody, o.op, o.frags).Denial("Company", "balance")
	if visitor == nil || visitor.Message != "Company.balance needs an access token" || visitor.Rule != RuleBillingRead {
		t.Errorf("visitor's refusal = %+v", visitor)
	}
	d := o.table.Check(buyer, o.op, o.frags)
	if refused := d.Denial("Company", "balance"); refused == nil || !strings.Contains(refused.Message, "ROLE_BILLING_ADMIN, ROLE_SYS_ADMIN") {
		t.Errorf("buyer's refusal = %+v", refused)
	}
	if d.Denial("Query", "companies") != nil || (Decision{}).Denial("Query", "companies") != nil {
		t.Error("an allowed field is refused")
	}
	if refused := o.table.Check(unscoped, o.op, o.frags).Denial("Query", "me"); refused == nil || refused.Code != Forbidden {
		t.Errorf("refusal of a token without roles = %+v", refused)
	}
}

func TestUnresolvedViewerIsDenied(t *testing.T) {
	t.Parallel()
	o := parse(t, `{ companies { id } }`)
	v := newViewer("acme", identity{subject: "a", scopes: allRoleScopes()}, "t")
	if d := o.table.Check(v, o.op, o.frags); len(d.Denied) != 2 {
		t.Errorf("denied = %v", d.Denied)
	}
}

func TestDocumentThatWasNotValidatedIsDenied(t *testing.T) {
	t.Parallel()
	o := parse(t, `{ products { id } }`)
	op := &ast.OperationDefinition{SelectionSet: ast.SelectionSet{
		&ast.Field{Name: "products"},
		&ast.Field{Name: "invented", ObjectDefinition: &ast.Definition{Name: "Query"}},
		&ast.FragmentSpread{Name: "Missing"},
	}}
	d := o.table.Check(partner, op, nil)
	if d.Denial("?", "products") == nil || d.Denial("Query", "invented") == nil || len(d.Denied) != 2 {
		t.Errorf("denied = %v", d.Denied)
	}
}

// TestSelectIsLinear spreads each fragment twice in the one before: 2^60 paths, but 60 fragments.
func TestSelectIsLinear(t *testing.T) { // not parallel: it counts allocations
	var query strings.Builder
	query.WriteString(`{ products { ...F0 } }`)
	const depth = 60
	for i := range depth {
		fmt.Fprintf(&query, "\nfragment F%d on Product { a: related { ...F%d } b: related { ...F%d } }", i, i+1, i+1)
	}
	fmt.Fprintf(&query, "\nfragment F%d on Product { id }", depth)
	o := parse(t, query.String())
	allocations := testing.AllocsPerRun(1, func() { o.table.Select(o.op, o.frags) })
	if allocations > 100*depth {
		t.Errorf("%v allocations for %d fragments", allocations, depth)
	}
}

func TestSelectSurvivesCyclesAndDepth(t *testing.T) {
	t.Parallel()
	o := parse(t, `{ products { id } }`)
	loop := &ast.FragmentDefinition{Name: "L", SelectionSet: ast.SelectionSet{&ast.FragmentSpread{Name: "L"}}}
	deep := ast.SelectionSet{&ast.FragmentSpread{Name: "L"}}
	for range 1_000_000 {
		deep = ast.SelectionSet{&ast.InlineFragment{SelectionSet: deep}}
	}
	s := o.table.Select(&ast.OperationDefinition{SelectionSet: deep}, ast.FragmentDefinitionList{loop})
	if s.NeedsViewer() {
		t.Error("nothing is selected, but a viewer is needed")
	}
}

func TestNewTableNamesEveryFault(t *testing.T) {
	t.Parallel()
	schema := schemaOf(t, `
directive @access(rule: String) repeatable on FIELD_DEFINITION
type Query { good: Int @access(rule: "PUBLIC") bare: Int twice: Int @access(rule: "PUBLIC") @access(rule: "PUBLIC") }
interface Node { id: ID! }
type Thing implements Node { id: ID! @access(rule: "EVERYTHING") name: Int @access }
input Filter { name: String }
enum Colour { RED }
`)
	_, err := NewTable(schema)
	faulty, ok := errors.AsType[*SchemaError](err)
	if !ok {
		t.Fatalf("error = %v, want a *SchemaError", err)
	}
	want := []string{
		"Node.id: needs exactly one @access, has 0",
		"Query.bare: needs exactly one @access, has 0",
		"Query.twice: needs exactly one @access, has 2",
		"Thing.id: unknown rule EVERYTHING",
		"Thing.name: @access names no rule",
	}
	if diff := cmp.Diff(want, faulty.Faults); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	for _, fault := range want {
		if !strings.Contains(err.Error(), fault) {
			t.Errorf("the error doesn't say %q: %v", fault, err)
		}
	}
}

func TestTableListsItsFields(t *testing.T) {
	t.Parallel()
	table := parse(t, `{ __typename }`).table
	if got := table.Fields(); len(got) != 15 || got[0] != "Company.balance" || !slices.IsSorted(got) {
		t.Errorf("Fields() = %v", got)
	}
	if rule, ok := table.Rule("Company", "balance"); !ok || rule.Name != RuleBillingRead {
		t.Errorf("Rule(Company, balance) = %v, %v", rule, ok)
	}
	if _, ok := table.Rule("Company", "secret"); ok {
		t.Error("Rule knows a field that the schema doesn't have")
	}
}

func BenchmarkCheckAllowed(b *testing.B) {
	o := parse(b, `{ companies { id name users { email } parent { id name balance } } products { id name } }`)
	s := o.table.Select(o.op, o.frags)
	b.ReportAllocs()
	for b.Loop() {
		if d := s.Check(admin); len(d.Denied) > 0 {
			b.Fatal(d)
		}
	}
}
