package appdirect_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/contract"
)

// of is a decoder that several routes share, as that of one of them.
func of[T any](r *upstream.Route, decode func(*upstream.Route, []byte) (T, error)) func([]byte) (T, error) {
	return func(body []byte) (T, error) { return decode(r, body) }
}

// decoders has one entry per route, in the order of Routes.
var decoders = []contract.Decoder{
	{Route: appdirect.ListCompanies, Sample: "companies-list", Decode: contract.Boxed(appdirect.DecodeCompanies)},
	{Route: appdirect.ReadCompany, Sample: "company-read", Decode: contract.Boxed(appdirect.DecodeCompany)},
	{Route: appdirect.ListMemberships, Sample: "memberships-list", Decode: contract.Boxed(appdirect.DecodeMemberships)},
	{Route: appdirect.ListUserMemberships, Sample: "memberships-list", Decode: contract.Boxed(appdirect.DecodeUserMemberships)},
	{Route: appdirect.ListUsers, Sample: "users-list", Decode: contract.Boxed(appdirect.DecodeUsers)},
	{Route: appdirect.ReadUser, Decode: contract.Boxed(appdirect.DecodeUser)},
	{Route: appdirect.ListApplications, Sample: "applications-list", Decode: contract.Boxed(appdirect.DecodeApplications)},
	{Route: appdirect.ListCatalog, Sample: "catalog-list", Decode: contract.Boxed(appdirect.DecodeCatalog)},
	{Route: appdirect.ReadProduct, Decode: contract.Boxed(appdirect.DecodeProduct)},
	{Route: appdirect.ReadEdition, Sample: "edition-read", Decode: contract.Boxed(appdirect.DecodeEdition)},
	{Route: appdirect.ListShop, Decode: contract.Boxed(of(appdirect.ListShop, appdirect.DecodeShop))},
	{Route: appdirect.ListTags, Decode: contract.Boxed(appdirect.DecodeTags)},
	{Route: appdirect.ListRecommendations, Decode: contract.Boxed(of(appdirect.ListRecommendations, appdirect.DecodeShop))},
	{Route: appdirect.ListVendorProducts, Decode: contract.Boxed(of(appdirect.ListVendorProducts, appdirect.DecodeShop))},
	{Route: appdirect.ListBundles, Sample: "bundles-list", Decode: contract.Boxed(appdirect.DecodeBundles)},
	{Route: appdirect.ListReviews, Decode: contract.Boxed(appdirect.DecodeReviews)},
	{Route: appdirect.ListComments, Decode: contract.Boxed(of(appdirect.ListComments, appdirect.DecodeReplies))},
	{Route: appdirect.ListQuestions, Decode: contract.Boxed(appdirect.DecodeQuestions)},
	{Route: appdirect.ListAnswers, Decode: contract.Boxed(of(appdirect.ListAnswers, appdirect.DecodeReplies))},
	{Route: appdirect.ListSubscriptions, Sample: "subscription-*", Decode: contract.Boxed(of(appdirect.ListSubscriptions, appdirect.DecodeSubscriptions))},
	{Route: appdirect.ListCompanySubscriptions, Sample: "subscription-*", Decode: contract.Boxed(of(appdirect.ListCompanySubscriptions, appdirect.DecodeSubscriptions))},
	{Route: appdirect.ReadSubscription, Sample: "subscription-*", Decode: contract.Boxed(appdirect.DecodeSubscription)},
	{Route: appdirect.ListCompanyInvoices, Decode: contract.Boxed(appdirect.DecodeInvoices)},
	{Route: appdirect.ReadInvoice, Decode: contract.Boxed(appdirect.DecodeInvoice)},
	{Route: appdirect.ListCarts, Sample: "carts-list", Decode: contract.Boxed(appdirect.DecodeCarts)},
	{Route: appdirect.ReadCart, Decode: contract.Boxed(appdirect.DecodeCart)},
	{Route: appdirect.CreateCart, Sample: "cart-create", Decode: contract.Boxed(appdirect.DecodeCreatedCart)},
	{Route: appdirect.UpdateCart, Sample: "cart-update", Decode: contract.Boxed(of(appdirect.UpdateCart, appdirect.DecodeChangedCart))},
	{Route: appdirect.AddCartItem, Sample: "cart-item-add", Decode: contract.Boxed(of(appdirect.AddCartItem, appdirect.DecodeCartItem))},
	{Route: appdirect.UpdateCartItem, Sample: "cart-item-update", Decode: contract.Boxed(of(appdirect.UpdateCartItem, appdirect.DecodeCartItem))},
	{Route: appdirect.RemoveCartItems, Sample: "cart-items-delete", Decode: contract.Boxed(of(appdirect.RemoveCartItems, appdirect.DecodeChangedCart))},
	{Route: appdirect.ReadCartPrices, Sample: "cart-prices", Decode: contract.Boxed(appdirect.DecodeCartPrices)},
	{Route: appdirect.PreviewCart, Sample: "cart-preview", Decode: contract.Boxed(appdirect.DecodeCartPreview)},
	{Route: appdirect.ValidateCart, Sample: "cart-validate", Decode: contract.Boxed(of(appdirect.ValidateCart, appdirect.DecodeCartValidation))},
	{Route: appdirect.ReadCartValidation, Sample: "cart-validation", Decode: contract.Boxed(of(appdirect.ReadCartValidation, appdirect.DecodeCartValidation))},
	{Route: appdirect.FinalizeCart, Sample: "cart-finalize", Decode: contract.Boxed(appdirect.DecodePurchase)},
	{Route: appdirect.ReadCartFields, Sample: "cart-fields", Decode: contract.Boxed(appdirect.DecodeCartFields)},
	{Route: appdirect.ReadCheckoutSettings, Sample: "checkout-settings", Decode: contract.Boxed(appdirect.DecodeCheckoutSettings)},
	{Route: appdirect.ListDiscounts, Sample: "discounts-list", Decode: contract.Boxed(appdirect.DecodeDiscounts)},
	{Route: appdirect.ListOrders, Decode: contract.Boxed(of(appdirect.ListOrders, appdirect.DecodeOrders))},
	{Route: appdirect.ListCompanyOrders, Decode: contract.Boxed(of(appdirect.ListCompanyOrders, appdirect.DecodeOrders))},
	{Route: appdirect.ReadOrder, Decode: contract.Boxed(appdirect.DecodeOrder)},
	{Route: appdirect.CreateFulfilment, Sample: "fulfilment-create", Decode: contract.Boxed(of(appdirect.CreateFulfilment, appdirect.DecodeFulfilments))},
	{Route: appdirect.ReadFulfilments, Sample: "fulfilments-read", Decode: contract.Boxed(of(appdirect.ReadFulfilments, appdirect.DecodeFulfilments))},
	{Route: appdirect.ChooseShipping, Sample: "shipping-choose", Decode: contract.Boxed(appdirect.DecodeFulfilment)},
	{Route: appdirect.ListPaymentMethods, Sample: "payment-methods-list", Decode: contract.Boxed(appdirect.DecodePaymentMethods)},
	{Route: appdirect.CreatePaymentMethod, Sample: "payment-method-create", Decode: contract.Boxed(appdirect.DecodePaymentMethod)},
	{Route: appdirect.SetDefaultPaymentMethod, Sample: "payment-method-default", Decode: contract.Boxed(appdirect.DecodeDefaultPaymentMethods)},
	{Route: appdirect.ListPaymentMethodTypes, Decode: contract.Boxed(appdirect.DecodePaymentMethodTypes)},
	{Route: appdirect.ListLeads, Decode: contract.Boxed(appdirect.DecodeLeads)},
	{Route: appdirect.ReadLead, Decode: contract.Boxed(appdirect.DecodeLead)},
	{Route: appdirect.ListPartnerLeads, Sample: "partner-leads-list", Decode: contract.Boxed(appdirect.DecodePartnerLeads)},
	{Route: appdirect.ListWebhooks, Sample: "webhooks-list", Decode: contract.Boxed(appdirect.DecodeWebhooks)},
	{Route: appdirect.CreateWebhook, Sample: "webhook-create", Decode: contract.Boxed(appdirect.DecodeWebhook)},
	{Route: appdirect.ListCustomers, Sample: "customers-list", Decode: contract.Boxed(appdirect.DecodeCustomers)},
}

// unread are the routes whose answers have no body, or none that is printed.
var unread = []*upstream.Route{appdirect.RemoveCartItem, appdirect.RemoveCartDiscount, appdirect.PreauthCart, appdirect.DeleteWebhook}

// room is what the checks that all backends share are told of this one.
var room = &contract.Room{
	Backend: appdirect.Backend, Routes: appdirect.Routes(), Decoders: decoders,
	Files: os.DirFS("."), Docs: os.DirFS("../../docs"),
}

func TestEveryRouteHasItsDecoder(t *testing.T) {
	t.Parallel()
	room.CheckDecoders(t, unread...)
}

// TestEverySampleDecodes: where nothing is printed as a whole, TestAssumedSamples cuts one out.
func TestEverySampleDecodes(t *testing.T) {
	t.Parallel()
	room.CheckSamples(t)
}

// TestAssumedSamples: the routes that print no sample, read from the printed
// parts that Assumed names.
func TestAssumedSamples(t *testing.T) {
	t.Parallel()
	user, err := appdirect.DecodeUser(cut(t, "memberships-list", "content", 0, "user"))
	if err != nil || user.UserName != "john.simpson" {
		t.Errorf("user of a membership: %+v, %v", user, err)
	}
	product, err := appdirect.DecodeProduct(cut(t, "catalog-list", "content", 1))
	if err != nil || product.UUID != "ca3ff213-2436-4c51-bc35-006083ab2411" {
		t.Errorf("item of the catalogue: %+v, %v", product, err)
	}
	shop, err := appdirect.DecodeShop(appdirect.ListShop, cut(t, "applications-list", "content"))
	if err != nil || len(shop) == 0 || shop[0].ID != "4644" || len(shop[0].Tags) != 1 {
		t.Errorf("items of what can be bought, alone: %+v, %v", shop, err)
	}
	tags, err := appdirect.DecodeTags(cut(t, "applications-list", "content", 0, "tags"))
	if err != nil || len(tags) != 1 || tags[0].Name != "Web Development" {
		t.Errorf("tags of a product: %+v, %v", tags, err)
	}
	page, err := appdirect.DecodeUserMemberships(room.Sample(t, "memberships-list"))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := appdirect.DecodeUserMemberships(append([]byte("\n "), cut(t, "memberships-list", "content")...))
	if err != nil || plain.Info != nil {
		t.Fatalf("plain list: %+v, %v", plain.Info, err)
	}
	if diff := cmp.Diff(page.Items, plain.Items); diff != "" {
		t.Errorf("(-page +plain list):\n%s", diff)
	}
}

// TestSubscriptionsInAnyList: the printed answers as the lists that no sample shows.
func TestSubscriptionsInAnyList(t *testing.T) {
	t.Parallel()
	samples := room.Samples(t, "subscription-*")
	bodies := make([]string, len(samples))
	want := make([]appdirect.Subscription, len(samples))
	for i, body := range samples {
		one, err := appdirect.DecodeSubscription(body)
		if err != nil {
			t.Fatal(err)
		}
		bodies[i], want[i] = string(body), one
		assertSubscriptions(t, string(body), want[i:i+1])
	}
	plain := "[" + strings.Join(bodies, ",") + "]"
	assertSubscriptions(t, plain, want)
	assertSubscriptions(t, `{"subscription":`+plain+`}`, want)
	for _, empty := range []string{"[]", "null", `""`, `{"subscription":[]}`, `{"subscription":null}`, `{"subscription":""}`} {
		assertSubscriptions(t, empty, nil)
	}
}

func assertSubscriptions(t *testing.T, body string, want []appdirect.Subscription) {
	t.Helper()
	got, err := appdirect.DecodeSubscriptions(appdirect.ListSubscriptions, []byte(body))
	if err != nil {
		t.Errorf("%.60s…: %v: %v", body, err, contract.Cause(err))
		return
	}
	if len(got) == 0 && len(want) == 0 {
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%.60s… (-want +got):\n%s", body, diff)
	}
}

// cut gives a part of a sample: member names and list indices, outermost first.
func cut(t testing.TB, sample string, at ...any) []byte {
	t.Helper()
	var v any
	if err := json.Unmarshal(room.Sample(t, sample), &v); err != nil {
		t.Fatal(err)
	}
	for _, step := range at {
		switch step := step.(type) {
		case string:
			v = v.(map[string]any)[step]
		case int:
			v = v.([]any)[step]
		}
	}
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return body
}
