package sandbox

import (
	"strconv"
	"time"
)

// subscriptionSpec is what a subscription's document is made of.
type subscriptionSpec struct {
	uuid, external, status string
	company                *companySpec
	user                   *userSpec
	product                *productSpec
	edition                *editionSpec
	plan                   *planSpec
	created, ended         time.Time // ended is zero while it runs
	today                  time.Time // what is billed next is billed after it: the day of the demo data, or of the purchase
	maxUsers               int       // 0 means that the document names none
	order                  orderSpec
	dates                  dateStyle
}

// orderSpec is what a subscription's order is made of.
type orderSpec struct {
	number, previous, oneTime int64 // previous and oneTime are 0 when there is none
	kind, status, currency    string
	quantity                  int
	setup                     amount
	discount                  *discountSpec // nil when there is none
	lines                     []int64       // numbers of the order's lines, as many as may be needed
	costStyle, lineStyle      wrapping
	taxPermille               int64
	code                      string // reference code; the purchase number of what the shop sold
	purchase                  string // id of the purchase; "" for what is older than the shop
	sold                      []soldLine
}

// dateStyle is how a document writes its dates.
type dateStyle int

const (
	isoDates        dateStyle = iota // "2015-08-12T13:43:26-06:00", nine in ten
	millisDates                      // 1439408606000
	millisTextDates                  // "1439408606000"
)

// write writes a time as text or as a number, as the document's style has it.
func (s dateStyle) write(t time.Time) any {
	switch s {
	case millisDates:
		return t.UnixMilli()
	case millisTextDates:
		return strconv.FormatInt(t.UnixMilli(), 10)
	default:
		return billingTime(t)
	}
}

// Billing documents print references to users and companies with a doubled
// slash, of an API version that is documented nowhere else.
func billingUser(u *userSpec) Document {
	return reference(u.uuid, href("/api/account/v1//users/"+u.uuid))
}

func billingCompany(c *companySpec) Document {
	return reference(c.uuid, href("/api/account/v1//companies/"+c.uuid))
}

// record makes the subscription's document. Absent values have no member at all,
// unlike in newer documents, which print null.
func (s *subscriptionSpec) record() *Record {
	body := Document{
		"id": s.uuid, "creationDate": s.dates.write(s.created), "status": s.status, "order": s.orderDocument(),
		"user": billingUser(s.user), "company": billingCompany(s.company),
		"product": reference(id(s.product.number), productPath(s.product.number)),
		"edition": reference(id(s.edition.number), editionPath(s.product.number, s.edition.number)),
	}
	if s.external != "" {
		body["externalAccountId"] = s.external
	}
	if s.maxUsers > 0 {
		body["maxUsers"] = strconv.Itoa(s.maxUsers)
	}
	if !s.ended.IsZero() {
		body["endDate"] = s.dates.write(s.ended)
	}
	return &Record{ID: s.uuid, Body: body, Facts: s.facts()}
}

// facts are what the subscription lists are filtered and ordered by.
func (s *subscriptionSpec) facts() map[string]any {
	modified := s.created
	if s.ended.After(modified) {
		modified = s.ended
	}
	facts := map[string]any{
		"company": s.company.uuid, "user": s.user.uuid, "product": id(s.product.number), "edition": id(s.edition.number),
		"plan": id(s.plan.number), "status": s.status, "created": millis(s.created), "lastModified": millis(modified),
		"productName": s.product.name, "companyName": s.company.name, "owner": s.user.last + " " + s.user.first, "id": s.uuid,
		"referenceCode": s.order.code,
	}
	if s.order.discount != nil {
		facts["discount"] = id(s.order.discount.number)
	}
	return facts
}

// orderDocument is the order that every subscription embeds.
func (s *subscriptionSpec) orderDocument() Document {
	o, start := &s.order, midnight(s.created)
	d := Document{
		"id": id(o.number), "startDate": s.dates.write(start), "nextBillingDate": s.dates.write(s.nextBilling()), "status": o.status,
		"frequency": s.plan.frequency, "currency": o.currency, "type": o.kind, "user": billingUser(s.user),
		"company": billingCompany(s.company), "paymentPlan": s.planDocument(), "paymentPlanId": id(s.plan.number), "activated": "false",
	}
	d["orderLines"], d["totalPrice"] = o.lineStyle.list("orderLine", s.orderLines()), tenPlaces(s.orderTotal())
	if s.plan.frequency == "ONE_TIME" || !s.ended.IsZero() {
		d["endDate"] = s.dates.write(start)
	}
	if o.previous != 0 {
		d["previousOrder"] = reference(id(o.previous), href("/api/billing/v1/orders/"+id(o.previous)))
	}
	if o.discount != nil {
		d["discount"] = reference(id(o.discount.number), href("/api/channel/v1/discounts/"+id(o.discount.number)))
	}
	if o.oneTime != 0 {
		d["oneTimeOrders"] = Document{"oneTimeOrder": s.setupOrder()}
	}
	if s.plan.months > 0 {
		d["contract"] = s.contract()
	}
	if o.code != "" {
		d["referenceCode"] = o.code
	}
	if o.purchase != "" {
		d["purchaseId"] = o.purchase
	}
	return d
}

// setupOrder is the one-time order that collects the setup fee. There is never
// more than one, so its list is always printed as an object.
func (s *subscriptionSpec) setupOrder() Document {
	start := s.dates.write(midnight(s.created))
	return Document{
		"id": id(s.order.oneTime), "startDate": start, "endDate": start, "nextBillingDate": s.dates.write(s.created),
		"status": "ONE_TIME", "frequency": "ONE_TIME", "currency": s.order.currency, "type": "ONE_TIME_FEE",
		"totalPrice":  tenPlaces(s.order.setup),
		"paymentPlan": reference(id(s.plan.number), planPath(s.product.number, s.edition.number, s.plan.number)),
	}
}

// planDocument is the plan as orders print it: an address as attribute, the
// rest as members.
func (s *subscriptionSpec) planDocument() Document {
	contract := Document{
		"blockContractDowngrades": "false", "blockContractUpgrades": "false", "blockSwitchToShorterContract": "false",
	}
	if s.plan.months > 0 {
		contract["minimumServiceLength"] = strconv.Itoa(s.plan.months)
	}
	if s.plan.feePct > 0 {
		contract["terminationFee"] = s.fee("percentageFee")
	}
	costs := make([]any, len(s.plan.costs))
	for i, c := range s.plan.costs {
		costs[i] = c.billingDocument()
	}
	return Document{
		"-href": planPath(s.product.number, s.edition.number, s.plan.number), "id": id(s.plan.number), "uuid": s.plan.uuid,
		"frequency": s.plan.frequency, "contract": contract, "allowCustomUsage": "false", "keepBillDateOnUsageChange": "false",
		"separatePrepaid": "false", "isPrimaryPrice": "false", "costs": s.order.costStyle.list("cost", costs),
	}
}

// billingDocument is the cost as orders print it: no id, and text throughout.
func (c costSpec) billingDocument() Document {
	amount := Document{}
	for currency, cents := range c.prices {
		amount[currency] = shortMoney(cents)
	}
	d := Document{
		"unit": c.unit, "minUnits": tenPlaces(c.least), "meteredUsage": "false", "increment": tenPlaces(c.increment),
		"pricePerIncrement": strconv.FormatBool(c.byIncrement), "blockContractDecrease": "false", "blockContractIncrease": "false",
		"blockOriginalContractDecrease": "false", "amount": amount,
	}
	if c.most.IsPositive() {
		d["maxUnits"] = tenPlaces(c.most)
	}
	if c.dependency != "" {
		d["unitDependency"] = c.dependency
	}
	return d
}

// contract is the order's own contract.
func (s *subscriptionSpec) contract() Document {
	d := Document{
		"minimumServiceLength": strconv.Itoa(s.plan.months),
		"endOfContractDate":    s.dates.write(midnight(s.created).AddDate(0, s.plan.months, 0)),
	}
	if s.plan.feePct > 0 {
		d["terminationFee"] = s.fee("percentage")
	}
	return d
}

// fee is the termination fee; orders and plans call its size differently.
func (s *subscriptionSpec) fee(size string) Document {
	return Document{"type": "PERCENTAGE", "description": "Early termination", size: longInt(s.plan.feePct)}
}

// nextBilling is the first of next month; a one-time order prints the moment it
// was made instead.
func (s *subscriptionSpec) nextBilling() time.Time {
	if s.plan.frequency == "ONE_TIME" {
		return s.created
	}
	next := midnight(s.today)
	return time.Date(next.Year(), next.Month()+1, 1, 0, 0, 0, 0, billingZone)
}

// midnight is the start of a time's day where billing happens.
func midnight(t time.Time) time.Time {
	t = t.In(billingZone)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, billingZone)
}
