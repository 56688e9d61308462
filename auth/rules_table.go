package auth

import "slices"

// The closed list. PARTNER stands wherever the contract prints PARTNER_READ: a service that may write may also read.
var rules = []Rule{
	{
		Name: RulePublic, Public: true,
		Sources: []string{
			"GET /channel/v1/applications", "GET /channel/v1/stagingCatalog", "GET /marketplace/v1/products/{applicationId}",
			"GET /marketplace/v1/products/{applicationId}/editions/{editionId}", "GET /marketplace/v1/listing", "GET /marketplace/v1/navigator",
			"GET /marketplace/v1/bundles", "GET /marketplace/v1/products/{applicationId}/recommendations",
			"GET /marketplace/v1/vendors/{vendorUuid}/products", "GET /marketplace/v1/products/{applicationId}/reviews",
			"GET /marketplace/v1/products/{applicationId}/reviews/{reviewId}/comments", "GET /marketplace/v1/products/{applicationId}/questions",
			"GET /marketplace/v1/products/{applicationId}/questions/{questionId}/answers", "GET /appMarket/v2/paymentMethodTypes", graphEndpoint,
		},
		Ours: "the catalogue, with what people say of it, is what a storefront shows to visitors; plumbing (connections, edges, page info, money) holds " +
			"only what an authorised parent gave it",
	},
	{
		Name: RuleViewer, Roles: Roles(),
		Ours: "who is asking may always read what their own token and records say",
	},
	{
		Name: RuleCompanyList, Rows: RowsCompany, Customers: true,
		Sources: []string{"GET /account/v2/companies", "GET /appReseller/v1/companies"},
		Roles: []Role{
			RoleSalesSupport, RoleChannelSupport, RoleChannelAdmin, RoleCorporateAdmin, RolePartner, RolePartnerRead,
			RoleReseller, RoleResellerManager, RoleUser,
		},
		Ours: "USER is added: the endpoint lists all companies and so is not for members, but each of their own companies " +
			"they may read one by one, so their list is these",
	},
	{
		Name: RuleCompanyRead, Rows: RowsCompany, Customers: true,
		Sources: []string{"GET /account/v2/companies/{companyUuid}", "GET /appReseller/v1/companies/{companyId}"},
		Roles:   append(membersAndSupport(), RoleReseller, RoleResellerManager),
	},
	{
		Name: RuleCompanyAttribute, Rows: RowsCompany, Customers: true,
		Sources: []string{"GET /account/v2/companies/{companyUuid}", "GET /appReseller/v1/companies/{companyId}"},
		Roles:   append(administratorsAndSupport(), RoleReseller, RoleResellerManager),
		Ours: "the endpoint prints custom attributes for every member; they are what the marketplace notes about a customer, accounts at other " +
			"backends among it, so here they are for those who administer the company or sell to it, not for USER",
	},
	{
		Name: RuleMembershipRead, Rows: RowsCompany, Customers: true,
		Sources: []string{"GET /account/v2/companies/{companyUuid}/memberships", "GET /account/v2/users/{userUuid}/memberships", "GET /appReseller/v1/users"},
		Roles:   append(membersAndSupport(), RoleReseller, RoleResellerManager),
	},
	{
		Name: RuleUserRead, Rows: RowsUser, Customers: true,
		Sources: []string{"GET /account/v2/users/{userUuid}", "GET /account/v2/users", "GET /appReseller/v1/users/{userId}"},
		Roles:   append(membersAndSupport(), RoleSysAdmin, RoleReseller, RoleResellerManager),
		Ours: "the contract prints no rows: USER and SYS_ADMIN see themselves and the members of their own companies, whose list the contract shows " +
			"to them, and resellers those of their customers",
	},
	{
		Name: RuleSubscriptionRead, Rows: RowsCompany, Customers: true,
		Sources: []string{
			"GET /billing/v1/subscriptions", "GET /billing/v1/companies/{companyId}/subscriptions", "GET /billing/v1/subscriptions/{subscriptionId}",
			"GET /appReseller/v1/subscriptions",
		},
		Roles: append(membersAndSupport(), RoleReseller, RoleResellerManager),
		Ours: "billing prints no roles; a subscription follows the company that owns it, whose members use it; resellers have an endpoint of their own for " +
			"what their customers subscribe to",
	},
	{
		Name: RuleBillingRead, Rows: RowsCompany, Roles: administratorsAndSupport(),
		Sources: []string{
			"GET /billing/v1/companies/{companyId}/invoices", "GET /billing/v1/invoices/{invoiceNumber}", "GET /billing/v1/subscriptions/{subscriptionId}",
		},
		Ours: "billing prints no roles; what a company is charged is for those who administer the owning company or its bills",
	},
	{
		Name: RuleTelephonyRead, Rows: RowsCompany, Roles: membersAndSupport(),
		Ours: "the telephony backend knows no roles of ours; a phone system follows the company that it is linked to",
	},
	{
		Name: RuleTelephonyMoney, Rows: RowsCompany, Roles: administratorsAndSupport(),
		Ours: "who called whom, and what is owed for it, is for those who administer the linked company or its bills",
	},
	{
		Name: RuleAddOnRead, Rows: RowsCompany, Roles: membersAndSupport(),
		Ours: "the add-on backend knows no roles of ours; installations follow the company that their account is linked to",
	},
	{
		Name: RuleWalletRead, Rows: RowsCompany, Roles: administratorsAndSupport(),
		Ours: "the wallet backend knows no roles of ours; a wallet is money, so it is for those who administer the linked company",
	},
	{
		Name: RuleCartRead, Rows: RowsUser, Roles: append([]Role{RoleUser}, administratorsAndSupport()...), Own: []Role{RoleUser},
		Sources: []string{
			"GET /v3/checkout/shoppingCarts", "GET /v3/checkout/shoppingCarts/{shoppingCartId}",
			"GET /v3/checkout/shoppingCarts/{shoppingCartId}/pricingSummary", "GET /v3/checkout/shoppingCarts/{shoppingCartId}/preview",
			"GET /v3/checkout/shoppingCarts/{shoppingCartId}/validation", "GET /appMarket/v2/fulfillments", "GET /channel/v1/discounts", graphEndpoint,
		},
		Ours: "checkout prints no roles; a cart follows its buyer and the administrators of the company it is bought for",
	},
	{
		Name: RuleCartWrite, Rows: RowsUser, Roles: append([]Role{RoleUser}, administratorsAndWriters()...), Own: []Role{RoleUser},
		Sources: []string{
			"POST /v3/checkout/shoppingCarts", "PATCH /v3/checkout/shoppingCarts/{shoppingCartId}",
			"POST /v3/checkout/shoppingCarts/{shoppingCartId}/items", "PUT /v3/checkout/shoppingCarts/{shoppingCartId}/items/{itemId}",
			"DELETE /v3/checkout/shoppingCarts/{shoppingCartId}/items/{itemId}", "POST /shoppingCarts/{shoppingCartId}/items/delete",
			"DELETE /v3/checkout/shoppingCarts/{shoppingCartId}/discounts/{discountCode}",
			"POST /v3/checkout/shoppingCarts/{shoppingCartId}/validation", "GET /v3/checkout/shoppingCarts/{shoppingCartId}/preauth",
			"POST /v3/checkout/shoppingCarts/{shoppingCartId}/finalize", "POST /appMarket/v2/fulfillments",
			"POST /appMarket/v2/fulfillments/{fulfillmentUuid}/shippingFees", "POST /appMarket/v2/paymentMethods",
			"POST /appMarket/v2/paymentMethods/defaults", "GET /billing/v1/orders", "GET /billing/v1/orders/{orderId}",
			"GET /billing/v1/companies/{companyId}/orders",
		},
		Ours: "checkout prints no roles; who may read a cart may fill and buy it, except PARTNER_READ, who may only read",
	},
	{
		Name: RulePaymentMethods, Rows: RowsUser, Roles: append([]Role{RoleUser}, administratorsAndSupport()...), Own: []Role{RoleUser},
		Sources: []string{"GET /appMarket/v2/paymentMethods"},
		Ours:    "the endpoint admits PARTNER only; a person's ways to pay are theirs, a company's are for those who administer it or its bills",
	},
	{
		Name: RuleLeadRead, Rows: RowsAll, Roles: support(),
		Sources: []string{"GET /prm/v1/leads", "GET /prm/v1/leads/{uuid}"},
		Ours:    "prm/v1 prints no roles; the marketplace's leads are for those who work for the marketplace",
	},
	{
		Name: RulePartnerLeadRead, Rows: RowsCompany, Sources: []string{"GET /lead/v2/leads"},
		Roles: []Role{RoleDeveloper, RoleReferral, RoleReseller, RoleResellerManager},
	},
}

// graphEndpoint is the backend's own GraphQL, which prints no roles.
const graphEndpoint = "POST /graphql"

// membersAndSupport are members of the company, and marketplace-wide roles.
func membersAndSupport() []Role {
	return append([]Role{RoleUser}, support()...)
}

// administratorsAndSupport are those who may see money of a company.
func administratorsAndSupport() []Role {
	return append([]Role{RoleBillingAdmin, RoleSysAdmin}, support()...)
}

// administratorsAndWriters are those who may spend money of a company.
func administratorsAndWriters() []Role {
	return slices.DeleteFunc(administratorsAndSupport(), func(r Role) bool { return r == RolePartnerRead })
}

// support are the marketplace-wide roles that read customers' data.
func support() []Role {
	return []Role{
		RoleSalesSupport, RoleChannelSupport, RoleChannelAdmin, RoleCorporateAdmin, RolePartner, RolePartnerRead,
	}
}
