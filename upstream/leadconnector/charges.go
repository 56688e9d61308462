package leadconnector

import (
	"errors"
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ListCharges reads what a location's wallet was charged; the token names the location.
var ListCharges = &upstream.Route{
	Name:      "leadconnector.listCharges",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/marketplace/billing/charges",
	Query:     []string{"meterId", "eventId", "userId", "startDate", "endDate", "skip", "limit"},
	Authority: upstream.System,
	Fresh:     freshWallet,
	Hard:      hardExpiry,
	PageSize:  pageLimit,
	Tags:      []string{"charges"},
}

// ReadCharge reads one charge of the token's location.
var ReadCharge = &upstream.Route{
	Name:      "leadconnector.readCharge",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/marketplace/billing/charges/{chargeId}",
	Authority: upstream.System,
	Fresh:     freshWallet,
	Hard:      hardExpiry,
	Tags:      []string{"charge:{chargeId}", "charges"},
}

// HasFunds reads whether the wallet of the token's location can be charged. It is never cached.
var HasFunds = &upstream.Route{
	Name:      "leadconnector.hasFunds",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/marketplace/billing/charges/has-funds",
	Authority: upstream.System,
}

// Charge is one charge to a wallet.
type Charge struct {
	ChargeID wire.Text `json:"chargeId"`
	AppID    wire.Text `json:"appId"`
	MeterID  wire.Text `json:"meterId"`
	// EntityType says what EntityID is the id of: location.
	EntityType      wire.Text   `json:"entityType"`
	EntityID        wire.Text   `json:"entityId"`
	TransactionType wire.Text   `json:"transactionType"`
	Currency        wire.Text   `json:"currency"`
	AmountCharged   wire.Number `json:"amountCharged"`
	PricePerUnit    wire.Number `json:"pricePerUnit"`
	Units           wire.Number `json:"units"`
	Refunded        wire.Bool   `json:"refunded"`
	Meta            ChargeMeta  `json:"meta"`
	CreatedAt       wire.Time   `json:"createdAt"`
	UpdatedAt       wire.Time   `json:"updatedAt"`
}

// Check wants the id. The answer of has-funds, which a charge of that id would be read as, has none.
func (c *Charge) Check() error { return wire.Identified(c.ChargeID) }

// ChargeMeta is what the application said when it charged.
type ChargeMeta struct {
	EventID     wire.Text `json:"eventId"`
	Description wire.Text `json:"description"`
}

// Charges is one page of a wallet's charges.
type Charges struct {
	// Items keep the backend's order; never nil in what the decoder gives.
	Items []Charge `json:"charges"`
	// Pagination is nil where the reply carries none.
	Pagination *Pagination `json:"pagination"`
}

// Check refuses an object that is no page at all, such as an error answered as a success.
func (c *Charges) Check() error {
	if c.Items == nil {
		return errNoItems
	}
	return wire.CheckAll(c.Items)
}

// Next is how many charges to skip for the page after this one, which was asked for after skip; false on the last.
func (c Charges) Next(skip int) (next int, more bool) {
	next, more = Next(skip, len(c.Items))
	return next, more && (c.Pagination == nil || next < c.Pagination.Total)
}

// Funds is the answer of [HasFunds].
type Funds struct {
	HasFunds wire.Bool `json:"hasFunds"`
}

var errNoAnswer = errors.New("neither funds nor none")

// Check wants the answer: nothing said must not be read as no funds.
func (f *Funds) Check() error {
	if !f.HasFunds.Valid {
		return errNoAnswer
	}
	return nil
}

// DecodeCharges reads a reply of [ListCharges].
func DecodeCharges(body []byte) (Charges, error) {
	return wire.Decode[Charges](ListCharges, body)
}

// DecodeCharge reads a reply of [ReadCharge].
func DecodeCharge(body []byte) (Charge, error) {
	return wire.Decode[Charge](ReadCharge, body)
}

// DecodeFunds reads a reply of [HasFunds].
func DecodeFunds(body []byte) (Funds, error) {
	return wire.Decode[Funds](HasFunds, body)
}
