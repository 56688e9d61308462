package twilio

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ListRecordings reads an account's recordings.
var ListRecordings = &upstream.Route{
	Name:      "twilio.listRecordings",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/2010-04-01/Accounts/{AccountSid}/Recordings.json",
	Query:     listQuery("CallSid", "DateCreated<", "DateCreated>"),
	Authority: upstream.System,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	PageSize:  maxPage,
	Tags:      []string{"account:{AccountSid}:recordings"},
}

// ListAddOnResults reads what add-ons made of a recording.
var ListAddOnResults = &upstream.Route{
	Name:      "twilio.listAddOnResults",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/2010-04-01/Accounts/{AccountSid}/Recordings/{ReferenceSid}/AddOnResults.json",
	Query:     listQuery(),
	Authority: upstream.System,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	PageSize:  maxPage,
	Tags:      []string{"recording:{ReferenceSid}:addOnResults", "account:{AccountSid}:recordings"},
}

// Recording is a recorded call. Its media and the keys to it are left out: nobody asks the graph for them.
type Recording struct {
	SID        wire.Text `json:"sid"`
	AccountSID wire.Text `json:"account_sid"`
	CallSID    wire.Text `json:"call_sid"`
	Status     wire.Text `json:"status"`
	Source     wire.Text `json:"source"`
	// Duration is in seconds.
	Duration wire.Number `json:"duration"`
	Channels wire.Number `json:"channels"`
	// Price is negative for what is charged, in PriceUnit; absent until it is known.
	Price       wire.Number `json:"price"`
	PriceUnit   wire.Text   `json:"price_unit"`
	StartTime   wire.Time   `json:"start_time"`
	DateCreated wire.Time   `json:"date_created"`
	DateUpdated wire.Time   `json:"date_updated"`
}

// Check wants the sid.
func (r *Recording) Check() error { return wire.Identified(r.SID) }

// AddOnResult is what one add-on made of a recording.
type AddOnResult struct {
	SID        wire.Text `json:"sid"`
	AccountSID wire.Text `json:"account_sid"`
	// ReferenceSID is the recording's.
	ReferenceSID wire.Text `json:"reference_sid"`
	// AddOnSID is the listing's (XB…).
	AddOnSID wire.Text `json:"add_on_sid"`
	// AddOnConfigurationSID is the installation's (XE…).
	AddOnConfigurationSID wire.Text `json:"add_on_configuration_sid"`
	Status                wire.Text `json:"status"`
	DateCreated           wire.Time `json:"date_created"`
	DateUpdated           wire.Time `json:"date_updated"`
	DateCompleted         wire.Time `json:"date_completed"`
}

// Check wants the sid.
func (r *AddOnResult) Check() error { return wire.Identified(r.SID) }

// DecodeRecordings reads a reply of [ListRecordings].
func DecodeRecordings(body []byte) (Page[Recording], error) {
	return decodePage[Recording](ListRecordings, "recordings", body)
}

// DecodeAddOnResults reads a reply of [ListAddOnResults].
func DecodeAddOnResults(body []byte) (Page[AddOnResult], error) {
	return decodePage[AddOnResult](ListAddOnResults, "add_on_results", body)
}
