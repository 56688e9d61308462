package appdirect_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/contract"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// encoded is a request body, of which the sample is what is printed for the endpoint.
type encoded struct {
	sample string
	body   func() ([]byte, error)
	want   string
	// unprinted are members that the sample does not show: they stand in an answer of the same endpoint.
	unprinted []string
}

var requests = map[string]encoded{
	"new cart": {
		"cart", func() ([]byte, error) {
			return appdirect.EncodeCart(appdirect.CartRequest{
				OwnerUserID: "u", OwnerCompanyID: "c", BuyerUserID: "u", BuyerCompanyID: "c", BuyerType: "CUSTOMER", Currency: "USD", Locale: "en_US",
				Items: []appdirect.CartItemRequest{{PricingPlanID: "p", Units: []appdirect.CartUnitRequest{{Quantity: decimal.RequireFromString("2.50"), Unit: "USER"}}}},
			})
		},
		`{"ownerUserId":"u","ownerCompanyId":"c","buyerUserId":"u","buyerCompanyId":"c","buyerType":"CUSTOMER","currency":"USD","locale":"en_US",
		  "items":[{"pricingPlanId":"p","units":[{"quantity":"2.5","unit":"USER"}]}]}`,
		[]string{"items.units.quantity", "items.units.unit"},
	},
	"payment method of a cart": {
		"cart", func() ([]byte, error) { return appdirect.EncodeCart(appdirect.CartRequest{PaymentMethodID: "m"}) },
		`{"paymentMethodId":"m"}`, nil,
	},
	"attributes of a cart": {
		"cart", func() ([]byte, error) {
			return appdirect.EncodeCart(appdirect.CartRequest{
				CustomAttributes: appdirect.CartAttributes{Purchase: appdirect.Attributes{"preferredColours": {"key_red", "key_white"}, "preferredTime": {"12:00"}}},
				Associations:     []appdirect.CartAssociation{{ParentItemID: "a", ChildItemIDs: ids("b"), Type: "ADDON"}},
			})
		},
		`{"customAttributes":{"purchase":{"customAttributes":{"preferredColours":["key_red","key_white"],"preferredTime":"12:00"}}},
		  "associations":[{"parentItemId":"a","childItemIds":["b"],"type":"ADDON"}]}`, nil,
	},
	"nothing of a cart": {
		"cart", func() ([]byte, error) { return appdirect.EncodeCart(appdirect.CartRequest{}) }, `{}`, nil,
	},
	"item": {
		"cart-item", func() ([]byte, error) {
			return appdirect.EncodeCartItem(appdirect.CartItemRequest{
				ReferenceID: "45", PricingPlanID: "p", DiscountCode: "FLAT", Units: []appdirect.CartUnitRequest{{Quantity: decimal.NewFromInt(5), Unit: "USERS"}},
				CustomAttributes: appdirect.ItemAttributes{
					VendorRequiredFields: appdirect.Attributes{"preferredTime": {"12:00"}}, Subscription: appdirect.Attributes{"preferredColours": {}},
				},
			})
		},
		`{"referenceId":"45","pricingPlanId":"p","discountCode":"FLAT","units":[{"quantity":"5","unit":"USERS"}],"customAttributes":{
		  "vendorRequiredFields":{"customAttributes":{"preferredTime":"12:00"}},"subscription":{"customAttributes":{"preferredColours":[]}}}}`,
		[]string{"units.quantity", "units.unit"},
	},
	"items to remove": {
		"cart-items-delete", func() ([]byte, error) { return appdirect.EncodeItemIDs([]string{"a", "b"}, false) }, `{"ids":["a","b"]}`, nil,
	},
	"items to remove with their add-ons": {
		"cart-items-delete", func() ([]byte, error) { return appdirect.EncodeItemIDs([]string{"a"}, true) }, `{"ids":["a"],"cascade":["ADDON"]}`, nil,
	},
	"delivery address": {
		"fulfilment", func() ([]byte, error) {
			return appdirect.EncodeFulfilment(appdirect.FulfilmentRequest{CartID: "c", DeliveryAddress: &appdirect.DeliveryAddress{
				Name: "Ann", AddressLine1: "1 Main St", AddressLine2: "2nd floor", City: "Somerville", SubdivisionCode: "MA", PostalCode: "02114", CountryCode: "US",
			}})
		},
		`{"shoppingCartId":"c","sameAsBillingAddress":false,"deliveryAddress":{"name":"Ann","addressLine1":"1 Main St","addressLine2":"2nd floor",
		  "city":"Somerville","subdivisionCode":"MA","postalCode":"02114","countryCode":"US"}}`,
		[]string{"deliveryAddress.addressLine2"},
	},
	"billing address": {
		"fulfilment", func() ([]byte, error) {
			return appdirect.EncodeFulfilment(appdirect.FulfilmentRequest{CartID: "c", SameAsBillingAddress: true})
		},
		`{"shoppingCartId":"c","sameAsBillingAddress":true}`, nil,
	},
	"quote": {
		"shipping-choice", func() ([]byte, error) { return appdirect.EncodeShippingChoice("q") }, `{"shippingQuoteId":"q"}`, nil,
	},
	"payment method": {
		"payment-method", func() ([]byte, error) { return appdirect.EncodePaymentMethod(tokenOf("pm_1")) },
		`{"ownerId":"u","companyId":"c","token":"pm_1"}`, nil,
	},
	"default payment method": {
		"payment-method-default", func() ([]byte, error) {
			return appdirect.EncodeDefaultPaymentMethod(appdirect.DefaultPaymentMethodRequest{OwnerID: "u", CompanyID: "c", PaymentMethodID: "m"})
		},
		`{"ownerId":"u","companyId":"c","paymentMethodId":"m"}`, nil,
	},
	"webhook": {
		"webhook", func() ([]byte, error) { return appdirect.EncodeWebhook(hookOf("t")) },
		`{"resourceType":"USER","resourceActions":["CHANGED"],"url":"https://g.example/webhooks/appdirect","authenticationToken":"t"}`, nil,
	},
}

func hookOf(token string) appdirect.WebhookRequest {
	return appdirect.WebhookRequest{ResourceType: "USER", Actions: []string{"CHANGED"}, URL: "https://g.example/webhooks/appdirect", Token: token}
}

func tokenOf(token string) appdirect.PaymentMethodRequest {
	return appdirect.PaymentMethodRequest{OwnerID: "u", CompanyID: "c", Token: token}
}

// TestRequests: what is sent, and that each member of it stands in the sample that is printed for the endpoint.
func TestRequests(t *testing.T) {
	t.Parallel()
	for name, r := range requests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := r.body()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(contract.Parsed(t, []byte(r.want)), contract.Parsed(t, got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			sample, err := os.ReadFile("testdata/requests/" + r.sample + ".json")
			if err != nil {
				t.Fatal(err)
			}
			printed := slices.Concat(contract.Members(contract.Parsed(t, sample)), r.unprinted)
			for _, member := range contract.Members(contract.Parsed(t, got)) {
				if !slices.Contains(printed, member) {
					t.Errorf("%s is not printed", member)
				}
			}
		})
	}
}

// TestEveryRequestSampleIsUsed: a sample that no request is held against would prove nothing.
func TestEveryRequestSampleIsUsed(t *testing.T) {
	t.Parallel()
	files, err := os.ReadDir("testdata/requests")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), ".json")
		if !slices.ContainsFunc(slices.Collect(maps.Values(requests)), func(r encoded) bool { return r.sample == name }) {
			t.Errorf("%s is used by no request", f.Name())
		}
	}
}

// TestNoWayToSayACard: whose it is and a token, and that is all. A new field here is a decision about card numbers.
func TestNoWayToSayACard(t *testing.T) {
	t.Parallel()
	var fields []string
	for f := range reflect.TypeFor[appdirect.PaymentMethodRequest]().Fields() {
		fields = append(fields, f.Name)
	}
	if diff := cmp.Diff([]string{"OwnerID", "CompanyID", "Token"}, fields); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTokensAreNotPrinted, however a request is.
func TestTokensAreNotPrinted(t *testing.T) {
	t.Parallel()
	method, hook := tokenOf(secret), hookOf(secret)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, request := range []any{method, &method, hook, &hook} {
			if s := fmt.Sprintf(verb, request); strings.Contains(s, secret) {
				t.Errorf("%s: %s", verb, s)
			}
		}
	}
}

// TestGraphRequests: documents never change, only variables do.
func TestGraphRequests(t *testing.T) {
	t.Parallel()
	type request struct {
		Query     string            `json:"query"`
		Variables map[string]string `json:"variables"`
	}
	read := func(body []byte, err error) (r request) {
		t.Helper()
		if err != nil || json.Unmarshal(body, &r) != nil {
			t.Fatalf("%s: %v", body, err)
		}
		return r
	}
	odd := `c" } } evil { x`
	one, other := read(appdirect.EncodeCartFields("c", "en-US")), read(appdirect.EncodeCartFields(odd, "fr-CA"))
	if one.Query != other.Query || one.Variables["cartId"] != "c" || one.Variables["locale"] != "en-US" || other.Variables["cartId"] != odd {
		t.Errorf("%+v, %+v", one, other)
	}
	settings := read(appdirect.EncodeCheckoutSettings())
	if settings.Variables != nil {
		t.Errorf("%+v", settings)
	}
	for query, sample := range map[string]string{one.Query: "cart-fields", settings.Query: "checkout-settings"} {
		for _, member := range contract.Members(contract.Parsed(t, room.Sample(t, sample))) {
			name := member[strings.LastIndex(member, ".")+1:]
			// The sample has a member more than the printed document asks for.
			if name != "data" && name != "validationType" && !strings.Contains(query, name) {
				t.Errorf("%s is not asked for", member)
			}
		}
	}
}

func ids(all ...wire.Text) []wire.Text { return all }
