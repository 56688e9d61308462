package sandbox

import "github.com/shopspring/decimal"

// amount is an exact decimal: of money, or of units.
type amount = decimal.Decimal

// fromCents is a price of the catalogue.
func fromCents(n int64) amount { return decimal.New(n, -2) }

// units is a whole number of units.
func units(n int) amount { return decimal.NewFromInt(int64(n)) }

// tenPlaces writes an amount as checkout and billing print it.
func tenPlaces(a amount) string { return a.StringFixed(10) }

// percent is a part of an amount, rounded to cents.
func percent(a amount, per decimal.Decimal) amount {
	return a.Mul(per).Shift(-2).Round(2)
}

// flatTaxPercent is the tax that the marketplace puts on everything, as printed.
var flatTaxPercent = decimal.New(775, -2)

// tax is the flat tax on an amount, rounded to cents.
func tax(a amount) amount { return percent(a, flatTaxPercent) }

// The bounds of a quantity that a caller may name. They keep a number such as
// 1e999999999 from being worked with at all.
const (
	mostUnits      = 10_000_000
	finestQuantity = -6 // decimal places
)

// sane reports whether a quantity from outside can be worked with.
func sane(a amount) bool {
	return a.Exponent() >= finestQuantity && a.Exponent() <= 7 && a.NumDigits() <= 16 && !a.IsNegative() && a.LessThanOrEqual(units(mostUnits))
}
