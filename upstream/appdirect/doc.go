// Package appdirect is what the gateway knows of AppDirect's REST interface:
// one [upstream.Route] value per endpoint, one file per resource, and wire
// types that are shaped as the backend writes them.
//
// Decoders are forgiving in what they take: billing writes numbers and
// booleans as strings, references as "-id" objects and one-element lists as
// the element alone; dates come in four forms. They are strict in what they
// give: a value that fits none of the documented forms is an error, never a
// guess. That error is an [upstream.Error] of kind MalformedReply, which never
// quotes the reply, and the value beside it is zero. Mapping to the graph is not
// done here, see resolvers/loaders.
package appdirect

import (
	"net/http"
	"time"

	"github.com/marketgraph/marketgraph/upstream"
)

// Backend is the name that routes, errors and metrics carry.
const Backend upstream.Backend = "appdirect"

// General is the documented limit of one client application over all
// endpoints that print none of their own: a leaky bucket of 20, 4 a second.
func General() upstream.Bucket {
	return upstream.Bucket{Kind: upstream.LeakyBucket, Size: 20, PerSecond: 4}
}

// partnerHeader names the marketplace's partner, in whose name a cart is begun.
const partnerHeader = "AD-ShoppingCart-Partner"

// RouteHeader is what [upstream.Config.RouteHeader] has to hold for a marketplace's partner code. Without a code it is
// empty, and the routes that want one are refused.
func RouteHeader(partner string) http.Header {
	h := http.Header{}
	if partner != "" {
		h.Set(partnerHeader, partner)
	}
	return h
}

// How long replies are kept. Identity changes matter soonest, catalogues least. Carts and what belongs to them are not
// kept at all: somebody is at them.
const (
	freshIdentity  = 30 * time.Second
	freshAccount   = time.Minute
	freshBilling   = time.Minute
	freshCatalogue = 5 * time.Minute
	freshSettings  = 10 * time.Minute
	hardExpiry     = time.Hour
)

// Routes lists every endpoint that the gateway calls, in a stable order; those whose answers are not read come last.
func Routes() []*upstream.Route {
	return []*upstream.Route{
		ListCompanies, ReadCompany,
		ListMemberships, ListUserMemberships,
		ListUsers, ReadUser,
		ListApplications, ListCatalog, ReadProduct, ReadEdition,
		ListShop, ListTags, ListRecommendations, ListVendorProducts, ListBundles,
		ListReviews, ListComments, ListQuestions, ListAnswers,
		ListSubscriptions, ListCompanySubscriptions, ReadSubscription,
		ListCompanyInvoices, ReadInvoice,
		ListCarts, ReadCart, CreateCart, UpdateCart, AddCartItem, UpdateCartItem, RemoveCartItems,
		ReadCartPrices, PreviewCart, ValidateCart, ReadCartValidation, FinalizeCart,
		ReadCartFields, ReadCheckoutSettings,
		ListDiscounts,
		ListOrders, ListCompanyOrders, ReadOrder,
		CreateFulfilment, ReadFulfilments, ChooseShipping,
		ListPaymentMethods, CreatePaymentMethod, SetDefaultPaymentMethod, ListPaymentMethodTypes,
		ListLeads, ReadLead, ListPartnerLeads,
		ListWebhooks, CreateWebhook,
		ListCustomers,
		RemoveCartItem, RemoveCartDiscount, PreauthCart, DeleteWebhook,
	}
}
