package twilio

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ListAvailableAddOns reads the listings that an account may install.
var ListAvailableAddOns = &upstream.Route{
	Name:      "twilio.listAvailableAddOns",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/v1/AvailableAddOns",
	Query:     listQuery(),
	Authority: upstream.System,
	Fresh:     freshCatalogue,
	Hard:      hardExpiry,
	PageSize:  maxPage,
	Tags:      []string{"availableAddOns"},
}

// ReadAvailableAddOn reads one listing by its sid (XB…).
var ReadAvailableAddOn = &upstream.Route{
	Name:      "twilio.readAvailableAddOn",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/v1/AvailableAddOns/{Sid}",
	Authority: upstream.System,
	Fresh:     freshCatalogue,
	Hard:      hardExpiry,
	Tags:      []string{"availableAddOn:{Sid}", "availableAddOns"},
}

// ListAvailableAddOnExtensions reads where a listing can be plugged in.
var ListAvailableAddOnExtensions = &upstream.Route{
	Name:      "twilio.listAvailableAddOnExtensions",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/v1/AvailableAddOns/{AvailableAddOnSid}/Extensions",
	Query:     listQuery(),
	Authority: upstream.System,
	Fresh:     freshCatalogue,
	Hard:      hardExpiry,
	PageSize:  maxPage,
	Tags:      []string{"availableAddOn:{AvailableAddOnSid}", "availableAddOns"},
}

// AvailableAddOn is a listing.
type AvailableAddOn struct {
	SID          wire.Text `json:"sid"`
	FriendlyName wire.Text `json:"friendly_name"`
	Description  wire.Text `json:"description"`
	// PricingType is in the publisher's words: "per minute".
	PricingType wire.Text `json:"pricing_type"`
	// ConfigurationSchema is the JSON schema of an installation's configuration.
	ConfigurationSchema Document  `json:"configuration_schema"`
	URL                 wire.Text `json:"url"`
}

// Check wants the sid.
func (a *AvailableAddOn) Check() error { return wire.Identified(a.SID) }

// Extension is a place where a listing or an installation is plugged in.
type Extension struct {
	SID wire.Text `json:"sid"`
	// AvailableAddOnSID is the listing's, "" for an installation's extension.
	AvailableAddOnSID wire.Text `json:"available_add_on_sid"`
	// InstalledAddOnSID is the installation's, "" for a listing's extension.
	InstalledAddOnSID wire.Text `json:"installed_add_on_sid"`
	FriendlyName      wire.Text `json:"friendly_name"`
	ProductName       wire.Text `json:"product_name"`
	UniqueName        wire.Text `json:"unique_name"`
	// Enabled is said of an installation's extension only.
	Enabled wire.Bool `json:"enabled"`
}

// Check wants the sid.
func (e *Extension) Check() error { return wire.Identified(e.SID) }

// DecodeAvailableAddOns reads a reply of [ListAvailableAddOns].
func DecodeAvailableAddOns(body []byte) (Page[AvailableAddOn], error) {
	return decodePage[AvailableAddOn](ListAvailableAddOns, "available_add_ons", body)
}

// DecodeAvailableAddOn reads a reply of [ReadAvailableAddOn].
func DecodeAvailableAddOn(body []byte) (AvailableAddOn, error) {
	return wire.Decode[AvailableAddOn](ReadAvailableAddOn, body)
}

// DecodeAvailableAddOnExtensions reads a reply of [ListAvailableAddOnExtensions].
func DecodeAvailableAddOnExtensions(body []byte) (Page[Extension], error) {
	return decodePage[Extension](ListAvailableAddOnExtensions, "extensions", body)
}
