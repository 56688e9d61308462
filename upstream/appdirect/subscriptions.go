package appdirect

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
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
	Tags:      []string{"subscriptions"},
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
	Tags:      []string{"subscriptions", "company:{companyId}:subscriptions"},
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
	Tags:      []string{"subscription:{subscriptionId}"},
	Assumed:   "the printed answer to creating a subscription",
}

// Subscription is a subscription as billing writes it.
type Subscription struct {
	ID                Text     `json:"id"`
	Status            Text     `json:"status"`
	CreationDate      Time     `json:"creationDate"`
	EndDate           Time     `json:"endDate"`
	ExternalAccountID Text     `json:"externalAccountId"`
	MaxUsers          Number   `json:"maxUsers"`
	Company           Ref      `json:"company"`
	User              Ref      `json:"user"`
	Product           Ref      `json:"product"`
	Edition           *Edition `json:"edition"`
	Order             *Order   `json:"order"`
}

func (s *Subscription) check() error { return identified(s.ID) }

// Order is what was ordered.
type Order struct {
	ID              Text            `json:"id"`
	Status          Text            `json:"status"`
	Type            Text            `json:"type"`
	Frequency       Text            `json:"frequency"`
	Currency        Text            `json:"currency"`
	TotalPrice      Number          `json:"totalPrice"`
	StartDate       Time            `json:"startDate"`
	EndDate         Time            `json:"endDate"`
	NextBillingDate Time            `json:"nextBillingDate"`
	Lines           List[OrderLine] `json:"orderLines"`
}

// OrderLine is one line of an order.
type OrderLine struct {
	ID          Text   `json:"id"`
	Description Text   `json:"description"`
	Type        Text   `json:"type"`
	Unit        Text   `json:"unit"`
	Quantity    Number `json:"quantity"`
	Price       Number `json:"price"`
	Percentage  Number `json:"percentage"`
	TotalPrice  Number `json:"totalPrice"`
}

// DecodeSubscriptions reads a reply of either list.
func DecodeSubscriptions(route *upstream.Route, body []byte) ([]Subscription, error) {
	return decode[List[Subscription]](route, body)
}

// DecodeSubscription reads a reply of [ReadSubscription].
func DecodeSubscription(body []byte) (Subscription, error) {
	return decode[Subscription](ReadSubscription, body)
}
