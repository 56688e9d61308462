package leadconnector

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ReadCompany reads an agency, by the agency's token.
var ReadCompany = &upstream.Route{
	Name:      "leadconnector.readCompany",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/companies/{companyId}",
	Authority: upstream.System,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	Tags:      []string{"agency:{companyId}"},
	Births:    []string{"agencies"},
}

// Company is an agency.
type Company struct {
	ID                 wire.Text `json:"id"`
	Name               wire.Text `json:"name"`
	Email              wire.Text `json:"email"`
	Phone              wire.Text `json:"phone"`
	Website            wire.Text `json:"website"`
	Domain             wire.Text `json:"domain"`
	Address            wire.Text `json:"address"`
	City               wire.Text `json:"city"`
	State              wire.Text `json:"state"`
	PostalCode         wire.Text `json:"postalCode"`
	Country            wire.Text `json:"country"`
	Timezone           wire.Text `json:"timezone"`
	RelationshipNumber wire.Text `json:"relationshipNumber"`
	// Currency is often "" and then USD, the only one that wallets have.
	Currency      wire.Text   `json:"currency"`
	Status        wire.Text   `json:"status"`
	LocationCount wire.Number `json:"locationCount"`
	IsReselling   wire.Bool   `json:"isReselling"`
}

// companyReply is the reply around a company.
type companyReply struct {
	Company Company `json:"company"`
}

// Check wants the id.
func (c *companyReply) Check() error { return wire.Identified(c.Company.ID) }

// DecodeCompany reads a reply of [ReadCompany].
func DecodeCompany(body []byte) (Company, error) {
	reply, err := wire.Decode[companyReply](ReadCompany, body)
	return reply.Company, err
}
