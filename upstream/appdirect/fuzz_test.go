package appdirect_test

import (
	"errors"
	"testing"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/contract"
	"github.com/marketgraph/marketgraph/upstream/wire"
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

func isCompany(c appdirect.Company) bool         { return c.UUID != "" }
func isUser(u appdirect.User) bool               { return u.UUID != "" }
func isMember(m appdirect.Membership) bool       { return m.User != nil && isUser(*m.User) }
func isMembership(m appdirect.Membership) bool   { return isCompany(m.Company) }
func isApplication(a appdirect.Application) bool { return a.ID != "" && a.UUID != "" }
func isProduct(p appdirect.Product) bool         { return p.Number() != "" && p.UUID != "" }
func isEdition(e appdirect.Edition) bool         { return e.Number() != "" && e.UUID != "" }
func isInvoice(i appdirect.Invoice) bool         { return i.InvoiceID != "" }

func isSubscription(s appdirect.Subscription) bool { return s.ID != "" }
func isLead(l appdirect.Lead) bool                 { return l.UUID != "" }
func isPartnerLead(l appdirect.PartnerLead) bool   { return l.ID != "" }
func isCustomer(c appdirect.Customer) bool         { return c.ID != "" }

func isTag(t appdirect.Tag) bool           { return t.ID != "" && all(isTag)(t.Children) }
func isReview(r appdirect.Review) bool     { return r.ID != "" }
func isQuestion(q appdirect.Question) bool { return q.ID != "" }
func isReply(r appdirect.Reply) bool       { return r.ID != "" }

func isBundle(b appdirect.Bundle) bool {
	return b.ID != "" && b.UUID != "" && all(func(r wire.Ref) bool { return r.ID != "" })(b.Products)
}

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

func FuzzDecodeShop(f *testing.F) {
	f.Add(cut(f, "applications-list", "content"))
	fuzzDecoder(f, appdirect.ListShop, of(appdirect.ListShop, appdirect.DecodeShop), all(isApplication))
}

func FuzzDecodeTags(f *testing.F) {
	f.Add([]byte(`[{"id":100,"type":"ATTRIBUTE","children":[{"id":"101","name":"Small teams","children":null}]}]`))
	fuzzDecoder(f, appdirect.ListTags, appdirect.DecodeTags, all(isTag))
}

func FuzzDecodeBundles(f *testing.F) {
	f.Add([]byte(`[{"id":7,"uuid":"b","bundledProducts":[{"id":1,"href":"/products/1"},2,null]}]`))
	fuzzDecoder(f, appdirect.ListBundles, appdirect.DecodeBundles, all(isBundle))
}

func FuzzDecodeReviews(f *testing.F) {
	f.Add([]byte(`[{"id":1,"title":"Good","comment":"","rating":"4.5","commentCount":null,"author":{"name":"Ada"},"lastModified":1461792752644}]`))
	fuzzDecoder(f, appdirect.ListReviews, appdirect.DecodeReviews, all(isReview))
}

func FuzzDecodeQuestions(f *testing.F) {
	f.Add([]byte(`{"question":{"id":1,"title":"How?","answerCount":"2","author":null}}`))
	fuzzDecoder(f, appdirect.ListQuestions, appdirect.DecodeQuestions, all(isQuestion))
}

func FuzzDecodeReplies(f *testing.F) {
	f.Add([]byte(`[{"id":1,"comment":"So.","official":"true","lastModified":"1461792752644"}]`))
	fuzzDecoder(f, appdirect.ListComments, of(appdirect.ListComments, appdirect.DecodeReplies), all(isReply))
}

func FuzzDecodeSubscriptions(f *testing.F) {
	fuzzDecoder(f, appdirect.ListSubscriptions, of(appdirect.ListSubscriptions, appdirect.DecodeSubscriptions), all(isSubscription))
}

func FuzzDecodeSubscription(f *testing.F) {
	fuzzDecoder(f, appdirect.ReadSubscription, appdirect.DecodeSubscription, isSubscription)
}

func FuzzDecodeInvoices(f *testing.F) {
	fuzzDecoder(f, appdirect.ListCompanyInvoices, appdirect.DecodeInvoices, all(isInvoice))
}

func FuzzDecodeInvoice(f *testing.F) {
	fuzzDecoder(f, appdirect.ReadInvoice, appdirect.DecodeInvoice, isInvoice)
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

func isCreated(c appdirect.CreatedCart) bool       { return c.BuyerUserID != "" }
func isCartItem(i appdirect.CartItem) bool         { return i.ID != "" }
func isPreview(p appdirect.CartPreview) bool       { return isPriced(p.CartPrices) }
func isValidation(v appdirect.CartValidation) bool { return v.ID != "" }
func isPurchase(p appdirect.Purchase) bool         { return p.PurchaseID != "" }
func isDiscount(d appdirect.Discount) bool         { return d.ID != "" || d.UUID != "" }
func isOrder(o appdirect.PurchaseOrder) bool       { return o.ID != "" }
func isFulfilment(f appdirect.Fulfilment) bool     { return f.UUID != "" && f.CartID != "" }
func isPaymentMethod(m appdirect.PaymentMethod) bool {
	return m.ID != "" && len([]rune(m.Ending())) <= 4
}
func isDefault(m appdirect.DefaultPaymentMethod) bool { return m.ID != "" }
func isSettings(s appdirect.CheckoutSettings) bool    { return s.Tenant != "" }

func hasItems(f appdirect.CartFields) bool {
	return all(func(p appdirect.ProductFields) bool { return p.ItemID != "" })(f.ProductFields)
}

func FuzzDecodeCreatedCart(f *testing.F) {
	fuzzDecoder(f, appdirect.CreateCart, appdirect.DecodeCreatedCart, isCreated)
}

func FuzzDecodeChangedCart(f *testing.F) {
	f.Add(room.Sample(f, "cart-items-delete"))
	fuzzDecoder(f, appdirect.UpdateCart, of(appdirect.UpdateCart, appdirect.DecodeChangedCart), isCart)
}

func FuzzDecodeCartItem(f *testing.F) {
	fuzzDecoder(f, appdirect.AddCartItem, of(appdirect.AddCartItem, appdirect.DecodeCartItem), isCartItem)
}

func FuzzDecodeCartPreview(f *testing.F) {
	fuzzDecoder(f, appdirect.PreviewCart, appdirect.DecodeCartPreview, isPreview)
}

func FuzzDecodeCartValidation(f *testing.F) {
	f.Add([]byte(`{"id":"v","info":["a",{"message":"b"}],"pendingValidations":[{"code":"C"},7,null]}`))
	fuzzDecoder(f, appdirect.ValidateCart, of(appdirect.ValidateCart, appdirect.DecodeCartValidation), isValidation)
}

func FuzzDecodePurchase(f *testing.F) {
	fuzzDecoder(f, appdirect.FinalizeCart, appdirect.DecodePurchase, isPurchase)
}

// answered puts a malformed error in the place of a refusal by the backend's own graph, which is an answer too.
func answered[T any](r *upstream.Route, decode func([]byte) (T, error)) func([]byte) (T, error) {
	return func(body []byte) (T, error) {
		got, err := decode(body)
		if fault := (*appdirect.GraphFault)(nil); errors.As(err, &fault) {
			err = upstream.Malformed(r, fault)
		}
		return got, err
	}
}

func FuzzDecodeCartFields(f *testing.F) {
	f.Add([]byte(`{"errors":[{"message":"m","extensions":{"code":"NOT_FOUND"}}],"data":null}`))
	fuzzDecoder(f, appdirect.ReadCartFields, answered(appdirect.ReadCartFields, appdirect.DecodeCartFields), hasItems)
}

func FuzzDecodeCheckoutSettings(f *testing.F) {
	fuzzDecoder(f, appdirect.ReadCheckoutSettings, answered(appdirect.ReadCheckoutSettings, appdirect.DecodeCheckoutSettings), isSettings)
}

func FuzzDecodeDiscounts(f *testing.F) {
	fuzzDecoder(f, appdirect.ListDiscounts, appdirect.DecodeDiscounts, all(isDiscount))
}

func FuzzDecodeOrders(f *testing.F) {
	f.Add([]byte("[" + string(cut(f, "subscription-creating-a-subscription", "order")) + "]"))
	fuzzDecoder(f, appdirect.ListOrders, of(appdirect.ListOrders, appdirect.DecodeOrders), every(isOrder))
}

func FuzzDecodeOrder(f *testing.F) {
	f.Add(cut(f, "subscription-creating-a-subscription", "order"))
	fuzzDecoder(f, appdirect.ReadOrder, appdirect.DecodeOrder, isOrder)
}

func FuzzDecodeFulfilments(f *testing.F) {
	fuzzDecoder(f, appdirect.ReadFulfilments, of(appdirect.ReadFulfilments, appdirect.DecodeFulfilments), every(isFulfilment))
}

func FuzzDecodeFulfilment(f *testing.F) {
	fuzzDecoder(f, appdirect.ChooseShipping, appdirect.DecodeFulfilment, isFulfilment)
}

func FuzzDecodePaymentMethods(f *testing.F) {
	fuzzDecoder(f, appdirect.ListPaymentMethods, appdirect.DecodePaymentMethods, all(isPaymentMethod))
}

func FuzzDecodePaymentMethod(f *testing.F) {
	fuzzDecoder(f, appdirect.CreatePaymentMethod, appdirect.DecodePaymentMethod, isPaymentMethod)
}

func FuzzDecodeDefaultPaymentMethods(f *testing.F) {
	fuzzDecoder(f, appdirect.SetDefaultPaymentMethod, appdirect.DecodeDefaultPaymentMethods, all(isDefault))
}

func FuzzDecodePaymentMethodTypes(f *testing.F) {
	f.Add([]byte(`["CARD",{"paymentMethodType":"BANKACCOUNT"}]`))
	fuzzDecoder(f, appdirect.ListPaymentMethodTypes, appdirect.DecodePaymentMethodTypes, func(types []appdirect.PaymentMethodType) bool { return types != nil })
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

func FuzzDecodeCustomers(f *testing.F) {
	fuzzDecoder(f, appdirect.ListCustomers, appdirect.DecodeCustomers, all(isCustomer))
}
