package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/marketgraph/marketgraph/graph"
)

// door is a root field that takes somebody's ids, as the schema has it.
type door struct {
	schema *ast.Schema
	kind   ast.Operation
	field  *ast.FieldDefinition
	slots  []string // where an id goes: "company.id", "AddItemsInput.userId"
}

// slotKinds says whose id goes where. An argument or input field that takes an id
// and has no row here fails the tests that go by it.
var slotKinds = map[string]string{
	"cartFields.cartId": "cart", "cart.id": "cart", "CartValidationRequest.cartId": "cart", "CartValidationRequest.itemIds": "item",
	"company.id": "company", "user.id": "user", "product.id": "product", "bundle.id": "bundle",
	"subscription.id": "subscription", "invoice.id": "invoice", "lead.id": "lead",
	"telephonyAccount.id": "account", "device.accountId": "account", "device.id": "device", "telephonyUser.accountId": "account",
	"telephonyUser.id": "telephonyUser", "phoneNumber.accountId": "account", "phoneNumber.number": "number", "call.accountId": "account", "call.id": "call",
	"addOnListing.id": "listing", "addOnInstallation.companyId": "installed", "addOnInstallation.id": "installation",
	"wallet.companyId": "charged", "charge.companyId": "charged", "charge.id": "charge",
	"carts.userId": "user", "carts.companyId": "filling", "partnerLeads.companyId": "company",
	"ActiveCartOfUserInput.userId": "user", "ActiveCartOfUserInput.accountId": "company",
	// The categories and attributes of a catalogue are numbered from 1 in each marketplace.
	"products.categoryIds": "product", "ListingFilter.categoryIds": "product", "ListingFilter.attributeIds": "product", "ListingFilter.vendorIds": "company",
	"AddItemsInput.userId": "user", "AddItemsInput.accountId": "company", "AddItemInput.pricingPlanId": "plan", "CartItemAssociationInput.pricingPlanId": "plan",
	"RemoveItemsInput.cartId": "cart", "RemoveItemsInput.itemIds": "item",
	"UpdateCartItemsInput.cartId": "cart", "UpdateCartItemInput.id": "item", "UpdateCartItemInput.pricingPlanId": "plan",
	"UpdateCartCustomAttributesInput.cartId": "cart", "UpdateCartItemCustomAttributesInput.id": "item",
	"ApplyDiscountInput.cartId": "cart", "RemoveDiscountCodeInput.cartId": "cart",
	"SetCartShippingAddressInput.cartId": "cart", "ChooseCartShippingInput.cartId": "cart", "ChooseCartShippingInput.shippingQuoteId": "item",
	"AddPaymentMethodInput.userId": "user", "AddPaymentMethodInput.accountId": "company",
	"SetCartPaymentMethodInput.cartId": "cart", "SetCartPaymentMethodInput.paymentMethodId": "payment",
	"SetDefaultPaymentMethodInput.userId": "user", "SetDefaultPaymentMethodInput.accountId": "company", "SetDefaultPaymentMethodInput.paymentMethodId": "payment",
	"CartValidationInput.cartId": "cart", "CartValidationInput.itemIds": "item", "FinalizeCartInput.cartId": "cart",
}

// doors are all of them, in the schema's order.
func doors(t *testing.T) (out []door) {
	t.Helper()
	schema := graph.NewExecutableSchema(graph.Config{}).Schema()
	for _, root := range []struct {
		kind ast.Operation
		of   *ast.Definition
	}{{ast.Query, schema.Query}, {ast.Mutation, schema.Mutation}} {
		for _, field := range root.of.Fields {
			d := door{schema: schema, kind: root.kind, field: field}
			for _, a := range field.Arguments {
				d.find(field.Name, a.Name, a.Type)
			}
			if len(d.slots) > 0 {
				out = append(out, d)
			}
		}
	}
	for _, d := range out {
		for _, slot := range d.slots {
			if slotKinds[slot] == "" {
				t.Errorf("%s takes an id, and slotKinds does not say whose", slot)
			}
		}
	}
	return out
}

// viewers are who knocks: who may do most there, and a buyer.
func (d door) viewers() []string {
	if d.field.Name == "partnerLeads" {
		return []string{"reseller", "buyer"}
	}
	return []string{"admin", "buyer"}
}

// find notes where ids go in an argument or input field.
func (d *door) find(of, name string, t *ast.Type) {
	slot := of + "." + name
	if (t.Name() == "ID" || slotKinds[slot] != "") && !slices.Contains(d.slots, slot) {
		d.slots = append(d.slots, slot)
	}
	if in := d.schema.Types[t.Name()]; in.Kind == ast.InputObject {
		for _, f := range in.Fields {
			d.find(in.Name, f.Name, f.Type)
		}
	}
}

// document asks through the door. ids are by slot; a slot without one is left out
// where it may be.
func (d door) document(ids map[string]string) string {
	return string(d.kind) + " { " + d.ask("", ids) + " }"
}

// ask is the field alone, under an alias where there is one.
func (d door) ask(alias string, ids map[string]string) string {
	var args []string
	for _, a := range d.field.Arguments {
		if text := d.value(d.field.Name, a.Name, a.Type, ids); text != "" {
			args = append(args, a.Name+": "+text)
		}
	}
	return alias + d.field.Name + "(" + strings.Join(args, ", ") + ")" + d.selection(d.field.Type, 2)
}

// value is an argument or input field: the ids, what else is required, and nothing more.
func (d door) value(of, name string, t *ast.Type, ids map[string]string) string {
	slot := of + "." + name
	if slotKinds[slot] != "" {
		if ids[slot] == "" {
			return ""
		}
		return inList(t, strconv.Quote(ids[slot]))
	}
	in := d.schema.Types[t.Name()]
	if in.Kind == ast.InputObject {
		return d.object(in, t, ids)
	}
	if !t.NonNull {
		return ""
	}
	return inList(t, d.some(in))
}

// object is an input object that has something to say, or must be there.
func (d door) object(in *ast.Definition, t *ast.Type, ids map[string]string) string {
	var fields []string
	named := t.NonNull
	for _, f := range in.Fields {
		if text := d.value(in.Name, f.Name, f.Type, ids); text != "" {
			fields = append(fields, f.Name+": "+text)
			named = named || ids[in.Name+"."+f.Name] != "" || strings.Contains(text, "{")
		}
	}
	if !named {
		return ""
	}
	return inList(t, "{"+strings.Join(fields, ", ")+"}")
}

// some is any value of a type that is not an input object.
func (d door) some(of *ast.Definition) string {
	if of.Kind == ast.Enum {
		return of.EnumValues[0].Name
	}
	switch of.Name {
	case "Boolean":
		return "true"
	case "Int", "Decimal":
		return "1"
	default:
		return `"x"`
	}
}

func inList(t *ast.Type, one string) string {
	if t.Elem != nil {
		return "[" + one + "]"
	}
	return one
}

// selection is all that may be asked of a type without arguments, so many levels deep.
func (d door) selection(t *ast.Type, depth int) string {
	of := d.schema.Types[t.Name()]
	if of.IsLeafType() {
		return ""
	}
	if of.IsAbstractType() {
		return " { __typename ... on UserError { message } }"
	}
	fields := []string{"__typename"}
	for _, f := range of.Fields {
		leaf := d.schema.Types[f.Type.Name()].IsLeafType()
		if f.Arguments.ForName("first") == nil && (leaf || depth > 1) && !strings.HasPrefix(f.Name, "__") {
			fields = append(fields, f.Name+d.selection(f.Type, depth-1))
		}
	}
	return " { " + strings.Join(fields, " ") + " }"
}

// nobodys is an id of the same spelling that is nobody's: its end is another.
func nobodys(id string, n int) string {
	out, seed := []byte(id), uint64(n)
	for i := max(1, len(id)-8); i < len(out); i++ {
		seed = seed*6364136223846793005 + 1442695040888963407
		switch c, turn := out[i], byte(seed>>33); {
		case '0' <= c && c <= '9':
			out[i] = '0' + (c-'0'+1+turn%9)%10
		case 'a' <= c && c <= 'f':
			out[i] = 'a' + (c-'a'+1+turn%5)%6
		}
	}
	return string(out)
}

// belongings are a marketplace's ids, one of each kind that slotKinds names, and
// such that what must belong together does.
func (g *front) belongings(t *testing.T, tenant string) map[string]string {
	t.Helper()
	got := g.must(t, ask{tenant: tenant, as: "admin", doc: `{
		companies(first: 30) { nodes { id
			carts(first: 1) { nodes { id items { id } } } invoices(first: 1) { nodes { id } } subscriptions(first: 1) { nodes { id } }
			addOnInstallations(first: 1) { nodes { id } } wallet { charges(first: 1) { nodes { id } } }
			memberships(first: 1) { nodes { user { id } paymentMethods { id } } }
		} }
		telephonyAccounts(first: 10) { nodes { id
			devices(first: 1) { nodes { id } } users(first: 1) { nodes { id } } phoneNumbers(first: 1) { nodes { number } } calls(first: 1) { nodes { id } }
		} }
		leads(first: 1) { nodes { id } } addOnListings(first: 1) { nodes { id } } bundles { id }
		products(first: 20) { nodes { id editions { plans { id } } } }
	}`})
	out := map[string]string{}
	for kind, path := range map[string]string{
		"company": "companies.nodes.id", "user": "companies.nodes.memberships.nodes.user.id", "payment": "companies.nodes.memberships.nodes.paymentMethods.id",
		"cart": "companies.nodes.carts.nodes.id", "item": "companies.nodes.carts.nodes.items.id",
		"invoice": "companies.nodes.invoices.nodes.id", "subscription": "companies.nodes.subscriptions.nodes.id",
		"installation": "companies.nodes.addOnInstallations.nodes.id", "charge": "companies.nodes.wallet.charges.nodes.id",
		"device": "telephonyAccounts.nodes.devices.nodes.id", "telephonyUser": "telephonyAccounts.nodes.users.nodes.id",
		"number": "telephonyAccounts.nodes.phoneNumbers.nodes.number", "call": "telephonyAccounts.nodes.calls.nodes.id", "account": "telephonyAccounts.nodes.id",
		"lead": "leads.nodes.id", "listing": "addOnListings.nodes.id", "bundle": "bundles.id", "product": "products.nodes.id", "plan": "products.nodes.editions.plans.id",
	} {
		if out[kind] = firstAt(got, strings.Split(path, ".")); out[kind] == "" {
			t.Fatalf("%s has no %s", tenant, kind)
		}
	}
	for kind, holds := range map[string]string{"charged": "wallet.charges.nodes.id", "installed": "addOnInstallations.nodes.id", "filling": "carts.nodes.id"} {
		for _, c := range list(got, "companies", "nodes") {
			if out[kind] == "" && firstAt(c, strings.Split(holds, ".")) != "" {
				out[kind] = text(c, "id")
			}
		}
	}
	return out
}

// firstAt is the first text below a path through objects and lists.
func firstAt(v any, path []string) string {
	if items, ok := v.([]any); ok {
		for _, item := range items {
			if found := firstAt(item, path); found != "" {
				return found
			}
		}
		return ""
	}
	if len(path) == 0 {
		if v == nil {
			return ""
		}
		return fmt.Sprint(v)
	}
	return firstAt(at(v, path[0]), path[1:])
}
