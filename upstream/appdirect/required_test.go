package appdirect_test

import "testing"

// required is what of a printed reply is not forgiven: the lists, and the ids of what it is read for.
var required = map[string]string{
	"appdirect.listCompanies":            "content content.uuid",
	"appdirect.readCompany":              "uuid",
	"appdirect.listMemberships":          "content content.user content.user.uuid",
	"appdirect.listUserMemberships":      "content content.company content.company.uuid",
	"appdirect.listUsers":                "content content.uuid",
	"appdirect.listApplications":         "content content.id content.uuid",
	"appdirect.listCatalog":              "content content.uuid",
	"appdirect.readEdition":              "id uuid",
	"appdirect.listBundles":              "id uuid",
	"appdirect.listSubscriptions":        "id order.orderLines.orderLine",
	"appdirect.listCompanySubscriptions": "id order.orderLines.orderLine",
	"appdirect.readSubscription":         "id order.orderLines.orderLine",
	"appdirect.listCarts":                "content content.id content.items.id",
	"appdirect.createCart":               "buyerUserId",
	"appdirect.updateCart":               "id items.id",
	"appdirect.addCartItem":              "id",
	"appdirect.updateCartItem":           "id",
	"appdirect.removeCartItems":          "id items.id",
	"appdirect.readCartPrices":           "items items.itemId",
	"appdirect.previewCart":              "items items.itemId",
	"appdirect.validateCart":             "id",
	"appdirect.readCartValidation":       "id",
	"appdirect.finalizeCart":             "purchaseId",
	"appdirect.readCartFields":           "data data.cartFields data.cartFields.productFields.itemId",
	"appdirect.readCheckoutSettings":     "data data.checkoutSettings data.checkoutSettings.tenant",
	"appdirect.listDiscounts":            "id",
	"appdirect.createFulfilment":         "content content.shoppingCartId content.uuid",
	"appdirect.readFulfilments":          "content content.shoppingCartId content.uuid",
	"appdirect.chooseShipping":           "shoppingCartId uuid",
	"appdirect.listPaymentMethods":       "id",
	"appdirect.createPaymentMethod":      "id",
	"appdirect.setDefaultPaymentMethod":  "paymentMethodId",
	"appdirect.listPartnerLeads":         "content content.id",
	"appdirect.listWebhooks":             "content content.uuid",
	"appdirect.createWebhook":            "uuid",
	"appdirect.listCustomers":            "id",
}

func TestRequiredMembers(t *testing.T) {
	t.Parallel()
	room.CheckRequired(t, required)
}
