package loaders

import (
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
	"github.com/marketgraph/marketgraph/upstream/leadconnector"
	"github.com/marketgraph/marketgraph/upstream/twilio"
)

// plan is what a position of an operation asks of the backends when nothing is
// cached: its steps, made once for all of its parents.
type plan []step

// step is one of a plan's routes. Where both ways are there, the fewer calls count.
type step struct {
	// each is called for every parent: once, or for each page of what is asked for.
	each *upstream.Route
	// whole is a list that is read to its end, once for the operation; it answers for any number of parents.
	whole *upstream.Route
	// of is the type of the objects above the parents for each of which it is called instead; "" for the parents.
	of string
	// half says that the whole list counts as fewer calls only below half of the others: it does not say how long it is.
	half bool
}

func perItem(routes ...*upstream.Route) (p plan) {
	for _, r := range routes {
		p = append(p, step{each: r})
	}
	return p
}

func allOf(routes ...*upstream.Route) (p plan) {
	for _, r := range routes {
		p = append(p, step{whole: r})
	}
	return p
}

func fewer(one, list *upstream.Route) plan { return plan{{each: one, whole: list}} }

func wide(one, list *upstream.Route) plan { return plan{{each: one, whole: list, half: true}} }

// perSystem is for what is read for all parents of a telephony account at once.
func perSystem(r *upstream.Route) plan { return plan{{each: r, of: "TelephonyAccount"}} }

func (p plan) and(others ...plan) plan {
	out := append(plan{}, p...)
	for _, other := range others {
		out = append(out, other...)
	}
	return out
}

// What several fields are planned like.
var (
	aCompany     = fewer(appdirect.ReadCompany, appdirect.ListCompanies)
	aUser        = fewer(appdirect.ReadUser, appdirect.ListUsers)
	aProduct     = allOf(appdirect.ListApplications)
	aDetail      = fewer(appdirect.ReadProduct, appdirect.ListCatalog)
	aPlan        = allOf(appdirect.ListCatalog)
	aWalletToken = perItem(leadconnector.IssueLocationToken)
	anAddOnLogin = perItem(twilio.ReadAccount)
	// aSystem finds out to whom a telephony account belongs.
	aSystem = allOf(kazooLogin, appdirect.ListCompanies)
	// aWrite reads the cart, changes it, and reads it again for the answer.
	aWrite = perItem(appdirect.ReadCart, appdirect.UpdateCart, appdirect.ReadCart)
)

// kazooLogin stands for the call that gets a token, which is no route: nothing but its client makes it.
var kazooLogin = &upstream.Route{Backend: kazoo.Backend, Name: "kazoo.login"}

// plans are those of all fields behind a call; the others ask nobody.
var plans = map[string]plan{
	"Query.me":                 perItem(appdirect.ReadUser),
	"Query.cartFields":         perItem(appdirect.ReadCart, appdirect.ReadCartFields),
	"Query.cartValidation":     perItem(appdirect.ReadCart, appdirect.ReadCartValidation),
	"Query.checkoutSettings":   perItem(appdirect.ReadCheckoutSettings),
	"Query.companies":          perItem(appdirect.ListCompanies),
	"Query.company":            perItem(appdirect.ReadCompany),
	"Query.user":               perItem(appdirect.ReadUser),
	"Query.products":           perItem(appdirect.ListApplications),
	"Query.listing":            perItem(appdirect.ListShop),
	"Query.productTags":        perItem(appdirect.ListTags),
	"Query.bundles":            perItem(appdirect.ListBundles),
	"Query.bundle":             perItem(appdirect.ListBundles),
	"Query.product":            aProduct,
	"Query.subscriptions":      perItem(appdirect.ListSubscriptions),
	"Query.subscription":       perItem(appdirect.ReadSubscription),
	"Query.invoice":            perItem(appdirect.ReadInvoice),
	"Query.telephonyAccounts":  aSystem.and(allOf(kazoo.ListDescendants)),
	"Query.telephonyAccount":   aSystem.and(perItem(kazoo.ReadAccount)),
	"Query.device":             aSystem.and(perItem(kazoo.ReadDevice)),
	"Query.telephonyUser":      aSystem.and(perItem(kazoo.ReadUser)),
	"Query.phoneNumber":        aSystem.and(perItem(kazoo.ListPhoneNumbers)),
	"Query.call":               aSystem.and(perItem(kazoo.ReadCDR)),
	"Query.addOnListings":      perItem(twilio.ListAvailableAddOns),
	"Query.addOnListing":       allOf(twilio.ListAvailableAddOns),
	"Query.addOnInstallation":  aCompany.and(anAddOnLogin, perItem(twilio.ReadInstalledAddOn)),
	"Query.wallet":             aCompany,
	"Query.charge":             aCompany.and(aWalletToken, perItem(leadconnector.ReadCharge)),
	"Query.carts":              perItem(appdirect.ListCarts),
	"Query.cart":               perItem(appdirect.ReadCart),
	"Query.activeCartOfUser":   perItem(appdirect.ListCarts),
	"Query.leads":              perItem(appdirect.ListLeads),
	"Query.lead":               perItem(appdirect.ReadLead),
	"Query.partnerLeads":       perItem(appdirect.ListPartnerLeads),
	"Company.memberships":      perItem(appdirect.ListMemberships),
	"Company.subscriptions":    wide(appdirect.ListCompanySubscriptions, appdirect.ListSubscriptions),
	"Company.invoices":         perItem(appdirect.ListCompanyInvoices),
	"Company.carts":            fewer(appdirect.ListCarts, appdirect.ListCarts),
	"Company.telephonyAccount": allOf(kazooLogin).and(wide(kazoo.ReadAccount, kazoo.ListDescendants)),
	"Company.addOnInstallations": anAddOnLogin.and(
		perItem(twilio.ListInstalledAddOns)),
	"Company.wallet":                    {},
	"Viewer.user":                       perItem(appdirect.ReadUser),
	"User.currentMembership":            perItem(appdirect.ListUserMemberships),
	"User.memberships":                  perItem(appdirect.ListUserMemberships),
	"Membership.account":                aCompany,
	"Membership.paymentMethods":         perItem(appdirect.ListPaymentMethods),
	"Product.vendorId":                  aDetail,
	"Product.collectsLeadsWithPurchase": aDetail,
	"Product.editions":                  aDetail,
	"Product.reviews":                   perItem(appdirect.ListReviews),
	"Product.questions":                 perItem(appdirect.ListQuestions),
	"Product.recommendations":           perItem(appdirect.ListRecommendations),
	"Product.vendorProducts":            aDetail.and(perItem(appdirect.ListVendorProducts)),
	"Product.subscriptions":             wide(appdirect.ListSubscriptions, appdirect.ListSubscriptions),
	"Edition.product":                   aProduct,
	"Bundle.products":                   aProduct,
	"Review.comments":                   perItem(appdirect.ListComments),
	"Question.answers":                  perItem(appdirect.ListAnswers),
	"Subscription.product":              aProduct,
	"Subscription.edition":              {},
	"Subscription.company":              aCompany,
	"Subscription.user":                 aUser,
	"Invoice.company":                   aCompany,
	"Invoice.user":                      aUser,
	"TelephonyAccount.timezone":         perItem(kazoo.ReadAccount),
	"TelephonyAccount.isEnabled":        perItem(kazoo.ReadAccount),
	"TelephonyAccount.createdAt":        perItem(kazoo.ReadAccount),
	"TelephonyAccount.company":          {},
	"TelephonyAccount.balance":          perItem(kazoo.ReadBalance),
	"TelephonyAccount.limits":           perItem(kazoo.ReadLimits),
	"TelephonyAccount.devices":          perItem(kazoo.ListDevices),
	"TelephonyAccount.users":            perItem(kazoo.ListUsers),
	"TelephonyAccount.phoneNumbers":     perItem(kazoo.ListPhoneNumbers),
	"TelephonyAccount.callflows":        perItem(kazoo.ListCallflows),
	"TelephonyAccount.groups":           perItem(kazoo.ListGroups),
	"TelephonyAccount.voicemailBoxes":   perItem(kazoo.ListVoicemailBoxes),
	"TelephonyAccount.calls":            perItem(kazoo.ListCDRs),
	"Device.isRegistered":               perSystem(kazoo.ListDeviceStatuses),
	"Device.owner":                      perSystem(kazoo.ListUsers),
	"PhoneNumber.assignedAddOns":        perSystem(twilio.ReadAccount).and(perSystem(twilio.ListPhoneNumbers), perItem(twilio.ListAssignedAddOns)),
	"VoicemailBox.owner":                perSystem(kazoo.ListUsers),
	"AddOnInstallation.listing":         allOf(twilio.ListAvailableAddOns),
	"AddOnInstallation.company":         aCompany,
	"Wallet.hasFunds":                   aWalletToken.and(perItem(leadconnector.HasFunds)),
	"Wallet.charges":                    aWalletToken.and(perItem(leadconnector.ListCharges)),
	"Wallet.company":                    aCompany,
	"Cart.fulfilment":                   perItem(appdirect.ReadFulfilments),
	"Cart.pricingTotal":                 perItem(appdirect.PreviewCart),
	"Cart.buyer":                        aUser,
	"Cart.company":                      aCompany,
	"CartItem.pricingPlan":              aPlan,
	"CartItem.product":                  aPlan.and(aProduct),
	"CartItem.edition":                  aPlan,
	"Lead.product":                      aProduct,

	"Mutation.addItemsToCart":             allOf(appdirect.ListCarts).and(aPlan, perItem(appdirect.UpdateCart, appdirect.ReadCart)),
	"Mutation.removeItemsFromCart":        aWrite,
	"Mutation.updateCartItems":            aWrite,
	"Mutation.updateCartCustomAttributes": aWrite,
	"Mutation.applyDiscountToCart":        aWrite.and(perItem(appdirect.ListDiscounts), aPlan, aProduct),
	"Mutation.removeDiscountFromCart":     aWrite,
	"Mutation.setCartShippingAddress":     aWrite,
	"Mutation.chooseCartShipping":         aWrite,
	"Mutation.addPaymentMethod":           perItem(appdirect.ListPaymentMethods, appdirect.CreatePaymentMethod, appdirect.ListPaymentMethods),
	"Mutation.setDefaultPaymentMethod":    perItem(appdirect.ListPaymentMethods, appdirect.SetDefaultPaymentMethod, appdirect.ListPaymentMethods),
	"Mutation.setCartPaymentMethod":       aWrite.and(perItem(appdirect.ListPaymentMethods)),
	"Mutation.validateCart":               perItem(appdirect.ReadCart, appdirect.ValidateCart, appdirect.ReadCartValidation),
	"Mutation.finalizeCart":               perItem(appdirect.ReadCart, appdirect.ValidateCart, appdirect.ReadCartValidation, appdirect.FinalizeCart, appdirect.ReadCart),
}
