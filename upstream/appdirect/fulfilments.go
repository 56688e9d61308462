package appdirect

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// Only the guide to checkout prints these endpoints, the reference does not.

// The reason behind fulfilments' system calls.
const oursFulfilments = "fulfilments print no roles; who may see the cart may see where it goes"

// CreateFulfilment sets where a cart is to be delivered, and asks for quotes. It replaces the address before.
var CreateFulfilment = &upstream.Route{
	Name:      "appdirect.createFulfilment",
	Backend:   Backend,
	Method:    http.MethodPost,
	Path:      "/appMarket/v2/fulfillments",
	Authority: upstream.System,
	Ours:      oursFulfilments,
}

// ReadFulfilments reads the fulfilment of a cart, as a page of one or none.
var ReadFulfilments = &upstream.Route{
	Name:      "appdirect.readFulfilments",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/appMarket/v2/fulfillments",
	Query:     []string{"shoppingCartId"},
	Authority: upstream.System,
	Ours:      oursFulfilments,
	Tags:      []string{"carts"},
}

// ChooseShipping takes one of a fulfilment's quotes; its fee goes into the cart.
var ChooseShipping = &upstream.Route{
	Name:      "appdirect.chooseShipping",
	Backend:   Backend,
	Method:    http.MethodPost,
	Path:      "/appMarket/v2/fulfillments/{fulfillmentUuid}/shippingFees",
	Authority: upstream.System,
	Ours:      oursFulfilments,
}

// Fulfilment is where a cart goes, and what it costs to get it there.
type Fulfilment struct {
	UUID   wire.Text `json:"uuid"`
	CartID wire.Text `json:"shoppingCartId"`
	// State is "validated" once the address was found to be one.
	State wire.Text `json:"state"`
	// Status is how much has been delivered: "UNFULFILLED".
	Status               wire.Text        `json:"fulfillmentStatus"`
	Currency             wire.Text        `json:"currency"`
	SameAsBillingAddress wire.Bool        `json:"sameAsBillingAddress"`
	DeliveryAddress      *DeliveryAddress `json:"deliveryAddress"`
	Quotes               []ShippingQuote  `json:"shippingQuotes"`
	QuotesExpiryDate     wire.Time        `json:"shippingQuotesExpiryDate"`
	// Fee is the quote that was chosen; nil before.
	Fee *ShippingFee `json:"shippingFee"`
}

// Check wants the id, and the cart's.
func (f *Fulfilment) Check() error {
	return errors.Join(wire.Identified(f.UUID), wire.Identified(f.CartID))
}

// DeliveryAddress is an address as fulfilments write it, in requests and replies. "" is left out.
type DeliveryAddress struct {
	Name         wire.Text `json:"name,omitempty"`
	AddressLine1 wire.Text `json:"addressLine1,omitempty"`
	AddressLine2 wire.Text `json:"addressLine2,omitempty"`
	City         wire.Text `json:"city,omitempty"`
	// SubdivisionCode is a state's or province's, without its country: "MA".
	SubdivisionCode wire.Text `json:"subdivisionCode,omitempty"`
	PostalCode      wire.Text `json:"postalCode,omitempty"`
	// CountryCode is ISO 3166's, of two letters.
	CountryCode wire.Text `json:"countryCode,omitempty"`
	Email       wire.Text `json:"email,omitempty"`
	Phone       wire.Text `json:"phone,omitempty"`
}

// ShippingQuote is one way to have it delivered.
type ShippingQuote struct {
	ID wire.Text `json:"shippingQuoteId"`
	// Name is what it is called, by locale.
	Name        map[string]wire.Text `json:"name"`
	ServiceType wire.Text            `json:"serviceType"`
	Currency    wire.Text            `json:"currency"`
	Cost        wire.Number          `json:"cost"`
	IsFree      wire.Bool            `json:"isFree"`
}

// ShippingFee is a quote in force.
type ShippingFee struct {
	ID        wire.Text `json:"shippingFeeId"`
	QuoteID   wire.Text `json:"shippingQuoteId"`
	CartFeeID wire.Text `json:"shoppingCartFeeId"`
}

// DecodeFulfilments reads a reply of [CreateFulfilment] or [ReadFulfilments].
func DecodeFulfilments(route *upstream.Route, body []byte) (Page[Fulfilment], error) {
	return wire.Decode[Page[Fulfilment]](route, body)
}

// DecodeFulfilment reads a reply of [ChooseShipping].
func DecodeFulfilment(body []byte) (Fulfilment, error) {
	return wire.Decode[Fulfilment](ChooseShipping, body)
}

// FulfilmentRequest says where a cart is to go.
type FulfilmentRequest struct {
	CartID string `json:"shoppingCartId"`
	// DeliveryAddress is left out where it is the billing address.
	DeliveryAddress      *DeliveryAddress `json:"deliveryAddress,omitempty"`
	SameAsBillingAddress bool             `json:"sameAsBillingAddress"`
}

// EncodeFulfilment writes the body of [CreateFulfilment].
func EncodeFulfilment(request FulfilmentRequest) ([]byte, error) { return json.Marshal(request) }

// EncodeShippingChoice writes the body of [ChooseShipping].
func EncodeShippingChoice(quoteID string) ([]byte, error) {
	return json.Marshal(struct {
		QuoteID string `json:"shippingQuoteId"`
	}{quoteID})
}
