package appdirect

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// The reason behind the older leads' system calls.
const oursLeads = "prm/v1 prints no roles; who works for the marketplace is known in the graph"

// assumedLead is what the decoders of the older leads lean on.
const assumedLead = "the printed fields of creating a lead, its contacts as the newer leads print them"

// ListLeads reads the leads of the marketplace by its older interface, the
// only one that admits client credentials.
var ListLeads = &upstream.Route{
	Name:      "appdirect.listLeads",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/prm/v1/leads",
	Query:     []string{"page", "size", "searchText", "status"},
	Authority: upstream.System,
	Ours:      oursLeads,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	PageSize:  100,
	Tags:      []string{"leads"},
	Assumed:   assumedLead + ", in a page",
}

// ReadLead reads one lead of the marketplace by its uuid.
var ReadLead = &upstream.Route{
	Name:      "appdirect.readLead",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/prm/v1/leads/{uuid}",
	Authority: upstream.System,
	Ours:      oursLeads,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	Tags:      []string{"lead:{uuid}", "leads"},
	Assumed:   assumedLead,
}

// ListPartnerLeads reads the leads of one partner by the newer interface. It
// admits partners' people only, so it is called with the viewer's own token
// and its replies are that viewer's alone. Which leads these are depends on who
// asks, so nobody can ask in their stead.
var ListPartnerLeads = &upstream.Route{
	Name:      "appdirect.listPartnerLeads",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/lead/v2/leads",
	Query:     []string{"context", "companyId", "page", "size"},
	Authority: upstream.Viewer,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	PageSize:  100,
	Tags:      []string{"leads"},
}

// Lead is a lead as the older interface writes it.
type Lead struct {
	UUID                 wire.Text  `json:"uuid"`
	Status               wire.Text  `json:"status"`
	Source               wire.Text  `json:"source"`
	Target               wire.Text  `json:"target"`
	Comment              wire.Text  `json:"comment"`
	CreationDate         wire.Time  `json:"creationDate"`
	LastModificationDate wire.Time  `json:"lastModificationDate"`
	Customer             *LeadParty `json:"customer"`
	Reseller             *LeadParty `json:"reseller"`
	// Application is the product by its number; empty where the lead is about none.
	Application wire.Ref `json:"application"`
}

// Check wants the id.
func (l *Lead) Check() error { return wire.Identified(l.UUID) }

// LeadParty is a company in a lead, and whom to talk to there.
type LeadParty struct {
	Company struct {
		Name wire.Text `json:"name"`
	} `json:"company"`
	Contact struct {
		FirstName wire.Text `json:"firstName"`
		LastName  wire.Text `json:"lastName"`
		Email     wire.Text `json:"email"`
		Phone     wire.Text `json:"phone"`
	} `json:"contact"`
}

// PartnerLead is a lead as the newer interface writes it. Its moments are in
// seconds, as printed; those of all other endpoints are in milliseconds.
type PartnerLead struct {
	ID           wire.Text `json:"id"`
	Status       wire.Text `json:"status"`
	LeadType     wire.Text `json:"leadType"`
	Result       wire.Text `json:"result"`
	CreatedOn    wire.Unix `json:"createdOn"`
	LastModified wire.Unix `json:"lastModified"`
	Customer     LeadParty `json:"customer"`
}

// Check wants the id.
func (l *PartnerLead) Check() error { return wire.Identified(l.ID) }

// DecodeLeads reads a reply of [ListLeads].
func DecodeLeads(body []byte) (Page[Lead], error) {
	return wire.Decode[Page[Lead]](ListLeads, body)
}

// DecodeLead reads a reply of [ReadLead].
func DecodeLead(body []byte) (Lead, error) {
	return wire.Decode[Lead](ReadLead, body)
}

// DecodePartnerLeads reads a reply of [ListPartnerLeads].
func DecodePartnerLeads(body []byte) (Page[PartnerLead], error) {
	return wire.Decode[Page[PartnerLead]](ListPartnerLeads, body)
}
