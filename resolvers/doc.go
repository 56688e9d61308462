// Package resolvers answers the graph's fields, one file per domain: it takes
// arguments, asks a loader, and shapes pages. It knows no HTTP, no Redis, no
// tokens and no wire formats.
//
// Objects that stand at the same place of an operation are asked for together
// even when the executor hands them over one by one, as it does for
// edges.node and for lists inside lists: see [Begin].
package resolvers

import "github.com/marketgraph/marketgraph/graph"

// Resolver is the root of the graph. It has no state: everything an operation
// needs is in its context.
type Resolver struct{}

var _ graph.ResolverRoot = Resolver{}

// Query answers the root fields.
func (r Resolver) Query() graph.QueryResolver { return queryResolver{} }

// Mutation answers what is written.
func (r Resolver) Mutation() graph.MutationResolver { return mutationResolver{} }

// Company answers a company's edges.
func (r Resolver) Company() graph.CompanyResolver { return companyResolver{} }

// User answers a user's edges.
func (r Resolver) User() graph.UserResolver { return userResolver{} }

// Viewer answers a viewer's edges.
func (r Resolver) Viewer() graph.ViewerResolver { return viewerResolver{} }

// Membership answers a membership's edges.
func (r Resolver) Membership() graph.MembershipResolver { return membershipResolver{} }

// Product answers a product's edges.
func (r Resolver) Product() graph.ProductResolver { return productResolver{} }

// Edition answers an edition's edges.
func (r Resolver) Edition() graph.EditionResolver { return editionResolver{} }

// Bundle answers a bundle's edges.
func (r Resolver) Bundle() graph.BundleResolver { return bundleResolver{} }

// Review answers a review's edges.
func (r Resolver) Review() graph.ReviewResolver { return reviewResolver{} }

// Question answers a question's edges.
func (r Resolver) Question() graph.QuestionResolver { return questionResolver{} }

// Subscription answers a subscription's edges.
func (r Resolver) Subscription() graph.SubscriptionResolver { return subscriptionResolver{} }

// Invoice answers an invoice's edges.
func (r Resolver) Invoice() graph.InvoiceResolver { return invoiceResolver{} }

// TelephonyAccount answers a telephony account's edges.
func (r Resolver) TelephonyAccount() graph.TelephonyAccountResolver {
	return telephonyAccountResolver{}
}

// Device answers a device's edges.
func (r Resolver) Device() graph.DeviceResolver { return deviceResolver{} }

// PhoneNumber answers a phone number's edges.
func (r Resolver) PhoneNumber() graph.PhoneNumberResolver { return phoneNumberResolver{} }

// VoicemailBox answers a voicemail box's edges.
func (r Resolver) VoicemailBox() graph.VoicemailBoxResolver { return voicemailBoxResolver{} }

// AddOnInstallation answers an installation's edges.
func (r Resolver) AddOnInstallation() graph.AddOnInstallationResolver {
	return addOnInstallationResolver{}
}

// Wallet answers a wallet's edges.
func (r Resolver) Wallet() graph.WalletResolver { return walletResolver{} }

// Cart answers a cart's edges.
func (r Resolver) Cart() graph.CartResolver { return cartResolver{} }

// CartItem answers a cart item's edges.
func (r Resolver) CartItem() graph.CartItemResolver { return cartItemResolver{} }

// Lead answers a lead's edges.
func (r Resolver) Lead() graph.LeadResolver { return leadResolver{} }

type (
	queryResolver             struct{}
	mutationResolver          struct{}
	companyResolver           struct{}
	userResolver              struct{}
	viewerResolver            struct{}
	membershipResolver        struct{}
	productResolver           struct{}
	editionResolver           struct{}
	bundleResolver            struct{}
	reviewResolver            struct{}
	questionResolver          struct{}
	subscriptionResolver      struct{}
	invoiceResolver           struct{}
	telephonyAccountResolver  struct{}
	deviceResolver            struct{}
	phoneNumberResolver       struct{}
	voicemailBoxResolver      struct{}
	addOnInstallationResolver struct{}
	walletResolver            struct{}
	cartResolver              struct{}
	cartItemResolver          struct{}
	leadResolver              struct{}
)
