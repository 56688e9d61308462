package appdirect

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
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
}

// Company is a company as the account interface writes it.
type Company struct {
	UUID             Text              `json:"uuid"`
	Name             Text              `json:"name"`
	Enabled          Bool              `json:"enabled"`
	Reseller         Bool              `json:"reseller"`
	Vendor           Bool              `json:"vendor"`
	ExternalID       Text              `json:"externalId"`
	PhoneNumber      Text              `json:"phoneNumber"`
	EmailAddress     Text              `json:"emailAddress"`
	Website          Text              `json:"website"`
	Picture          Text              `json:"picture"`
	CountryCode      Text              `json:"countryCode"`
	DefaultRole      Text              `json:"defaultRole"`
	CreationDate     Time              `json:"creationDate"`
	Address          *Address          `json:"address"`
	CustomAttributes []CustomAttribute `json:"customAttributes"`
}

func (c *Company) check() error { return identified(c.UUID) }

// Address is a postal address.
type Address struct {
	Street1 Text `json:"street1"`
	Street2 Text `json:"street2"`
	City    Text `json:"city"`
	State   Text `json:"state"`
	Zip     Text `json:"zip"`
	Country Text `json:"country"`
}

// CustomAttribute is an attribute that the marketplace defined. Value is set
// for texts, ValueKeys for multi-selects.
type CustomAttribute struct {
	Name          Text   `json:"name"`
	Label         Text   `json:"label"`
	AttributeType Text   `json:"attributeType"`
	Value         Text   `json:"value"`
	ValueKeys     []Text `json:"valueKeys"`
}

// DecodeCompanies reads a reply of [ListCompanies].
func DecodeCompanies(body []byte) (Page[Company], error) {
	return decode[Page[Company]](ListCompanies, body)
}

// DecodeCompany reads a reply of [ReadCompany].
func DecodeCompany(body []byte) (Company, error) {
	return decode[Company](ReadCompany, body)
}
