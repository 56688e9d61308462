package appdirect_test

import (
	"testing"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/contract"
)

// fuzzDecoder starts from the route's samples, and from what the backend spells in its own ways. identified tells of a value
// whether it has the ids that it is read for.
func fuzzDecoder[T any](f *testing.F, route *upstream.Route, decode func([]byte) (T, error), identified func(T) bool) {
	f.Helper()
	contract.FuzzDecoder(f, room, route, decode, identified,
		`{"content":[{"uuid":"u","id":1,"user":{"uuid":"u"},"company":{"uuid":"c"}}],"page":{"size":1}}`,
		`{"uuid":"u","-id":"1","enabled":"true","creationDate":"Wed, 12 Aug 2015 13:43:26 -0600"}`,
		`[{"id":"s","maxUsers":"1e64","order":{"orderLines":{"orderLine":{"price":"-5.0000000000"}}}}]`,
	)
}

// every tells whether a page is a list whose items all fit.
func every[T any](fits func(T) bool) func(appdirect.Page[T]) bool {
	return func(p appdirect.Page[T]) bool { return p.Items != nil && all(fits)(p.Items) }
}

func all[T any](fits func(T) bool) func([]T) bool {
	return func(items []T) bool {
		for _, item := range items {
			if !fits(item) {
				return false
			}
		}
		return true
	}
}

func isCompany(c appdirect.Company) bool           { return c.UUID != "" }
func isUser(u appdirect.User) bool                 { return u.UUID != "" }
func isMember(m appdirect.Membership) bool         { return m.User != nil && isUser(*m.User) }
func isMembership(m appdirect.Membership) bool     { return isCompany(m.Company) }
func isApplication(a appdirect.Application) bool   { return a.ID != "" && a.UUID != "" }
func isProduct(p appdirect.Product) bool           { return p.Number() != "" && p.UUID != "" }
func isEdition(e appdirect.Edition) bool           { return e.Number() != "" && e.UUID != "" }
func isSubscription(s appdirect.Subscription) bool { return s.ID != "" }
func isLead(l appdirect.Lead) bool                 { return l.UUID != "" }
func isPartnerLead(l appdirect.PartnerLead) bool   { return l.ID != "" }

func isCart(c appdirect.Cart) bool {
	return c.ID != "" && all(func(i appdirect.CartItem) bool { return i.ID != "" })(c.Items)
}

func isPriced(p appdirect.CartPrices) bool {
	return p.Items != nil && all(func(i appdirect.PricedItem) bool { return i.ItemID != "" })(p.Items)
}

func FuzzDecodeCompanies(f *testing.F) {
	fuzzDecoder(f, appdirect.ListCompanies, appdirect.DecodeCompanies, every(isCompany))
}

func FuzzDecodeCompany(f *testing.F) {
	fuzzDecoder(f, appdirect.ReadCompany, appdirect.DecodeCompany, isCompany)
}

func FuzzDecodeMemberships(f *testing.F) {
	fuzzDecoder(f, appdirect.ListMemberships, appdirect.DecodeMemberships, every(isMember))
}

func FuzzDecodeUserMemberships(f *testing.F) {
	fuzzDecoder(f, appdirect.ListUserMemberships, appdirect.DecodeUserMemberships, every(isMembership))
}

func FuzzDecodeUsers(f *testing.F) {
	fuzzDecoder(f, appdirect.ListUsers, appdirect.DecodeUsers, every(isUser))
}

func FuzzDecodeUser(f *testing.F) {
	f.Add(cut(f, "memberships-list", "content", 0, "user"))
	fuzzDecoder(f, appdirect.ReadUser, appdirect.DecodeUser, isUser)
}

func FuzzDecodeApplications(f *testing.F) {
	fuzzDecoder(f, appdirect.ListApplications, appdirect.DecodeApplications, every(isApplication))
}

func FuzzDecodeCatalog(f *testing.F) {
	fuzzDecoder(f, appdirect.ListCatalog, appdirect.DecodeCatalog, every(isProduct))
}

func FuzzDecodeProduct(f *testing.F) {
	f.Add(cut(f, "catalog-list", "content", 0))
	fuzzDecoder(f, appdirect.ReadProduct, appdirect.DecodeProduct, isProduct)
}

func FuzzDecodeEdition(f *testing.F) {
	fuzzDecoder(f, appdirect.ReadEdition, appdirect.DecodeEdition, isEdition)
}

func FuzzDecodeSubscriptions(f *testing.F) {
	fuzzDecoder(f, appdirect.ListSubscriptions, of(appdirect.ListSubscriptions, appdirect.DecodeSubscriptions), all(isSubscription))
}

func FuzzDecodeSubscription(f *testing.F) {
	fuzzDecoder(f, appdirect.ReadSubscription, appdirect.DecodeSubscription, isSubscription)
}

func FuzzDecodeCarts(f *testing.F) {
	fuzzDecoder(f, appdirect.ListCarts, appdirect.DecodeCarts, every(isCart))
}

func FuzzDecodeCart(f *testing.F) {
	f.Add(cut(f, "carts-list", "content", 0))
	fuzzDecoder(f, appdirect.ReadCart, appdirect.DecodeCart, isCart)
}

func FuzzDecodeCartPrices(f *testing.F) {
	fuzzDecoder(f, appdirect.ReadCartPrices, appdirect.DecodeCartPrices, isPriced)
}

func FuzzDecodeLeads(f *testing.F) {
	fuzzDecoder(f, appdirect.ListLeads, appdirect.DecodeLeads, every(isLead))
}

func FuzzDecodeLead(f *testing.F) {
	f.Add([]byte(`{"uuid":"l","creationDate":1534531428000,"customer":{"company":{"name":"Acme"}},"application":{"id":7}}`))
	fuzzDecoder(f, appdirect.ReadLead, appdirect.DecodeLead, isLead)
}

func FuzzDecodePartnerLeads(f *testing.F) {
	fuzzDecoder(f, appdirect.ListPartnerLeads, appdirect.DecodePartnerLeads, every(isPartnerLead))
}
