package twilio

import (
	"errors"
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ListPhoneNumbers reads an account's phone numbers, all or by number.
var ListPhoneNumbers = &upstream.Route{
	Name:      "twilio.listPhoneNumbers",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers.json",
	Query:     listQuery("PhoneNumber"),
	Authority: upstream.System,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	PageSize:  maxPage,
	Tags:      []string{"account:{AccountSid}:phoneNumbers"},
}

// ListAssignedAddOns reads the installations that a phone number uses.
var ListAssignedAddOns = &upstream.Route{
	Name:      "twilio.listAssignedAddOns",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers/{ResourceSid}/AssignedAddOns.json",
	Query:     listQuery(),
	Authority: upstream.System,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	PageSize:  maxPage,
	Tags:      []string{"phoneNumber:{ResourceSid}:assignedAddOns", "account:{AccountSid}:assignedAddOns"},
}

// PhoneNumber is a number that an account owns.
type PhoneNumber struct {
	SID        wire.Text `json:"sid"`
	AccountSID wire.Text `json:"account_sid"`
	// PhoneNumber is E.164: "+18089255327".
	PhoneNumber  wire.Text    `json:"phone_number"`
	FriendlyName wire.Text    `json:"friendly_name"`
	Capabilities Capabilities `json:"capabilities"`
	Status       wire.Text    `json:"status"`
	Type         wire.Text    `json:"type"`
	Origin       wire.Text    `json:"origin"`
	Beta         wire.Bool    `json:"beta"`
	DateCreated  wire.Time    `json:"date_created"`
	DateUpdated  wire.Time    `json:"date_updated"`
}

// Check wants the number as well: it is what other backends know it by.
func (p *PhoneNumber) Check() error {
	return errors.Join(wire.Identified(p.SID), wire.Identified(p.PhoneNumber))
}

// Capabilities say what a number can do.
type Capabilities struct {
	Voice wire.Bool `json:"voice"`
	SMS   wire.Bool `json:"sms"`
	MMS   wire.Bool `json:"mms"`
	Fax   wire.Bool `json:"fax"`
}

// AssignedAddOn is an installation in use by a phone number; it has the installation's sid.
type AssignedAddOn struct {
	SID           wire.Text `json:"sid"`
	AccountSID    wire.Text `json:"account_sid"`
	ResourceSID   wire.Text `json:"resource_sid"`
	FriendlyName  wire.Text `json:"friendly_name"`
	Description   wire.Text `json:"description"`
	UniqueName    wire.Text `json:"unique_name"`
	Configuration Document  `json:"configuration"`
	DateCreated   wire.Time `json:"date_created"`
	DateUpdated   wire.Time `json:"date_updated"`
}

// Check wants the sid.
func (a *AssignedAddOn) Check() error { return wire.Identified(a.SID) }

// DecodePhoneNumbers reads a reply of [ListPhoneNumbers].
func DecodePhoneNumbers(body []byte) (Page[PhoneNumber], error) {
	return decodePage[PhoneNumber](ListPhoneNumbers, "incoming_phone_numbers", body)
}

// DecodeAssignedAddOns reads a reply of [ListAssignedAddOns].
func DecodeAssignedAddOns(body []byte) (Page[AssignedAddOn], error) {
	return decodePage[AssignedAddOn](ListAssignedAddOns, "assigned_add_ons", body)
}
