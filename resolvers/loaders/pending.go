package loaders

import (
	"context"
	"errors"

	"github.com/marketgraph/marketgraph/graph/model"
)

// This file must be empty and gone before the slice is merged: each domain's
// helper moves its functions to the domain's own file and implements them.

var errPending = errors.New("pending")

func pendingAll[K, V any](keys []K) ([]V, []error) {
	a := failed[V](len(keys), errPending)
	return a.values, a.errs
}

// --- carts, leads ---

// CartFilter narrows a list of carts; "" is any.
type CartFilter struct{ UserID, CompanyID string }

// LeadFilter narrows a list of leads; zero is any.
type LeadFilter struct {
	Status model.LeadStatus
	Search string
}

// PartnerLeadFilter says in which role and for which company a partner asks.
type PartnerLeadFilter struct {
	Context   model.PartnerLeadContext
	CompanyID string
}

func (l *Loaders) Carts(context.Context, CartFilter, Page) (*List[*model.Cart], error) {
	return nil, errPending
}
func (l *Loaders) Cart(context.Context, string) (*model.Cart, error) { return nil, errPending }
func (l *Loaders) ActiveCart(_ context.Context, userID, companyID string) (*model.Cart, error) {
	return nil, errPending
}
func (l *Loaders) CompanyCarts(_ context.Context, companyIDs []string, _ Page) ([]*List[*model.Cart], []error) {
	return pendingAll[string, *List[*model.Cart]](companyIDs)
}
func (l *Loaders) CartTotals(_ context.Context, cartIDs []string) ([]*model.CartPricingTotal, []error) {
	return pendingAll[string, *model.CartPricingTotal](cartIDs)
}
func (l *Loaders) CartItemProducts(_ context.Context, items []*model.CartItem) ([]*model.Product, []error) {
	return pendingAll[*model.CartItem, *model.Product](items)
}
func (l *Loaders) CartItemEditions(_ context.Context, items []*model.CartItem) ([]*model.Edition, []error) {
	return pendingAll[*model.CartItem, *model.Edition](items)
}
func (l *Loaders) Leads(context.Context, LeadFilter, Page) (*List[*model.Lead], error) {
	return nil, errPending
}
func (l *Loaders) Lead(context.Context, string) (*model.Lead, error) { return nil, errPending }
func (l *Loaders) PartnerLeads(context.Context, PartnerLeadFilter, Page) (*List[*model.PartnerLead], error) {
	return nil, errPending
}
