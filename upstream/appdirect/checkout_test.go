package appdirect_test

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/contract"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// Values in this file are written from the samples by hand.

func TestPrintedCreatedCart(t *testing.T) {
	t.Parallel()
	contract.CheckDecodes(t, appdirect.DecodeCreatedCart, room.Sample(t, "cart-create"), appdirect.CreatedCart{
		BuyerUserID: "01ada338-52fb-42b8-8c47-c72c30b8a602", BuyerCompanyID: "08a28380-b2cf-4915-aaf8-2958b350b090", // no id is printed
	})
	contract.CheckDecodes(t, appdirect.DecodeCreatedCart, []byte(`{"id":"c","buyerUserId":"u"}`), appdirect.CreatedCart{ID: "c", BuyerUserID: "u"})
}

func TestPrintedChangedCarts(t *testing.T) {
	t.Parallel()
	contract.CheckDecodes(t, of(appdirect.UpdateCart, appdirect.DecodeChangedCart), room.Sample(t, "cart-update"), appdirect.Cart{
		ID: "5be20b01411e037ed1e5dbd5", CreatedOn: at(t, "2018-11-06T21:43:29.246Z"), Currency: "USD", Status: "ACTIVE",
		BuyerUserID: "01ada338-52fb-42b8-8c47-c72c30b8a602", BuyerCompanyID: "08a28380-b2cf-4915-aaf8-2958b350b090",
		Items: []appdirect.CartItem{{
			ID: "c039a3bd-9dc2-42fc-916f-dea189e8ec30", PricingPlanID: "d0495026-dcab-45fe-858a-757491e93121",
			Units: []appdirect.CartUnit{{Quantity: num("8"), Unit: "USERS"}},
		}},
		CustomAttributes: appdirect.CartAttributes{Purchase: appdirect.Attributes{"preferredTime": {"10:00"}}},
	})
	preferred := appdirect.Attributes{"preferredColours": {"key_red", "key_white"}, "preferredTime": {"12:00"}}
	contract.CheckDecodes(t, of(appdirect.RemoveCartItems, appdirect.DecodeChangedCart), room.Sample(t, "cart-items-delete"), appdirect.Cart{
		ID: "4f59d160-0e63-45c4-bb91-7ebe873da29f", CreatedOn: at(t, "2020-10-12T07:20:50.52Z"), Currency: "USD", Status: "ACTIVE",
		BuyerUserID: "83407ce8-373f-11e6-ac61-9e71128cae77", BuyerCompanyID: "a411dc54-d46f-4002-ab00-3ea52e4eb118",
		PaymentMethodID: "a411dc54-d46f-4002-ab00-3ea52e4eb118",
		Items: []appdirect.CartItem{{
			ID: "45ae34b7-ffc1-4d74-be78-dce34008cd2e", ReferenceID: "45", PricingPlanID: "3dcc468d-fd4c-41ce-b700-f88c0c74561f",
			Units: []appdirect.CartUnit{}, DiscountCode: "DISCOUNT", DiscountID: "30",
			CustomAttributes: appdirect.ItemAttributes{VendorRequiredFields: preferred, Subscription: preferred},
		}},
		CustomAttributes: appdirect.CartAttributes{Purchase: preferred},
		Associations:     []appdirect.CartAssociation{{ParentItemID: "string", ChildItemIDs: ids("string"), Type: "ADDON"}},
	})
}

func TestPrintedCartItems(t *testing.T) {
	t.Parallel()
	for sample, c := range map[string]struct {
		route    *upstream.Route
		quantity string
	}{"cart-item-add": {appdirect.AddCartItem, "5"}, "cart-item-update": {appdirect.UpdateCartItem, "15"}} {
		contract.CheckDecodes(t, of(c.route, appdirect.DecodeCartItem), room.Sample(t, sample), appdirect.CartItem{
			ID: "e34b836e-3963-4eb7-8ce2-ca5867549ba6", PricingPlanID: "d0495026-dcab-45fe-858a-757491e93121",
			Units: []appdirect.CartUnit{{Quantity: num(c.quantity), Unit: "USERS"}},
		})
	}
}

func TestPrintedPreview(t *testing.T) {
	t.Parallel()
	contract.CheckDecodes(t, appdirect.DecodeCartPreview, room.Sample(t, "cart-preview"), appdirect.CartPreview{
		CartPrices: appdirect.CartPrices{
			Items: []appdirect.PricedItem{{ItemID: "72af4c57-3aa7-432d-ac11-749284ede2d7", ProductID: "8130e107-644e-4013-8673-1f3b04d2a39d"}},
			RecurringTotals: []appdirect.RecurringTotal{{
				BillingCycle: &appdirect.BillingCycle{Period: "MONTHLY", DayOfMonth: num("28")}, TotalSalePrice: num("0.0000000000"),
			}},
		},
		AmountDueBeforeTax: num("0.0000000000"), AmountDueAfterTax: num("0.0000000000"),
	})
}

// TestAssumedPreview: the names are those of AppDirect's own graph; numbers stay exact, however they are written.
func TestAssumedPreview(t *testing.T) {
	t.Parallel()
	contract.CheckDecodes(t, appdirect.DecodeCartPreview, []byte(`{
		"items": [], "amountDueBeforeTax": 84, "amountDueAfterTax": "90.5100000000", "totalTaxAmount": 6.51, "shippingFeeAmount": null,
		"taxSummary": [{"description": "Flat Tax", "taxAmount": "6.51"}],
		"recurringTotals": [{"totalSalePrice": 0.1, "totalSalePriceTaxIncluded": "0.10775"}]
	}`), appdirect.CartPreview{
		CartPrices: appdirect.CartPrices{
			Items: []appdirect.PricedItem{}, RecurringTotals: []appdirect.RecurringTotal{{TotalSalePrice: num("0.1"), TotalSalePriceTaxIncluded: num("0.10775")}},
		},
		AmountDueBeforeTax: num("84"), AmountDueAfterTax: num("90.5100000000"), TotalTaxAmount: num("6.51"),
		TaxSummary: []appdirect.CartTax{{Description: "Flat Tax", TaxAmount: num("6.51")}},
	})
}

func TestPrintedValidation(t *testing.T) {
	t.Parallel()
	want := appdirect.CartValidation{
		ID: "ad26eb9c-f414-4ae1-9c52-06c478ec12b0",
		BlockingErrors: []appdirect.CartFault{{
			Code: "PRICING_PLAN_NOT_FOUND", Message: "Pricing plan with ID e209b620-1fc3-4fe9-bd38-e811e605df8 not found.",
			Parameters: []appdirect.FaultParameter{{Key: "PRICING_PLAN", Value: "e209b620-1fc3-4fe9-bd38-e811e605df8"}},
		}},
		Warnings: []appdirect.CartFault{}, Info: []appdirect.Remark{}, Pending: []appdirect.Remark{},
	}
	for sample, r := range map[string]*upstream.Route{"cart-validate": appdirect.ValidateCart, "cart-validation": appdirect.ReadCartValidation} {
		contract.CheckDecodes(t, of(r, appdirect.DecodeCartValidation), room.Sample(t, sample), want)
	}
	fault := want.BlockingErrors[0]
	if fault.Parameter("PRICING_PLAN") != "e209b620-1fc3-4fe9-bd38-e811e605df8" || fault.Parameter("OTHER") != "" {
		t.Errorf("%+v", fault)
	}
}

// TestQuantities: which bound a refused quantity is beyond.
func TestQuantities(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code, bound, value string
		want               appdirect.QuantityFault
	}{
		{"UNIT_QUANTITY_MIN_ERROR", "MINIMUM", "0.5", appdirect.QuantityFault{Rule: appdirect.Minimum, Unit: "USER", Bound: "0.5"}},
		{"UNIT_QUANTITY_MAX_ERROR", "MAXIMUM", "9", appdirect.QuantityFault{Rule: appdirect.Maximum, Unit: "USER", Bound: "9"}},
		{"UNIT_QUANTITY_INCREMENT_ERROR", "INCREMENT", "1", appdirect.QuantityFault{Rule: appdirect.Increment, Unit: "USER", Bound: "1"}},
		{"UnitQuantityMinError", "MINIMUM", "1", appdirect.QuantityFault{Rule: appdirect.Minimum, Unit: "USER", Bound: "1"}},
		{"UNIT_QUANTITY_MIN_ERROR", "MAXIMUM", "1", appdirect.QuantityFault{}},
		{"UNIT_QUANTITY_MIN_ERROR", "MINIMUM", "", appdirect.QuantityFault{}},
		{"INVALID_ITEM_QUANTITIES", "MINIMUM", "1", appdirect.QuantityFault{}}, // of a purchase, not of a cart
		{"", "", "1", appdirect.QuantityFault{}},
	} {
		fault := appdirect.CartFault{Code: wire.Text(c.code), Parameters: []appdirect.FaultParameter{
			{Key: "UNIT", Value: "USER"}, {Key: wire.Text(c.bound), Value: wire.Text(c.value)},
		}}
		got, ok := fault.Quantity()
		if diff := cmp.Diff(c.want, got); diff != "" || ok != (c.want != appdirect.QuantityFault{}) {
			t.Errorf("%s: %t (-want +got):\n%s", c.code, ok, diff)
		}
	}
}

// TestRemarks: what is pending is printed empty only.
func TestRemarks(t *testing.T) {
	t.Parallel()
	got, err := appdirect.DecodeCartValidation(appdirect.ReadCartValidation,
		[]byte(`{"id":"v","info":["a",{"message":"b"}],"pendingValidations":[{"code":"C","message":"c"},"d",{"itemId":"i"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]appdirect.Remark{{"a", "b"}, {"C", "d", ""}}, [][]appdirect.Remark{got.Info, got.Pending}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPrintedPurchase(t *testing.T) {
	t.Parallel()
	contract.CheckDecodes(t, appdirect.DecodePurchase, room.Sample(t, "cart-finalize"),
		appdirect.Purchase{PurchaseID: "42d444da-9da5-4fc6-b0e0-4879fe549307"})
	contract.CheckDecodes(t, appdirect.DecodePurchase, []byte(`{"purchaseId":"p","purchaseNumber":"024283"}`),
		appdirect.Purchase{PurchaseID: "p", PurchaseNumber: "024283"})
}

func TestPrintedDiscounts(t *testing.T) {
	t.Parallel()
	contract.CheckDecodes(t, appdirect.DecodeDiscounts, room.Sample(t, "discounts-list"), []appdirect.Discount{{
		ID: "4", Description: "SOMEDESCRIPTION", AutoApply: wire.Bool{Value: true, Valid: true}, Type: "PERCENTAGE", Percentage: num("70"),
		Redemptions: num("0"), MinUnits: num("0"), MaxUnits: num("0"), Unit: "USER",
	}})
}

// TestAssumedOrders: the order of a printed subscription, in each form of a list.
func TestAssumedOrders(t *testing.T) {
	t.Parallel()
	one := cut(t, "subscription-creating-a-subscription", "order")
	order, err := appdirect.DecodeOrder(one)
	if err != nil {
		t.Fatal(contract.Cause(err))
	}
	if order.ID != "1587" || order.Company.ID != "a012bb88-c2c5-40a1-b140-ec6ed4593b78" || order.User.ID != "3d4d2342-b7c4-4865-85bd-842f269adae6" ||
		order.PaymentPlan.ID != "541" || order.Status != "ACTIVE" || !order.TotalPrice.Value.Equal(num("26.57").Value) || len(order.Lines) == 0 {
		t.Errorf("%+v", order)
	}
	for body, counted := range map[string]bool{`[` + string(one) + `]`: false, `{"content":[` + string(one) + `],"page":{"totalElements":7}}`: true} {
		page, err := appdirect.DecodeOrders(appdirect.ListOrders, []byte(body))
		if err != nil || (page.Info != nil) != counted {
			t.Fatalf("%+v, %v", page, err)
		}
		if diff := cmp.Diff([]appdirect.PurchaseOrder{order}, page.Items); diff != "" {
			t.Errorf("(-alone +listed):\n%s", diff)
		}
	}
	numbered, err := appdirect.DecodeOrder([]byte(`{"id":1,"referenceCode":"024283","purchaseId":"p","creationDate":"1541027320333"}`))
	if err != nil || numbered.ReferenceCode != "024283" || numbered.PurchaseID != "p" || numbered.CreationDate.IsZero() {
		t.Errorf("%+v, %v", numbered, err)
	}
}

func TestPrintedFulfilments(t *testing.T) {
	t.Parallel()
	quote := func(id wire.Text, name string) appdirect.ShippingQuote {
		return appdirect.ShippingQuote{
			ID: id, Name: map[string]wire.Text{"en-US": wire.Text(name)}, ServiceType: "STANDARD", Currency: "USD",
			Cost: num("0"), IsFree: wire.Bool{Value: true, Valid: true},
		}
	}
	want := appdirect.Fulfilment{
		UUID: "115fc7b4-43f6-4261-8ad7-a205502b17bb", CartID: "6512b7ff875fe104e5fde6da", State: "validated", Status: "UNFULFILLED", Currency: "USD",
		SameAsBillingAddress: wire.Bool{Valid: true},
		DeliveryAddress: &appdirect.DeliveryAddress{
			Name: "Vikram", AddressLine1: "50 Grove St1.", City: "Somerville", SubdivisionCode: "MA", PostalCode: "02114", CountryCode: "US",
		},
		Quotes: []appdirect.ShippingQuote{
			quote("56a9cfeb-2ca7-422e-8a0e-1b9a9aa0fc9e", "Free Shipping Standard"), quote("e3c98671-7e3a-41ee-be52-a662634192e2", "FREE"),
		},
		QuotesExpiryDate: at(t, "2121-01-01T00:00:00Z"),
		Fee: &appdirect.ShippingFee{
			ID: "6eec217f-0f38-43bd-b7a6-59c9262fad6a", QuoteID: "e3c98671-7e3a-41ee-be52-a662634192e2", CartFeeID: "8be34b89-1aa5-468f-8663-ad725221dd43",
		},
	}
	for sample, r := range map[string]*upstream.Route{"fulfilment-create": appdirect.CreateFulfilment, "fulfilments-read": appdirect.ReadFulfilments} {
		contract.CheckDecodes(t, of(r, appdirect.DecodeFulfilments), room.Sample(t, sample), appdirect.Page[appdirect.Fulfilment]{
			Items: []appdirect.Fulfilment{want}, Info: &appdirect.PageInfo{Size: 50, TotalElements: 1, Number: 1},
		})
	}
	want.DeliveryAddress = nil // not in the answer to choosing
	want.Fee = &appdirect.ShippingFee{
		ID: "bc468e33-ebc2-4710-8375-399990f2d84c", QuoteID: "e3c98671-7e3a-41ee-be52-a662634192e2", CartFeeID: "2f45cafe-524c-46df-8ac9-bc954bd4fdec",
	}
	contract.CheckDecodes(t, appdirect.DecodeFulfilment, room.Sample(t, "shipping-choose"), want)
}

func TestPrintedPaymentMethods(t *testing.T) {
	t.Parallel()
	card := appdirect.CardProperties{Brand: "VISA", ExpirationMonth: "5", ExpirationYear: "2019"}
	const id = "e35c2f85-ef92-4a8f-89f0-45b62fb95fa7"
	contract.CheckDecodes(t, appdirect.DecodePaymentMethods, room.Sample(t, "payment-methods-list"), []appdirect.PaymentMethod{
		{ID: id, Type: "CARD", AccountDisplay: "1111", Default: no, Card: card},
		{ID: id, Type: "BANKACCOUNT", AccountDisplay: "11111111", Default: no},
		{ID: id, Type: "MYRANDOMTYPE", AccountDisplay: "5555555555", Default: no},
	})
	contract.CheckDecodes(t, appdirect.DecodePaymentMethod, room.Sample(t, "payment-method-create"), appdirect.PaymentMethod{
		ID: id, Type: "CARD", AccountDisplay: "1111", Default: wire.Bool{Value: true, Valid: true}, Card: card,
	})
	contract.CheckDecodes(t, appdirect.DecodeDefaultPaymentMethods, room.Sample(t, "payment-method-default"), []appdirect.DefaultPaymentMethod{{ID: id}})
}

// TestEnding: never more than four characters of an account.
func TestEnding(t *testing.T) {
	t.Parallel()
	for account, want := range map[wire.Text]string{"": "", "11": "11", "1111": "1111", "123456789": "6789", "ab€defg": "defg"} {
		if m := (appdirect.PaymentMethod{AccountDisplay: account}); m.Ending() != want {
			t.Errorf("%s: %s", account, m.Ending())
		}
	}
}

func TestPaymentMethodTypes(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`["CARD","BANKACCOUNT"]`, `[{"paymentMethodType":"CARD","type":7},{"type":"BANKACCOUNT"}]`} {
		contract.CheckDecodes(t, appdirect.DecodePaymentMethodTypes, []byte(body), []appdirect.PaymentMethodType{"CARD", "BANKACCOUNT"})
	}
	contract.CheckDecodes(t, appdirect.DecodePaymentMethodTypes, []byte(`[]`), []appdirect.PaymentMethodType{})
}

func TestPrintedCartFields(t *testing.T) {
	t.Parallel()
	got, err := appdirect.DecodeCartFields(room.Sample(t, "cart-fields"))
	if err != nil {
		t.Fatal(contract.Cause(err))
	}
	forms := got.ProductFields[0].Forms
	if got.ProductFields[0].ItemID != "8dff5f47-60ed-40cf-9c29-133a52cf3d86" || len(forms) != 1 || forms[0].Title != "Additional Information" || len(forms[0].Fields) != 11 {
		t.Fatalf("%+v", got.ProductFields)
	}
	want := appdirect.CartField{
		Type: "PHONE_NUMBER", Code: "Address/PhoneNumber", Title: "Phone number", Validations: &appdirect.CartFieldValidations{
			Expression: "^[+]?[0-9]+([- ]?[0-9]+)*$", MinLength: num("1"), MaxLength: num("255"), ReadOnly: no, Required: yes,
		},
	}
	if diff := cmp.Diff(want, forms[0].Fields[10]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	optional := &appdirect.CartFieldValidations{ReadOnly: no, Required: no}
	if diff := cmp.Diff([][]appdirect.CartField{
		{{Type: "TEXT", Code: "testID", Title: "Purchase Custom VO", SubTitle: "Enter value here", Validations: optional}},
		{{Type: "TEXT", Code: "testID", Title: "subscription VO", Validations: optional}},
	}, [][]appdirect.CartField{got.PurchaseCustomAttributes, got.SubscriptionCustomAttributes}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPrintedCheckoutSettings(t *testing.T) {
	t.Parallel()
	got, err := appdirect.DecodeCheckoutSettings(room.Sample(t, "checkout-settings"))
	if err != nil {
		t.Fatal(contract.Cause(err))
	}
	if got.Tenant != "ENGAGE19BILLING" || !got.FlatTaxRate.Value.Equal(num("0.0775").Value) || !got.ShippingCostEnabled.Value || got.AllowDiscountCredit != (wire.Bool{Valid: true}) ||
		got.DefaultLocale != "en-US" || !slices.Equal(got.SupportedLocales, ids("en-US", "it-CH", "fr-CA")) || got.SupportPhone != "(403) 999-9999" ||
		got.SupportEmail[1] != (appdirect.LocalizedText{Locale: "it-CH", Value: "supportitch@example.com"}) ||
		got.TermsURL[2].Value != "https://www.example.com/fr-ca/terms" || got.PrivacyURL[0].Value != "https://www.example.com/privacy1" {
		t.Errorf("%+v", got)
	}
}

// TestGraphFaults: a refusal by the backend's own graph is one like any other, though its status is 200.
func TestGraphFaults(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]upstream.Kind{
		"BAD_REQUEST": upstream.Refused, "GRAPHQL_VALIDATION_FAILED": upstream.Refused, "NOT_FOUND": upstream.NotFound,
		"UNAUTHORIZED": upstream.Unauthenticated, "FORBIDDEN": upstream.Forbidden, "RESOURCE_LIMIT_EXCEEDED": upstream.Refused,
		"RATE_LIMIT_EXCEEDED": upstream.RateLimited, "INTERNAL_SERVER_ERROR": upstream.Unavailable,
		"OF_TOMORROW": upstream.MalformedReply, "": upstream.MalformedReply,
	} {
		for _, data := range []string{`null`, `{"cartFields":null}`, `{"cartFields":{}}`} {
			body := `{"errors":[{"message":"` + secret + `","path":["cartFields"],"extensions":{"code":"` + code + `"}}],"data":` + data + `}`
			got, err := appdirect.DecodeCartFields([]byte(body))
			var e *upstream.Error
			var fault *appdirect.GraphFault
			if !errors.As(err, &e) || e.Kind != want || e.OutcomeUnknown() || !errors.As(err, &fault) || got.ProductFields != nil {
				t.Errorf("%s: %+v, %v", code, got, err)
			}
			if strings.Contains(err.Error()+fault.Error(), secret) {
				t.Errorf("%v: %v", err, fault)
			}
		}
	}
}

// TestAttributesInEveryForm that is printed; a wrapper with other members beside it is an attribute of that name.
func TestAttributesInEveryForm(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]appdirect.Attributes{
		`null`:                                  nil,
		`{}`:                                    nil,
		`{"customAttributes":{}}`:               nil,
		`{"a":"x"}`:                             {"a": {"x"}},
		`{"a":["x","y"],"b":7,"c":true}`:        {"a": {"x", "y"}, "b": {"7"}, "c": {"true"}},
		`{"customAttributes":{"a":"x","b":[]}}`: {"a": {"x"}, "b": {}},
		`{"customAttributes":"x"}`:              {"customAttributes": {"x"}},
		`{"customAttributes":["x"],"a":null}`:   {"customAttributes": {"x"}, "a": {}},
		`{"customAttributes":{"customAttributes":1}}`: {"customAttributes": {"1"}},
	} {
		var got appdirect.Attributes
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Errorf("%s: %v", body, err)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
	for _, body := range []string{`"x"`, `[]`, `{"a":{}}`, `{"a":[[]]}`, `{"customAttributes":{"a":{}}}`, `{"a":"x","customAttributes":{"b":"y"}}`} {
		var got appdirect.Attributes
		if err := json.Unmarshal([]byte(body), &got); err == nil {
			t.Errorf("%s: %v", body, got)
		}
	}
}

// TestAttributesComeBack as they were sent.
func TestAttributesComeBack(t *testing.T) {
	t.Parallel()
	values := rapid.MapOf(rapid.String(), rapid.SliceOf(rapid.String()))
	rapid.Check(t, func(t *rapid.T) {
		want := appdirect.Attributes(values.Draw(t, "attributes"))
		body, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got appdirect.Attributes
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		if !maps.EqualFunc(want, got, slices.Equal) {
			t.Errorf("%s: %v, want %v", body, got, want)
		}
	})
}

// refusal is the error of a call that was refused with this body, through the real transport.
func refusal(t *testing.T, status int, body string) error {
	t.Helper()
	c, _ := shop(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
	_, err := c.Do(t.Context(), write(appdirect.FinalizeCart))
	return err
}

// TestCheckoutErrors: each documented body of a refusal.
func TestCheckoutErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
		want   appdirect.CheckoutError
	}{
		"status, code and message": {
			400, `{"status":400,"code":"VALIDATION_ERROR","message":"Missing required parameters"}`,
			appdirect.CheckoutError{Status: 400, Code: "VALIDATION_ERROR", Message: "Missing required parameters"},
		},
		"code and message": {
			409, `{"code":"APP_ALREADY_EXISTS","message":"Company has already purchased the application."}`,
			appdirect.CheckoutError{Status: 409, Code: "APP_ALREADY_EXISTS", Message: "Company has already purchased the application."},
		},
		"code alone":              {500, `{"status":500,"code":"INTERNAL_SERVER_ERROR"}`, appdirect.CheckoutError{Status: 500, Code: "INTERNAL_SERVER_ERROR"}},
		"message alone":           {404, `{"message":"gone"}`, appdirect.CheckoutError{Status: 404, Message: "gone"}},
		"a code that is a number": {400, `{"code":7}`, appdirect.CheckoutError{Status: 400, Code: "7"}},
		"a validation": {
			400, string(room.Sample(t, "cart-validate")),
			appdirect.CheckoutError{Status: 400, BlockingErrors: []appdirect.CartFault{{
				Code: "PRICING_PLAN_NOT_FOUND", Message: "Pricing plan with ID e209b620-1fc3-4fe9-bd38-e811e605df8 not found.",
				Parameters: []appdirect.FaultParameter{{Key: "PRICING_PLAN", Value: "e209b620-1fc3-4fe9-bd38-e811e605df8"}},
			}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := appdirect.CheckoutErrorOf(refusal(t, c.status, c.body))
			if diff := cmp.Diff(c.want, got); !ok || diff != "" {
				t.Errorf("%t (-want +got):\n%s", ok, diff)
			}
		})
	}
}

// TestNoCheckoutErrors: what says nothing is not taken for a refusal with words.
func TestNoCheckoutErrors(t *testing.T) {
	t.Parallel()
	for _, body := range []string{``, `{}`, `<html>`, `[]`, `"x"`, `{"code":{}}`, `{"blockingErrors":[]}`, `{"status":400}`, `{"code":"C"`} {
		if got, ok := appdirect.CheckoutErrorOf(refusal(t, 400, body)); ok {
			t.Errorf("%s: %+v", body, got)
		}
	}
	for _, err := range []error{nil, io.EOF, upstream.Malformed(appdirect.FinalizeCart, io.EOF)} {
		if got, ok := appdirect.CheckoutErrorOf(err); ok {
			t.Errorf("%v: %+v", err, got)
		}
	}
}
