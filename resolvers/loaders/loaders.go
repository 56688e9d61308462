package loaders

import (
	"context"
	"errors"
	"time"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
)

// Tenant holds what all operations of one tenant share. It is safe for
// concurrent use.
type Tenant struct {
	name        string
	backends    Backends
	links       Links
	cache       *cache.Cache
	system      cache.Scope
	serviceUser cache.Scope
	maxItems    int
	evictions   *evictions // for events
	width       width      // how wide the tenant's list of subscriptions is known to be
	tree        width      // how wide the tree of telephony accounts is known to be
	sizes       sizes      // how long the lists are that are read whole
}

// NewTenant joins a tenant's backends with the cache. maxItems is the most items
// that one page of a list may ask for; it must be positive.
func NewTenant(name string, backends Backends, links Links, c *cache.Cache, maxItems int) (*Tenant, error) {
	if backends.AppDirect == nil || c == nil {
		return nil, errors.New("loaders: a tenant needs AppDirect and a cache")
	}
	if maxItems <= 0 {
		return nil, errors.New("loaders: maxItems must be positive")
	}
	system, err := cache.NewScope(name, string(upstream.System))
	if err != nil {
		return nil, err
	}
	serviceUser, err := cache.NewScope(name, string(upstream.ServiceUser))
	if err != nil {
		return nil, err
	}
	return &Tenant{
		name: name, backends: backends, links: links, cache: c, system: system, serviceUser: serviceUser, maxItems: maxItems,
		evictions: newEvictions(c.Evict),
	}, nil
}

// Loaders serve one operation of one viewer. They are safe for the concurrent
// resolvers of that operation and must not outlive it.
type Loaders struct {
	tenant *Tenant
	viewer *auth.Viewer
	age    leastFresh
	// asked remembers which replies the operation has waited for.
	asked *cache.Operation
	// strict loaders take nothing stale, unless there is no answer and it is younger than staleIfError.
	strict       bool
	staleIfError time.Duration
	onStale      func(context.Context, Stale) // nil for nobody

	links           *memo[the, []Link]
	companies       *memo[string, *model.Company]
	users           *memo[string, *model.User]
	products        *memo[string, *model.Product]
	details         *memo[string, *detail]
	editions        *memo[editionKey, *model.Edition]
	productTags     *memo[the, []*model.ProductTag]
	bundles         *memo[the, []*model.Bundle]
	recommendations *memo[string, []*model.Product]
	vendorProducts  *memo[string, []*model.Product]
	reviews         *memo[string, []*model.Review]
	questions       *memo[string, []*model.Question]
	comments        *memo[replyKey, []*model.Reply]
	answers         *memo[replyKey, []*model.Reply]
	subscriptions   *memo[string, *model.Subscription]
	joined          *memo[string, []*model.Membership]
	members         *memo[listKey, *List[*model.Membership]]
	owned           *memo[listKey, *List[*model.Subscription]]
	sold            *memo[listKey, *List[*model.Subscription]]
	invoices        *memo[listKey, *List[*model.Invoice]]
	phones          *phones
	holders         *memo[string, Link]
	listings        *memo[string, *model.AddOnListing]
	installed       *memo[listKey, *List[*model.AddOnInstallation]]
	assigned        *memo[numberKey, []*model.AssignedAddOn]
	wallets         *memo[string, *model.Wallet]
	funds           *memo[string, *bool]
	charges         *memo[listKey, *List[*model.Charge]]

	carts        *memo[string, *model.Cart]
	companyCarts *memo[listKey, *List[*model.Cart]]
	totals       *memo[string, *model.CartPricingTotal]
	cartOffers   *memo[string, *map[string]*offer]
	fulfilments  *memo[string, *model.CartFulfilment]
	offers       *memo[string, *offer]
	leads        *memo[string, *model.Lead]
}

// New makes the loaders of one operation.
func New(t *Tenant, v *auth.Viewer) *Loaders {
	l := &Loaders{tenant: t, viewer: v, asked: new(cache.Operation)}
	l.links = newMemo(l.fetchLinks)
	l.companies = newMemo(l.fetchCompanies)
	l.users = newMemo(l.fetchUsers)
	l.products = newMemo(l.fetchProducts)
	l.details = newMemo(l.fetchDetails)
	l.editions = newMemo(l.fetchEditions)
	l.productTags = listTags.memo(l)
	l.bundles = listBundles.memo(l)
	l.recommendations = listRecommendations.memo(l)
	l.vendorProducts = listVendorProducts.memo(l)
	l.reviews = listReviews.memo(l)
	l.questions = listQuestions.memo(l)
	l.comments = listComments.memo(l)
	l.answers = listAnswers.memo(l)
	l.subscriptions = newMemo(l.fetchSubscriptions)
	l.joined = newMemo(l.fetchUserMemberships)
	l.members = newMemo(l.fetchMemberships)
	l.owned = newMemo(l.fetchCompanySubscriptions)
	l.sold = newMemo(l.fetchProductSubscriptions)
	l.invoices = newMemo(l.fetchInvoices)
	l.phones = newPhones(l)
	l.holders = newMemo(l.fetchHolders)
	l.listings = newMemo(l.fetchListings)
	l.installed = newMemo(l.fetchInstallations)
	l.assigned = newMemo(l.fetchAssigned)
	l.wallets = newMemo(l.fetchWallets)
	l.funds = newMemo(l.fetchFunds)
	l.charges = newMemo(l.fetchCharges)
	l.carts = newMemo(l.fetchCarts)
	l.companyCarts = newMemo(l.fetchCompanyCarts)
	l.totals = newMemo(l.fetchCartTotals)
	l.cartOffers = newMemo(l.fetchCartOffers)
	l.fulfilments = newMemo(l.fetchFulfilments)
	l.offers = newMemo(l.fetchOffers)
	l.leads = newMemo(l.fetchLeads)
	return l
}

// anew makes loaders of the same operation that have loaded nothing.
func (l *Loaders) anew() *Loaders {
	next := New(l.tenant, l.viewer)
	next.strict, next.staleIfError, next.onStale = l.strict, l.staleIfError, l.onStale
	return next
}

// Viewer is on whose behalf the operation runs; never nil.
func (l *Loaders) Viewer() *auth.Viewer { return l.viewer }

type contextKey struct{}

// With puts the operation's loaders into its context.
func With(ctx context.Context, l *Loaders) context.Context {
	return context.WithValue(ctx, contextKey{}, l)
}

// From gives the operation's loaders. Their absence is a wiring fault, said as
// an error because a resolver cannot go on without them.
func From(ctx context.Context) (*Loaders, error) {
	l, ok := ctx.Value(contextKey{}).(*Loaders)
	if !ok {
		return nil, errors.New("loaders: none in this context")
	}
	return l, nil
}
