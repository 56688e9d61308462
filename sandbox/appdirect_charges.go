package sandbox

import "slices"

// charge is what an item pays for one cost of its plan: so many times a price. A
// tier that a quantity reaches into is a charge of its own.
type charge struct {
	cost            costSpec
	quantity, price amount
}

// total is exact.
func (c charge) total() amount { return c.quantity.Mul(c.price) }

// The pricing strategies of costs by unit.
const (
	strategyUnit      = "UNIT"      // each unit has one price
	strategyTiered    = "TIERED"    // units pay the price of the tier they are in
	strategyVolume    = "VOLUME"    // all units pay the price of the tier that their number is in
	strategyStairstep = "STAIRSTEP" // one price for the tier that the number of units is in
)

// charges are what the item pays in a currency, in the order of the plan's costs.
func (i *cartItemSpec) charges(currency string) []charge {
	var out []charge
	for _, c := range i.plan.costs {
		if times := i.times(c); times.IsPositive() {
			out = append(out, charge{cost: c, quantity: times, price: fromCents(c.prices[currency])})
		}
	}
	return out
}

// times is how often the item pays a cost, 0 for a tier that it is not in.
func (i *cartItemSpec) times(c costSpec) amount {
	switch {
	case c.unit == "ONE_TIME_SETUP" && c.dependency != "":
		return i.quantity(c.dependency)
	case !c.counts():
		return units(1)
	}
	quantity, below := i.quantity(c.unit), i.plan.below(c)
	switch {
	case c.strategy == strategyUnit:
		return quantity
	case quantity.LessThanOrEqual(below):
		return amount{}
	case c.strategy == strategyTiered:
		if c.most.IsPositive() && quantity.GreaterThan(c.most) {
			quantity = c.most
		}
		return quantity.Sub(below)
	case c.most.IsPositive() && quantity.GreaterThan(c.most):
		return amount{}
	case c.strategy == strategyStairstep:
		return units(1)
	default:
		return quantity
	}
}

// below is where a tier begins: at the end of the one before.
func (p *planSpec) below(c costSpec) amount {
	var end amount
	for _, other := range p.costs {
		if other.unit == c.unit && other.least.LessThan(c.least) && other.most.GreaterThan(end) {
			end = other.most
		}
	}
	return end
}

// counts reports whether the cost is by a unit that the buyer chooses a number of.
func (c costSpec) counts() bool {
	return !slices.Contains([]string{"NOT_APPLICABLE", "ONE_TIME_SETUP"}, c.unit)
}
