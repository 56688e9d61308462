package loaders

import (
	"context"
	"errors"

	"github.com/shopspring/decimal"

	"github.com/marketgraph/marketgraph/graph/model"
)

// This file must be empty and gone before the slice is merged: each domain's
// helper moves its functions to the domain's own file and implements them.

var errPending = errors.New("pending")

func pendingAll[K, V any](keys []K) ([]V, []error) {
	a := failed[V](len(keys), errPending)
	return a.values, a.errs
}

// --- telephony ---
func (l *Loaders) TelephonyAccounts(context.Context, Page) (*List[*model.TelephonyAccount], error) {
	return nil, errPending
}
func (l *Loaders) TelephonyAccount(context.Context, string) (*model.TelephonyAccount, error) {
	return nil, errPending
}
func (l *Loaders) TelephonyAccountsOf(_ context.Context, companyIDs []string) ([]*model.TelephonyAccount, []error) {
	return pendingAll[string, *model.TelephonyAccount](companyIDs)
}
func (l *Loaders) CompaniesOfTelephony(_ context.Context, accountIDs []string) ([]*model.Company, []error) {
	return pendingAll[string, *model.Company](accountIDs)
}
func (l *Loaders) Balances(_ context.Context, accountIDs []string) ([]*decimal.Decimal, []error) {
	return pendingAll[string, *decimal.Decimal](accountIDs)
}
func (l *Loaders) TelephonyLimits(_ context.Context, accountIDs []string) ([]*model.TelephonyLimits, []error) {
	return pendingAll[string, *model.TelephonyLimits](accountIDs)
}
func (l *Loaders) Devices(_ context.Context, accountIDs []string, _ Page) ([]*List[*model.Device], []error) {
	return pendingAll[string, *List[*model.Device]](accountIDs)
}
func (l *Loaders) TelephonyUsers(_ context.Context, accountIDs []string, _ Page) ([]*List[*model.TelephonyUser], []error) {
	return pendingAll[string, *List[*model.TelephonyUser]](accountIDs)
}
func (l *Loaders) PhoneNumbers(_ context.Context, accountIDs []string, _ Page) ([]*List[*model.PhoneNumber], []error) {
	return pendingAll[string, *List[*model.PhoneNumber]](accountIDs)
}
func (l *Loaders) Callflows(_ context.Context, accountIDs []string, _ Page) ([]*List[*model.Callflow], []error) {
	return pendingAll[string, *List[*model.Callflow]](accountIDs)
}
func (l *Loaders) Calls(_ context.Context, accountIDs []string, _ Page) ([]*List[*model.Call], []error) {
	return pendingAll[string, *List[*model.Call]](accountIDs)
}
func (l *Loaders) Registrations(_ context.Context, devices []*model.Device) ([]*bool, []error) {
	return pendingAll[*model.Device, *bool](devices)
}
func (l *Loaders) DeviceOwners(_ context.Context, devices []*model.Device) ([]*model.TelephonyUser, []error) {
	return pendingAll[*model.Device, *model.TelephonyUser](devices)
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
