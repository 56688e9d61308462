package appdirect

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ListCompanies reads all companies of a marketplace, a page at a time.
// It prints its own limit: a leaky bucket of 20, 5 a second.
var ListCompanies = &upstream.Route{
	Name:      "appdirect.listCompanies",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/account/v2/companies",
	Query:     []string{"name", "includeCustomAttributes", "page", "size", "sortField", "sortOrder"},
	Authority: upstream.System,
	Bucket:    upstream.Bucket{Kind: upstream.LeakyBucket, Size: 20, PerSecond: 5},
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	PageSize:  100,
	Tags:      []string{"companies"},
}

// ReadCompany reads one company by its uuid.
var ReadCompany = &upstream.Route{
	Name:      "appdirect.readCompany",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/account/v2/companies/{companyUuid}",
	Authority: upstream.System,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	Tags:      []string{"company:{companyUuid}"},
	Births:    []string{"companies"},
}

// Company is a company as the account interface writes it.
type Company struct {
	UUID             wire.Text         `json:"uuid"`
	Name             wire.Text         `json:"name"`
	Enabled          wire.Bool         `json:"enabled"`
	Reseller         wire.Bool         `json:"reseller"`
	Vendor           wire.Bool         `json:"vendor"`
	ExternalID       wire.Text         `json:"externalId"`
	PhoneNumber      wire.Text         `json:"phoneNumber"`
	EmailAddress     wire.Text         `json:"emailAddress"`
	Website          wire.Text         `json:"website"`
	Picture          wire.Text         `json:"picture"`
	CountryCode      wire.Text         `json:"countryCode"`
	DefaultRole      wire.Text         `json:"defaultRole"`
	CreationDate     wire.Time         `json:"creationDate"`
	Address          *Address          `json:"address"`
	CustomAttributes []CustomAttribute `json:"customAttributes"`
}

// Check wants the id.
func (c *Company) Check() error { return wire.Identified(c.UUID) }

// Address is a postal address.
type Address struct {
	Street1 wire.Text `json:"street1"`
	Street2 wire.Text `json:"street2"`
	City    wire.Text `json:"city"`
	State   wire.Text `json:"state"`
	Zip     wire.Text `json:"zip"`
	Country wire.Text `json:"country"`
}

// CustomAttribute is an attribute that the marketplace defined. Value is set
// for texts, ValueKeys for multi-selects.
type CustomAttribute struct {
	Name          wire.Text   `json:"name"`
	Label         wire.Text   `json:"label"`
	AttributeType wire.Text   `json:"attributeType"`
	Value         wire.Text   `json:"value"`
	ValueKeys     []wire.Text `json:"valueKeys"`
}

// DecodeCompanies reads a reply of [ListCompanies].
func DecodeCompanies(body []byte) (Page[Company], error) {
	return wire.Decode[Page[Company]](ListCompanies, body)
}

// DecodeCompany reads a reply of [ReadCompany].
func DecodeCompany(body []byte) (Company, error) {
	return wire.Decode[Company](ReadCompany, body)
}
