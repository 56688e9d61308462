package appdirect

import (
	"errors"

	"github.com/marketgraph/marketgraph/upstream/wire"
)

// Edition is a variant of a product, as the catalogue writes it and as
// billing embeds it on demand.
type Edition struct {
	DashID      wire.Text `json:"-id"`
	ID          wire.Text `json:"id"`
	UUID        wire.Text `json:"uuid"`
	Name        wire.Text `json:"name"`
	Code        wire.Text `json:"code"`
	Primary     wire.Bool `json:"primary"`
	Invisible   wire.Bool `json:"invisible"`
	LeadGen     wire.Bool `json:"leadGen"`
	RevenueType wire.Text `json:"revenueType"`
	Trial       *Trial    `json:"trial"`
	Plans       Plans     `json:"plans"`
}

// Trial is a free trial; a length of 0 means none.
type Trial struct {
	Length wire.Number `json:"length"`
	Unit   wire.Text   `json:"unit"`
}

// Plans is a list of payment plans, or {"plan": …} in billing.
type Plans = wire.List[Plan]

// Plan is a way to pay for an edition.
type Plan struct {
	DashID         wire.Text       `json:"-id"`
	ID             wire.Text       `json:"id"`
	UUID           wire.Text       `json:"uuid"`
	Frequency      wire.Text       `json:"frequency"`
	IsPrimaryPrice wire.Bool       `json:"isPrimaryPrice"`
	Contract       *Contract       `json:"contract"`
	Costs          wire.List[Cost] `json:"costs"`
}

// Contract is the contract of a plan.
type Contract struct {
	MinimumServiceLength         wire.Number `json:"minimumServiceLength"`
	BlockSwitchToShorterContract wire.Bool   `json:"blockSwitchToShorterContract"`
	BlockContractDowngrades      wire.Bool   `json:"blockContractDowngrades"`
	BlockContractUpgrades        wire.Bool   `json:"blockContractUpgrades"`
}

// Cost is what a plan charges for one unit, by currency code.
type Cost struct {
	Unit         wire.Text              `json:"unit"`
	Amount       map[string]wire.Number `json:"amount"`
	MinUnits     wire.Number            `json:"minUnits"`
	MaxUnits     wire.Number            `json:"maxUnits"`
	Increment    wire.Number            `json:"increment"`
	MeteredUsage wire.Bool              `json:"meteredUsage"`
}

// Number is the edition's number in whichever spelling it was written.
func (e Edition) Number() string { return string(wire.First(e.ID, e.DashID)) }

// Number is the plan's number in whichever spelling it was written.
func (p Plan) Number() string { return string(wire.First(p.ID, p.DashID)) }

// Check wants both, like a product's; one embedded in billing has only its number and is not checked.
func (e *Edition) Check() error {
	return errors.Join(wire.Identified(e.ID, e.DashID), wire.Identified(e.UUID))
}

// DecodeEdition reads a reply of [ReadEdition].
func DecodeEdition(body []byte) (Edition, error) {
	return wire.Decode[Edition](ReadEdition, body)
}
