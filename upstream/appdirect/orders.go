package appdirect

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// assumedOrder is what the decoders of purchase orders lean on: no read of them prints a sample.
const assumedOrder = "the order inside the printed answer to creating a subscription"

// Orders are not kept: after a purchase of unknown outcome they tell what became of it.

// ListOrders reads the purchase orders of all companies.
var ListOrders = &upstream.Route{
	Name:      "appdirect.listOrders",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/billing/v1/orders",
	Query:     []string{"referenceCode", "fromCreationDate", "toCreationDate", "status", "type", "page", "size", "sortField", "sortOrder"},
	Authority: upstream.System,
	PageSize:  100,
	Tags:      []string{"orders"},
	Assumed:   assumedOrder + ", in a page or a plain list",
}

// ListCompanyOrders reads the purchase orders of one company.
var ListCompanyOrders = &upstream.Route{
	Name:      "appdirect.listCompanyOrders",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/billing/v1/companies/{companyId}/orders",
	Query:     []string{"orderReferenceCode", "fromCreationDate", "toCreationDate", "status", "type", "start", "count", "sortField", "sortOrder"},
	Authority: upstream.System,
	Ours:      oursBilling,
	PageSize:  250,
	Tags:      []string{"orders", "company:{companyId}:orders"},
	Assumed:   assumedOrder + ", in a page or a plain list",
}

// ReadOrder reads one purchase order by its number.
var ReadOrder = &upstream.Route{
	Name:      "appdirect.readOrder",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/billing/v1/orders/{orderId}",
	Authority: upstream.System,
	Ours:      oursBilling,
	Bucket:    upstream.Bucket{Kind: upstream.LeakyBucket, Size: 20, PerSecond: 4},
	Tags:      []string{"order:{orderId}", "orders"},
	Assumed:   assumedOrder,
}

// PurchaseOrder is an order with what it was ordered by.
type PurchaseOrder struct {
	Order
	// ReferenceCode is the purchase number: "024283".
	ReferenceCode wire.Text `json:"referenceCode"`
	// PurchaseID is the uuid that finalising the cart answered; "" where the order came about otherwise.
	PurchaseID   wire.Text `json:"purchaseId"`
	CreationDate wire.Time `json:"creationDate"`
	User         wire.Ref  `json:"user"`
	Company      wire.Ref  `json:"company"`
	PaymentPlan  wire.Ref  `json:"paymentPlan"`
}

// Check wants the id.
func (o *PurchaseOrder) Check() error { return wire.Identified(o.ID) }

// DecodeOrders reads a reply of either list; Info is nil for the plain one.
func DecodeOrders(route *upstream.Route, body []byte) (Page[PurchaseOrder], error) {
	return decodePage[PurchaseOrder](route, body)
}

// DecodeOrder reads a reply of [ReadOrder].
func DecodeOrder(body []byte) (PurchaseOrder, error) {
	return wire.Decode[PurchaseOrder](ReadOrder, body)
}
