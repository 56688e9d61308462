package twilio

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ReadAccount reads one account, as itself or as its parent. The reply holds the
// account's token, so it is never kept anywhere.
var ReadAccount = &upstream.Route{
	Name:      "twilio.readAccount",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/2010-04-01/Accounts/{Sid}.json",
	Authority: upstream.System,
}

// Account is an account without its token.
type Account struct {
	SID             wire.Text `json:"sid"`
	OwnerAccountSID wire.Text `json:"owner_account_sid"`
	FriendlyName    wire.Text `json:"friendly_name"`
	// Status is active, suspended or closed.
	Status wire.Text `json:"status"`
	// Type is Trial or Full.
	Type        wire.Text `json:"type"`
	DateCreated wire.Time `json:"date_created"`
	DateUpdated wire.Time `json:"date_updated"`
}

// Check wants the sid.
func (a *Account) Check() error { return wire.Identified(a.SID) }

// DecodeAccount reads a reply of [ReadAccount].
func DecodeAccount(body []byte) (Account, error) {
	return wire.Decode[Account](ReadAccount, body)
}
