package appdirect

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// The reason behind billing's system calls: its endpoints print no roles, so
// the gateway asks as the system and decides by ownership who may see the reply.
const oursBilling = "billing prints no roles; ownership decides in the graph"

// assumedList is what the decoders of lists lean on: no read of billing prints a sample.
const assumedList = "the printed answer to creating a subscription, in a plain list as discounts are printed"

// billingQuery are the parameters of both lists that the gateway sends.
var billingQuery = []string{"status", "applicationIds", "expand", "count", "start"}

// ListSubscriptions reads the subscriptions of all companies, oldest first.
var ListSubscriptions = &upstream.Route{
	Name:      "appdirect.listSubscriptions",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/billing/v1/subscriptions",
	Query:     billingQuery,
	Authority: upstream.System,
	Ours:      oursBilling,
	Fresh:     freshBilling,
	Hard:      hardExpiry,
	PageSize:  250,
	Tags:      []string{"subscriptions", "orders"}, // each subscription with its order
	Assumed:   assumedList,
}

// ListCompanySubscriptions reads the subscriptions of one company, oldest first.
var ListCompanySubscriptions = &upstream.Route{
	Name:      "appdirect.listCompanySubscriptions",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/billing/v1/companies/{companyId}/subscriptions",
	Query:     billingQuery,
	Authority: upstream.System,
	Ours:      oursBilling,
	Fresh:     freshBilling,
	Hard:      hardExpiry,
	PageSize:  250,
	Tags:      []string{"subscriptions", "orders"},
	Assumed:   assumedList,
}

// ReadSubscription reads one subscription by its uuid.
var ReadSubscription = &upstream.Route{
	Name:      "appdirect.readSubscription",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/billing/v1/subscriptions/{subscriptionId}",
	Authority: upstream.System,
	Ours:      oursBilling,
	Fresh:     freshBilling,
	Hard:      hardExpiry,
	Tags:      []string{"subscription:{subscriptionId}", "orders"},
	Births:    []string{"subscriptions"},
	Assumed:   "the printed answer to creating a subscription",
}

// Subscription is a subscription as billing writes it.
type Subscription struct {
	ID                wire.Text   `json:"id"`
	Status            wire.Text   `json:"status"`
	CreationDate      wire.Time   `json:"creationDate"`
	EndDate           wire.Time   `json:"endDate"`
	ExternalAccountID wire.Text   `json:"externalAccountId"`
	MaxUsers          wire.Number `json:"maxUsers"`
	Company           wire.Ref    `json:"company"`
	User              wire.Ref    `json:"user"`
	Product           wire.Ref    `json:"product"`
	Edition           *Edition    `json:"edition"`
	Order             *Order      `json:"order"`
}

// Check wants the id.
func (s *Subscription) Check() error { return wire.Identified(s.ID) }

// Order is what was ordered.
type Order struct {
	ID              wire.Text            `json:"id"`
	Status          wire.Text            `json:"status"`
	Type            wire.Text            `json:"type"`
	Frequency       wire.Text            `json:"frequency"`
	Currency        wire.Text            `json:"currency"`
	TotalPrice      wire.Number          `json:"totalPrice"`
	StartDate       wire.Time            `json:"startDate"`
	EndDate         wire.Time            `json:"endDate"`
	NextBillingDate wire.Time            `json:"nextBillingDate"`
	Lines           wire.List[OrderLine] `json:"orderLines"`
}

// OrderLine is one line of an order.
type OrderLine struct {
	ID          wire.Text   `json:"id"`
	Description wire.Text   `json:"description"`
	Type        wire.Text   `json:"type"`
	Unit        wire.Text   `json:"unit"`
	Quantity    wire.Number `json:"quantity"`
	Price       wire.Number `json:"price"`
	Percentage  wire.Number `json:"percentage"`
	TotalPrice  wire.Number `json:"totalPrice"`
}

// DecodeSubscriptions reads a reply of either list.
func DecodeSubscriptions(route *upstream.Route, body []byte) ([]Subscription, error) {
	return wire.Decode[wire.List[Subscription]](route, body)
}

// DecodeSubscription reads a reply of [ReadSubscription].
func DecodeSubscription(body []byte) (Subscription, error) {
	return wire.Decode[Subscription](ReadSubscription, body)
}
