package sandbox

import (
	"errors"
	"net/http"
	"slices"
)

// soldLine is a line of an order.
type soldLine struct {
	kind, description string
	unit              string // "" for what is not counted
	quantity, price   amount
	per               amount // percentage of a tax, which has no price of its own
}

// total is what the line comes to.
func (l soldLine) total() amount { return l.quantity.Mul(l.price) }

// document is the line as orders print it.
func (l soldLine) document(number int64) Document {
	d := Document{
		"id": id(number), "description": l.description, "quantity": tenPlaces(l.quantity), "totalPrice": tenPlaces(l.total()), "type": l.kind,
	}
	if l.kind == "TAX" {
		d["percentage"] = tenPlaces(l.per)
		return d
	}
	d["price"] = tenPlaces(l.price)
	if l.unit != "" {
		d["unit"] = l.unit
	}
	return d
}

// orderLines are the lines of the order, as many as it has numbers for.
func (s *subscriptionSpec) orderLines() []any {
	lines := s.lines()
	out := make([]any, len(lines))
	for i, l := range lines {
		out[i] = l.document(s.order.lines[i])
	}
	return out
}

// orderTotal is the sum of the order's lines.
func (s *subscriptionSpec) orderTotal() amount {
	var sum amount
	for _, l := range s.lines() {
		sum = sum.Add(l.total())
	}
	return sum
}

// lines are what the shop sold or, of what is older, the plan's first price with a
// discount and a tax now and then.
func (s *subscriptionSpec) lines() []soldLine {
	o := &s.order
	if o.sold != nil {
		return o.sold
	}
	one := soldLine{
		kind: "ITEM", description: s.product.name + " - " + s.edition.name, unit: s.plan.costs[0].unit, quantity: units(o.quantity),
		price: fromCents(s.plan.price(o.currency)),
	}
	if one.unit == "NOT_APPLICABLE" {
		one.quantity = units(1)
	}
	lines, total := []soldLine{one}, one.total()
	if o.discount != nil {
		off := percentDown(total, units(o.discount.percentage))
		lines = append(lines, soldLine{kind: "DISCOUNT", description: o.discount.description, quantity: units(1), price: off.Neg()})
		total = total.Sub(off)
	}
	if o.taxPermille > 0 {
		per := fromCents(o.taxPermille * 10)
		lines = append(lines, soldLine{kind: "TAX", description: "Sales Tax", quantity: units(1), price: percentDown(total, per), per: per})
	}
	return lines
}

// percentDown is a part of an amount, rounded down to cents.
func percentDown(a, per amount) amount { return a.Mul(per).Shift(-2).RoundDown(2) }

// orderRecord is the subscription's order by itself.
func (s *subscriptionSpec) orderRecord() *Record {
	o := &s.order
	return &Record{ID: id(o.number), Body: s.orderDocument(), Facts: map[string]any{
		"start": millis(midnight(s.created)), "created": millis(s.created), "status": o.status, "currency": o.currency, "type": o.kind,
		"frequency": s.plan.frequency, "referenceCode": o.code, "product": id(s.product.number), "number": o.number,
		"total": s.orderTotal().Shift(2).IntPart(), "company": s.company.uuid, "user": s.user.uuid, "subscription": s.uuid,
	}}
}

// subscribe files a subscription and its order.
func (w *world) subscribe(s *subscriptionSpec) error {
	return errors.Join(w.subscriptions.Put(s.record()), w.orders.Put(s.orderRecord()))
}

// ordersOf makes one of the four lists of orders, which differ in what they start
// from and how they are paged.
func ordersOf(records func(*exchange) ([]*Record, error), paging func(*exchange, []*Record) (reply, error)) handler {
	return listing{
		records: records,
		filters: map[string]filter{
			"startDateFrom": notBefore("start"), "startDateTo": notAfter("start"), "fromCreationDate": notBefore("created"),
			"toCreationDate": notAfter("created"), "status": oneOf("status"), "currency": oneOf("currency"), "type": oneOf("type"),
			"frequency": oneOf("frequency"), "orderReferenceCode": oneOf("referenceCode"), "referenceCode": oneOf("referenceCode"),
			"applicationIds": oneOf("product"),
		},
		sorts:  map[string]string{"DATE": "created", "ORDER_ID": "number", "TOTAL": "total"},
		paging: paging,
	}.serve
}

// readOrder answers GET /billing/v1/orders/{orderId}.
func readOrder(x *exchange) (reply, error) {
	r := x.world.orders.Get(x.params["orderId"])
	if r == nil {
		return reply{}, notFound("Order not found with id %s.", x.params["orderId"])
	}
	body := r.Body
	for _, name := range splitValues(x.query["expand"]) {
		if !slices.Contains([]string{"user", "company", "salesSupportUser"}, name) {
			return reply{}, badParam("expand", "must be of user, company, salesSupportUser")
		}
		if c := map[string]*Collection{"user": x.world.users, "company": x.world.companies}[name]; c != nil {
			body = body.with(Document{name: expanded(c.Get(r.text(name)), body[name])})
		}
	}
	return reply{body: body}, nil
}

// orderRoutes are the orders that are answered.
func orderRoutes() map[string]handler {
	orders, listed := func(w *world) *Collection { return w.orders }, windows(asStored, maxWindow, false)
	return map[string]handler{
		http.MethodGet + " /billing/v1/orders":                                      ordersOf(everything(orders), pages(asStored, false)),
		http.MethodGet + " /billing/v1/orders/{orderId}":                            readOrder,
		http.MethodGet + " /billing/v1/companies/{companyId}/orders":                ordersOf(ownedBy(orders, billedCompany), listed),
		http.MethodGet + " /billing/v1/companies/{companyId}/users/{userId}/orders": ordersOf(ownedBy(orders, billedCompany, billedUser), listed),
		http.MethodGet + " /billing/v1/subscriptions/{subscriptionId}/orders":       ordersOf(ownedBy(orders, billedSubscription), listed),
	}
}
