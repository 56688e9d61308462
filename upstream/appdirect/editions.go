package appdirect

import "errors"

// Edition is a variant of a product, as the catalogue writes it and as
// billing embeds it on demand.
type Edition struct {
	DashID      Text   `json:"-id"`
	ID          Text   `json:"id"`
	UUID        Text   `json:"uuid"`
	Name        Text   `json:"name"`
	Code        Text   `json:"code"`
	Primary     Bool   `json:"primary"`
	Invisible   Bool   `json:"invisible"`
	RevenueType Text   `json:"revenueType"`
	Trial       *Trial `json:"trial"`
	Plans       Plans  `json:"plans"`
}

// Trial is a free trial; a length of 0 means none.
type Trial struct {
	Length Number `json:"length"`
	Unit   Text   `json:"unit"`
}

// Plans is a list of payment plans, or {"plan": …} in billing.
type Plans = List[Plan]

// Plan is a way to pay for an edition.
type Plan struct {
	DashID         Text       `json:"-id"`
	ID             Text       `json:"id"`
	UUID           Text       `json:"uuid"`
	Frequency      Text       `json:"frequency"`
	IsPrimaryPrice Bool       `json:"isPrimaryPrice"`
	Contract       *Contract  `json:"contract"`
	Costs          List[Cost] `json:"costs"`
}

// Contract is the contract of a plan.
type Contract struct {
	MinimumServiceLength         Number `json:"minimumServiceLength"`
	BlockSwitchToShorterContract Bool   `json:"blockSwitchToShorterContract"`
	BlockContractDowngrades      Bool   `json:"blockContractDowngrades"`
	BlockContractUpgrades        Bool   `json:"blockContractUpgrades"`
}

// Cost is what a plan charges for one unit, by currency code.
type Cost struct {
	Unit         Text              `json:"unit"`
	Amount       map[string]Number `json:"amount"`
	MinUnits     Number            `json:"minUnits"`
	MaxUnits     Number            `json:"maxUnits"`
	Increment    Number            `json:"increment"`
	MeteredUsage Bool              `json:"meteredUsage"`
}

// Number is the edition's number in whichever spelling it was written.
func (e Edition) Number() string { return string(or(e.ID, e.DashID)) }

// Number is the plan's number in whichever spelling it was written.
func (p Plan) Number() string { return string(or(p.ID, p.DashID)) }

// check wants both, like a product's; one embedded in billing has only its number and is not checked.
func (e *Edition) check() error {
	return errors.Join(identified(e.ID, e.DashID), identified(e.UUID))
}

// DecodeEdition reads a reply of [ReadEdition].
func DecodeEdition(body []byte) (Edition, error) {
	return decode[Edition](ReadEdition, body)
}
