package leadconnector

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ReadInstallation reads who installed an application: the company or the location that the token is of.
var ReadInstallation = &upstream.Route{
	Name:      "leadconnector.readInstallation",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/marketplace/app/{appId}/installations",
	Authority: upstream.System,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	Tags:      []string{"app:{appId}:installations"},
}

// ReadRebilling reads what an application costs at a location, as the agency resells it.
var ReadRebilling = &upstream.Route{
	Name:      "leadconnector.readRebilling",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/marketplace/app/{appId}/rebilling-config/location/{locationId}",
	Authority: upstream.System,
	Fresh:     freshPlans,
	Hard:      hardExpiry,
	Tags:      []string{"app:{appId}:rebilling", "location:{locationId}"},
}

// Installation is one installation of an application.
type Installation struct {
	CompanyID            wire.Text `json:"companyId"`
	CompanyName          wire.Text `json:"companyName"`
	CompanyEmail         wire.Text `json:"companyEmail"`
	CompanyOwnerFullName wire.Text `json:"companyOwnerFullName"`
	CompanyPlan          wire.Text `json:"companyPlan"`
	RelationshipNumber   wire.Text `json:"relationshipNumber"`
	IsWhitelabelCompany  wire.Bool `json:"isWhitelabelCompany"`
	// LocationID is "" for an installation of the whole agency.
	LocationID wire.Text `json:"locationId"`
	// UserID is who installed it.
	UserID wire.Text `json:"userId"`
	// MarketplaceAppPlanID is the planId of a [SubscriptionPlan], "" for an application without plans.
	MarketplaceAppPlanID wire.Text   `json:"marketplaceAppPlanId"`
	WhitelabelDetails    *Whitelabel `json:"whitelabelDetails"`
}

// Whitelabel is how an agency shows the product under its own name.
type Whitelabel struct {
	Domain  wire.Text `json:"domain"`
	LogoURL wire.Text `json:"logoUrl"`
}

// installed is the reply around an installation.
type installed struct {
	Details Installation `json:"installationDetails"`
}

// Check wants the company: an installation is read for whose it is.
func (i *installed) Check() error { return wire.Identified(i.Details.CompanyID) }

// DecodeInstallation reads a reply of [ReadInstallation].
func DecodeInstallation(body []byte) (Installation, error) {
	reply, err := wire.Decode[installed](ReadInstallation, body)
	return reply.Details, err
}
