package leadconnector

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// SearchLocations reads an agency's locations, all or by e-mail address.
var SearchLocations = &upstream.Route{
	Name:      "leadconnector.searchLocations",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/locations/search",
	Query:     []string{"companyId", "skip", "limit", "order", "email"},
	Authority: upstream.System,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	PageSize:  pageLimit,
	Tags:      []string{"locations"},
}

// ReadLocation reads one location.
var ReadLocation = &upstream.Route{
	Name:      "leadconnector.readLocation",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/locations/{locationId}",
	Authority: upstream.System,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	Tags:      []string{"location:{locationId}", "locations"},
}

// Location is a sub-account of an agency.
type Location struct {
	ID wire.Text `json:"id"`
	// CompanyID is the agency's; "" in a search, which leaves it out.
	CompanyID  wire.Text `json:"companyId"`
	Name       wire.Text `json:"name"`
	Email      wire.Text `json:"email"`
	Phone      wire.Text `json:"phone"`
	Website    wire.Text `json:"website"`
	Domain     wire.Text `json:"domain"`
	Address    wire.Text `json:"address"`
	City       wire.Text `json:"city"`
	State      wire.Text `json:"state"`
	PostalCode wire.Text `json:"postalCode"`
	Country    wire.Text `json:"country"`
	Timezone   wire.Text `json:"timezone"`
}

// Check wants the id.
func (l *Location) Check() error { return wire.Identified(l.ID) }

// locationsReply is a page of a search, which does not count itself.
type locationsReply struct {
	Locations []Location `json:"locations"`
}

// Check refuses an object that is no page at all.
func (l *locationsReply) Check() error {
	if l.Locations == nil {
		return errNoItems
	}
	return wire.CheckAll(l.Locations)
}

// locationReply is the reply around a location.
type locationReply struct {
	Location Location `json:"location"`
}

// Check wants the id. The page of a search, which a location of that name would be read as, has none.
func (l *locationReply) Check() error { return l.Location.Check() }

// DecodeLocations reads a reply of [SearchLocations]; whether there are more is told by [Next].
func DecodeLocations(body []byte) ([]Location, error) {
	reply, err := wire.Decode[locationsReply](SearchLocations, body)
	return reply.Locations, err
}

// DecodeLocation reads a reply of [ReadLocation].
func DecodeLocation(body []byte) (Location, error) {
	reply, err := wire.Decode[locationReply](ReadLocation, body)
	return reply.Location, err
}
