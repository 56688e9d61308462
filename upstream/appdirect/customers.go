package appdirect

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ListCustomers reads the companies that a reseller sells to, in one of their
// roles. It admits resellers only, so it is called with the viewer's own token
// and its replies are that viewer's alone. They decide what the viewer may see,
// so they are kept as briefly as roles are.
var ListCustomers = &upstream.Route{
	Name:      "appdirect.listCustomers",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/appReseller/v1/companies",
	Query:     []string{"context", "sortField", "page", "size"},
	Authority: upstream.Viewer,
	Fresh:     freshIdentity,
	Hard:      hardExpiry,
	PageSize:  100,
	Tags:      []string{"customers"},
}

// Customer is a company as its reseller sees it. The rest of it is read like
// any other company's.
type Customer struct {
	// ID is the company's uuid.
	ID wire.Text `json:"id"`
}

// Check wants the id.
func (c *Customer) Check() error { return wire.Identified(c.ID) }

// DecodeCustomers reads a reply of [ListCustomers].
func DecodeCustomers(body []byte) ([]Customer, error) {
	return wire.Decode[wire.List[Customer]](ListCustomers, body)
}
