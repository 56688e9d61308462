package sandbox

import (
	"net/http"
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

// discountSpec is what a discount's document is made of: a percentage, or a price
// that is taken off.
type discountSpec struct {
	number            int64
	code, description string // code is "" for a discount that applies by itself
	percentage        int    // 0 for a discount of a price
	price             amount // 0 for a discount of a percentage
	created           time.Time
	starts, ends      time.Time    // zero when open
	product           *productSpec // nil for any
	edition           *editionSpec // nil for any; one of the product otherwise
	redemptions       int
	maxRedemptions    int // 0 means any number
}

// record makes the discount's document and what the list is ordered by.
func (d *discountSpec) record() *Record {
	facts := map[string]any{
		"code": d.code, "created": millis(d.created), "redemptions": int64(d.redemptions), "channel": "CHANNEL",
	}
	for name, t := range map[string]time.Time{"start": d.starts, "end": d.ends} {
		if !t.IsZero() {
			facts[name] = millis(t)
		}
	}
	var productID, productName, editionID, price any
	kind := "PERCENTAGE"
	if d.product != nil {
		productID, productName = d.product.number, d.product.name
		facts["application"] = d.product.name
	}
	if d.edition != nil {
		editionID = d.edition.number
	}
	if d.price.IsPositive() {
		kind, price = "FIXED_PRICE", number(d.price.String())
	}
	return &Record{ID: id(d.number), Facts: facts, Body: Document{
		"id": d.number, "code": nullable(d.code), "description": d.description, "type": kind, "percentage": d.percentage,
		"price": price, "autoApply": d.code == "", "retainable": false, "createdOn": millis(d.created), "startDate": momentOrNull(d.starts),
		"expirationDate": momentOrNull(d.ends), "redemptions": d.redemptions, "maxRedemptions": zeroAsNull(d.maxRedemptions),
		"redemptionRestriction": "NONE", "unit": "USER", "minUnits": 0, "maxUnits": 0, "billingCycles": nil, "applicationId": productID,
		"applicationName": productName, "editionId": editionID, "paymentPlanId": nil, "industryId": nil, "resellerCompanyId": nil,
		"basePartnerSharePercentage": nil, "partnerSharePercentage": nil, "vendorSharePercentage": nil,
	}}
}

// momentOrNull is null for an open end.
func momentOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return millis(t)
}

// off is what the discount takes off a price, which never becomes less than
// nothing.
func (d *discountSpec) off(price amount) amount {
	if d.price.IsPositive() {
		return decimal.Min(d.price, price)
	}
	return percent(price, units(d.percentage))
}

// runs reports whether the discount can be had at a time.
func (d *discountSpec) runs(now time.Time) bool {
	return !now.Before(d.starts) && (d.ends.IsZero() || now.Before(d.ends)) && (d.maxRedemptions == 0 || d.redemptions < d.maxRedemptions)
}

// covers reports whether the discount is for what is offered.
func (d *discountSpec) covers(o offer) bool {
	return (d.product == nil || d.product == o.product) && (d.edition == nil || d.edition == o.edition)
}

// discountItem writes the id of the item's discount beside its code, and refuses a
// code that is not good for it; the caller holds the lock.
func (s *shop) discountItem(i *cartItemSpec, now time.Time) error {
	i.body.DiscountID = ""
	if problem, bad := s.discountIssue(i, now); bad {
		return refusal(problem)
	}
	if d := s.discounts[i.body.DiscountCode]; d != nil {
		i.body.DiscountID = id(d.number)
	}
	return nil
}

// discountIssue is what is wrong with the item's discount; false when nothing is.
func (s *shop) discountIssue(i *cartItemSpec, now time.Time) (issue, bool) {
	code := i.body.DiscountCode
	problem := issue{ItemID: i.body.ID, Params: []issueParam{{"DISCOUNT_CODE", code}}}
	switch d := s.discounts[code]; {
	case code == "":
		return issue{}, false
	case d == nil || !d.runs(now):
		problem.Code, problem.Message = "INVALID_DISCOUNT_CODE", "Discount "+code+" does not exist or is expired."
	case !d.covers(i.offer):
		problem.Code, problem.Message = "DISCOUNT_NOT_APPLICABLE", "Discount "+code+" does not apply to item with id: "+i.body.ID+"."
	default:
		return issue{}, false
	}
	return problem, true
}

// redeem counts the discounts of a purchase; the caller holds the lock.
func (s *shop) redeem(w *world, c *cartSpec) error {
	for _, item := range c.items {
		old := s.discounts[item.body.DiscountCode]
		if old == nil {
			continue
		}
		d := *old
		d.redemptions++
		s.discounts[d.code] = &d
		if err := w.discounts.Put(d.record()); err != nil {
			return err
		}
	}
	return nil
}

// removeDiscount answers DELETE …/discounts/{discountCode}: from the items that
// itemId names, or from all.
func removeDiscount(x *exchange) (reply, error) {
	code, only := x.params["discountCode"], splitValues(x.query["itemId"])
	_, err := x.changeCart(func(c *cartSpec) error {
		removed := 0
		for at, item := range c.items {
			if item.body.DiscountCode == code && (len(only) == 0 || slices.Contains(only, item.body.ID)) {
				plain := *item
				plain.body.DiscountCode, plain.body.DiscountID = "", ""
				c.items[at] = &plain
				removed++
			}
		}
		if removed == 0 {
			return notFound("Discount not found with code %s.", code)
		}
		return nil
	})
	return done, err
}

// readDiscount answers GET /channel/v1/discounts/{discountId}.
func readDiscount(x *exchange) (reply, error) {
	r := x.world.discounts.Get(x.params["discountId"])
	if r == nil {
		return reply{}, notFound("Discount not found with id %s.", x.params["discountId"])
	}
	return reply{body: r.Body}, nil
}

// discountRoutes are discounts, the one list that prints its total in a header.
func discountRoutes() map[string]handler {
	return map[string]handler{
		http.MethodGet + " /channel/v1/discounts": listing{
			records: everything(func(w *world) *Collection { return w.discounts }),
			filters: map[string]filter{"code": oneOf("code")},
			sorts: map[string]string{
				"APPLICATION": "application", "CHANNEL": "channel", "CODE": "code", "CREATED_ON": "created",
				"END_DATE": "end", "REDEMPTIONS": "redemptions", "START_DATE": "start",
			},
			paging: windows(asStored, maxWindow, true),
		}.serve,
		http.MethodGet + " /channel/v1/discounts/{discountId}": readDiscount,
	}
}
