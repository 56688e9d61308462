package appdirect_test

import (
	"testing"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/contract"
)

// secret stands for what a reply may hold and no log must.
const secret = contract.Secret

// TestRefusedByAll: no decoder may take these for a reply, nor give half of one.
func TestRefusedByAll(t *testing.T) {
	t.Parallel()
	room.CheckRefusedByAll(t, append(contract.NoReplies(),
		`{"content":[}`, `{"message":"`+secret+`"}`, `{"code":"500","message":"`+secret+`"}`,
		`{"error":{"code":500,"text":"`+secret+`"}}`, `[null]`, `[1]`, `[{"message":"`+secret+`"}]`, `{"content":{}}`,
		`{"content":"`+secret+`"}`, `{"content":[{}]}`, `{"content":[null]}`, `{"content":[{"uuid":{"`+secret+`":1}}]}`,
		`{"uuid":["`+secret+`"]}`, `{"id":["`+secret+`"]}`,
	))
}

// TestRefusedValues: one wrong member in an otherwise whole reply.
func TestRefusedValues(t *testing.T) {
	t.Parallel()
	room.CheckRefused(t, []contract.Refusal{
		{Route: appdirect.ReadCompany, Body: `{"uuid":"c","enabled":"` + secret + `"}`},
		{Route: appdirect.ReadCompany, Body: `{"uuid":"c","creationDate":"` + secret + `"}`},
		{Route: appdirect.ReadCompany, Body: `{"uuid":"c","address":["` + secret + `"]}`},
		{Route: appdirect.ListCompanies, Body: `{"content":[{"uuid":"c"},{"name":"` + secret + `"}]}`},
		{Route: appdirect.ListCompanies, Body: `{"content":null}`},
		{Route: appdirect.ListCompanies, Body: `{"content":[],"page":{"totalElements":"` + secret + `"}}`},
		{Route: appdirect.ReadUser, Body: `{"uuid":"u","roles":"` + secret + `"}`},
		{Route: appdirect.ListMemberships, Body: `{"content":[{"company":{"uuid":"c"}}]}`},
		{Route: appdirect.ListMemberships, Body: `{"content":[{"user":{},"company":{"uuid":"c"}}]}`},
		{Route: appdirect.ListUserMemberships, Body: `[{"user":{"uuid":"u"},"roles":["ROLE_SYS_ADMIN"]}]`},
		{Route: appdirect.ListApplications, Body: `{"content":[{"id":1}]}`},
		{Route: appdirect.ListApplications, Body: `{"content":[{"uuid":"p"}]}`},
		{Route: appdirect.ReadProduct, Body: `{"id":1,"uuid":"p","rating":"` + secret + `"}`},
		{Route: appdirect.ReadProduct, Body: `{"uuid":"p","href":"http://x/products/"}`},
		{Route: appdirect.ReadEdition, Body: `{"id":1}`},
		{Route: appdirect.ReadEdition, Body: `{"id":1,"uuid":"e","plans":[{"costs":{"cost":{"amount":{"USD":"` + secret + `"}}}}]}`},
		{Route: appdirect.ReadSubscription, Body: `{"id":"s","maxUsers":1e999}`},
		{Route: appdirect.ReadSubscription, Body: `{"id":"s","order":{"orderLines":{}}}`},
		{Route: appdirect.ListSubscriptions, Body: `[{"id":"s"},{"status":"ACTIVE"}]`},
		{Route: appdirect.ListCompanySubscriptions, Body: `[{"id":"s","company":["` + secret + `"]}]`},
		{Route: appdirect.ListCompanyInvoices, Body: `[{"invoiceId":1},{"status":"PAID"}]`},
		{Route: appdirect.ReadInvoice, Body: `{"total":1}`},
		{Route: appdirect.ReadInvoice, Body: `{"invoiceId":1,"total":"` + secret + `"}`},
		{Route: appdirect.ReadInvoice, Body: `{"invoiceId":1,"dueDate":"` + secret + `"}`},
		{Route: appdirect.ListCarts, Body: `{"content":[{"id":"c"},{"status":"ACTIVE"}]}`},
		{Route: appdirect.ListCarts, Body: `{"content":[{"id":"c","items":[{"pricingPlanId":"p"}]}]}`},
		{Route: appdirect.ReadCart, Body: `{"id":"c","items":"` + secret + `"}`},
		{Route: appdirect.ReadCart, Body: `{"id":"c","items":[{"id":"i","units":[{"quantity":"` + secret + `"}]}]}`},
		{Route: appdirect.ReadCartPrices, Body: `{"recurringTotals":[]}`},
		{Route: appdirect.ReadCartPrices, Body: `{"items":[{"productId":"p"}]}`},
		{Route: appdirect.ReadCartPrices, Body: `{"items":[],"recurringTotals":[{"totalSalePrice":"` + secret + `"}]}`},
		{Route: appdirect.CreateCart, Body: `{"id":"c"}`},
		{Route: appdirect.UpdateCart, Body: `{"id":"c","customAttributes":{"purchase":{"a":{"` + secret + `":1}}}}`},
		{Route: appdirect.UpdateCart, Body: `{"id":"c","associations":"` + secret + `"}`},
		{Route: appdirect.AddCartItem, Body: `{"pricingPlanId":"p"}`},
		{Route: appdirect.UpdateCartItem, Body: `{"id":"i","units":[{"quantity":"` + secret + `"}]}`},
		{Route: appdirect.RemoveCartItems, Body: `{"items":[]}`},
		{Route: appdirect.RemoveCartItems, Body: `{"id":"c","items":[{"units":[]}]}`},
		{Route: appdirect.PreviewCart, Body: `{"amountDueAfterTax":"1"}`},
		{Route: appdirect.PreviewCart, Body: `{"items":[{"productId":"p"}]}`},
		{Route: appdirect.PreviewCart, Body: `{"items":[],"amountDueAfterTax":"` + secret + `"}`},
		{Route: appdirect.PreviewCart, Body: `{"items":[],"taxSummary":{"taxAmount":1}}`},
		{Route: appdirect.ValidateCart, Body: `{"blockingErrors":[]}`},
		{Route: appdirect.ReadCartValidation, Body: `{"id":"v","pendingValidations":[["` + secret + `"]]}`},
		{Route: appdirect.ReadCartValidation, Body: `{"id":"v","blockingErrors":["` + secret + `"]}`},
		{Route: appdirect.FinalizeCart, Body: `{"purchaseNumber":"024283"}`},
		{Route: appdirect.ReadCartFields, Body: `{"data":null}`},
		{Route: appdirect.ReadCartFields, Body: `{"data":{}}`},
		{Route: appdirect.ReadCartFields, Body: `{"data":{"cartFields":null}}`},
		{Route: appdirect.ReadCartFields, Body: `{"data":{"cartFields":{"productFields":[{"forms":[]}]}}}`},
		{Route: appdirect.ReadCartFields, Body: `{"errors":"` + secret + `"}`},
		{Route: appdirect.ReadCheckoutSettings, Body: `{"data":{"checkoutSettings":{}}}`},
		{Route: appdirect.ReadCheckoutSettings, Body: `{"data":{"checkoutSettings":{"tenant":"t","flatTaxRate":"` + secret + `"}}}`},
		{Route: appdirect.ListDiscounts, Body: `null`},
		{Route: appdirect.ListDiscounts, Body: `[{"code":"` + secret + `"}]`},
		{Route: appdirect.ListOrders, Body: `{"content":[{"referenceCode":"024283"}]}`},
		{Route: appdirect.ListCompanyOrders, Body: `[{"id":1},{"status":"ACTIVE"}]`},
		{Route: appdirect.ReadOrder, Body: `{"id":1,"totalPrice":"` + secret + `"}`},
		{Route: appdirect.CreateFulfilment, Body: `{"content":[{"uuid":"f"}]}`},
		{Route: appdirect.ReadFulfilments, Body: `[{"uuid":"f","shoppingCartId":"c"}]`},
		{Route: appdirect.ChooseShipping, Body: `{"shoppingCartId":"c"}`},
		{Route: appdirect.ChooseShipping, Body: `{"uuid":"f","shoppingCartId":"c","shippingQuotes":[{"cost":"` + secret + `"}]}`},
		{Route: appdirect.ListPaymentMethods, Body: `null`},
		{Route: appdirect.ListPaymentMethods, Body: `[{"accountDisplay":"` + secret + `"}]`},
		{Route: appdirect.CreatePaymentMethod, Body: `{"id":"m","default":"` + secret + `"}`},
		{Route: appdirect.SetDefaultPaymentMethod, Body: `{"paymentMethodId":"m"}`},
		{Route: appdirect.ListPaymentMethodTypes, Body: `[{"paymentMethodType":7}]`},
		{Route: appdirect.ListPaymentMethodTypes, Body: `[""]`},
		{Route: appdirect.ListPaymentMethodTypes, Body: `"` + secret + `"`},
		{Route: appdirect.ListShop, Body: `[{"id":1,"uuid":"p"},{"id":2}]`},
		{Route: appdirect.ListTags, Body: `[{"id":1,"children":[{"name":"` + secret + `"}]}]`},
		{Route: appdirect.ListRecommendations, Body: `[{"id":1,"uuid":"p","tags":"` + secret + `"}]`},
		{Route: appdirect.ListBundles, Body: `[{"id":1,"uuid":"b","bundledProducts":[{"name":"` + secret + `"}]}]`},
		{Route: appdirect.ListBundles, Body: `[{"id":1}]`},
		{Route: appdirect.ListReviews, Body: `[{"id":1,"author":"` + secret + `"}]`},
		{Route: appdirect.ListQuestions, Body: `[{"id":1,"answerCount":"` + secret + `"}]`},
		{Route: appdirect.ListAnswers, Body: `[{"id":1},{"comment":"` + secret + `"}]`},
		{Route: appdirect.ListComments, Body: `[{"id":1,"official":"` + secret + `"}]`},
		{Route: appdirect.ListLeads, Body: `[{"uuid":"l"}]`},
		{Route: appdirect.ReadLead, Body: `{"uuid":"l","customer":["` + secret + `"]}`},
		{Route: appdirect.ReadLead, Body: `{"uuid":"l","creationDate":"` + secret + `"}`},
		{Route: appdirect.ListPartnerLeads, Body: `{"content":[{"id":"l","createdOn":1534531428000}]}`},
		{Route: appdirect.ListPartnerLeads, Body: `{"content":[{"id":"l","createdOn":"2018-08-17"}]}`},
		{Route: appdirect.ListCustomers, Body: `[{"id":"c"},{"name":"` + secret + `"}]`},
		{Route: appdirect.ListCustomers, Body: `"` + secret + `"`},
	})
}

// TestAcceptedLeastReplies: what a decoder wants is the ids and no more.
func TestAcceptedLeastReplies(t *testing.T) {
	t.Parallel()
	bodies := map[*upstream.Route]string{
		appdirect.ListCompanies:            `{"content":[{"uuid":"c"}]}`,
		appdirect.ReadCompany:              `{"uuid":"c"}`,
		appdirect.ListMemberships:          `{"content":[{"user":{"uuid":"u"},"company":null}]}`,
		appdirect.ListUserMemberships:      `[{"user":null,"company":{"uuid":"c"}}]`,
		appdirect.ListUsers:                `{"content":[{"uuid":"u"}]}`,
		appdirect.ReadUser:                 `{"uuid":"u"}`,
		appdirect.ListApplications:         `{"content":[{"id":1,"uuid":"p"}]}`,
		appdirect.ListCatalog:              `{"content":[{"id":1,"uuid":"p"}]}`,
		appdirect.ReadProduct:              `{"uuid":"p","href":"http://x/products/1"}`,
		appdirect.ReadEdition:              `{"-id":"1","uuid":"e"}`,
		appdirect.ListShop:                 `[{"id":1,"uuid":"p"}]`,
		appdirect.ListTags:                 `[{"id":1}]`,
		appdirect.ListRecommendations:      `[]`,
		appdirect.ListVendorProducts:       `{"product":{"id":1,"uuid":"p"}}`,
		appdirect.ListBundles:              `[{"id":1,"uuid":"b","bundledProducts":[{"href":"x","-id":"7"}]}]`,
		appdirect.ListReviews:              `[{"id":1,"author":null}]`,
		appdirect.ListComments:             `[{"id":1}]`,
		appdirect.ListQuestions:            `[]`,
		appdirect.ListAnswers:              `{"answer":{"id":"1"}}`,
		appdirect.ListSubscriptions:        `{"id":"s"}`,
		appdirect.ListCompanySubscriptions: `[{"id":"s"}]`,
		appdirect.ReadSubscription:         `{"id":"s","edition":{"-id":"1"}}`,
		appdirect.ListCompanyInvoices:      `[{"invoiceId":1}]`,
		appdirect.ReadInvoice:              `{"invoiceId":"1","company":null}`,
		appdirect.ListCarts:                `{"content":[{"id":"c"}]}`,
		appdirect.ReadCart:                 `{"id":"c","items":null}`,
		appdirect.CreateCart:               `{"buyerUserId":"u"}`,
		appdirect.UpdateCart:               `{"id":"c","customAttributes":null}`,
		appdirect.AddCartItem:              `{"id":"i"}`,
		appdirect.UpdateCartItem:           `{"id":"i","customAttributes":{}}`,
		appdirect.RemoveCartItems:          `{"id":"c"}`,
		appdirect.ReadCartPrices:           `{"items":[]}`,
		appdirect.PreviewCart:              `{"items":[]}`,
		appdirect.ValidateCart:             `{"id":"v"}`,
		appdirect.ReadCartValidation:       `{"id":"v"}`,
		appdirect.FinalizeCart:             `{"purchaseId":"p"}`,
		appdirect.ReadCartFields:           `{"data":{"cartFields":{}}}`,
		appdirect.ReadCheckoutSettings:     `{"data":{"checkoutSettings":{"tenant":"t"}},"errors":[]}`,
		appdirect.ListDiscounts:            `[{"uuid":"d"}]`,
		appdirect.ListOrders:               `{"content":[{"id":1}]}`,
		appdirect.ListCompanyOrders:        `[{"id":1}]`,
		appdirect.ReadOrder:                `{"id":1}`,
		appdirect.CreateFulfilment:         `{"content":[{"uuid":"f","shoppingCartId":"c"}]}`,
		appdirect.ReadFulfilments:          `{"content":[]}`,
		appdirect.ChooseShipping:           `{"uuid":"f","shoppingCartId":"c"}`,
		appdirect.ListPaymentMethods:       `[{"id":"m","properties":null}]`,
		appdirect.CreatePaymentMethod:      `{"id":"m"}`,
		appdirect.SetDefaultPaymentMethod:  `[{"paymentMethodId":"m"}]`,
		appdirect.ListPaymentMethodTypes:   `["CARD"]`,
		appdirect.ListLeads:                `{"content":[{"uuid":"l","reseller":null,"application":null}]}`,
		appdirect.ReadLead:                 `{"uuid":"l"}`,
		appdirect.ListPartnerLeads:         `{"content":[{"id":"l"}]}`,
		appdirect.ListWebhooks:             `{"content":[{"uuid":"w"}]}`,
		appdirect.CreateWebhook:            `{"uuid":"w"}`,
		appdirect.ListCustomers:            `[{"id":"c","name":null}]`,
	}
	for _, d := range decoders {
		if _, err := d.Decode([]byte(bodies[d.Route])); err != nil {
			t.Errorf("%s: %s: %v", d.Route.Name, bodies[d.Route], contract.Cause(err))
		}
	}
}

// TestEmptyPages: no items is an answer.
func TestEmptyPages(t *testing.T) {
	t.Parallel()
	got, err := appdirect.DecodeCompanies([]byte(`{"content":[],"page":{"size":100,"totalElements":7,"number":3}}`))
	if err != nil || got.Items == nil || len(got.Items) != 0 || *got.Info != (appdirect.PageInfo{Size: 100, TotalElements: 7, Number: 3}) {
		t.Errorf("%+v, %v", got, err)
	}
	members, err := appdirect.DecodeUserMemberships([]byte(`[]`))
	if err != nil || members.Items == nil || len(members.Items) != 0 {
		t.Errorf("%+v, %v", members, err)
	}
}
