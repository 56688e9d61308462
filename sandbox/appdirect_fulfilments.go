package sandbox

import (
	"net/http"
	"slices"
	"time"
)

// fulfilment is where a cart's physical items go, and how. It is never changed once
// stored.
type fulfilment struct {
	uuid, cart       string
	address          Document
	sameAsBilling    bool
	created, updated time.Time
	quotes           []shippingQuote
	quote, fee       string // ids of the quote that was chosen and of the cart's fee for it
}

// shippingQuote is one way to ship a cart.
type shippingQuote struct {
	id, name, service string
	cost              amount
}

// document is the quote as the guide prints it, with a cost that is a number.
func (q shippingQuote) document(currency string) Document {
	return Document{
		"name": Document{"en-US": q.name}, "shippingCostMethod": "TOTAL_ITEMS_COST", "shippingRateId": digestID("rate " + q.service),
		"serviceType": q.service, "currency": currency, "cost": number(q.cost.String()), "isFree": q.cost.IsZero(), "shippingQuoteId": q.id,
	}
}

// freeShippingFrom is what a cart must come to for free standard shipping.
var freeShippingFrom = fromCents(500_00)

// quotesOf are the ways to ship a cart, the cheapest first.
func quotesOf(p cartPrice) []shippingQuote {
	quote := func(name, service string, cost amount) shippingQuote {
		return shippingQuote{id: digestID("quote " + p.cart.id + service), name: name, service: service, cost: cost}
	}
	standard := quote("Standard Shipping", "STANDARD", fromCents(9_95))
	if p.goods().GreaterThanOrEqual(freeShippingFrom) {
		standard.name, standard.cost = "Free Shipping Standard", amount{}
	}
	return []shippingQuote{standard, quote("Express Shipping", "EXPRESS", fromCents(24_95))}
}

// goods is what the cart's items come to at once, without fees and taxes.
func (p cartPrice) goods() amount {
	var sum amount
	for _, i := range p.items {
		sum = sum.Add(i.due()).Add(i.setup())
	}
	return sum
}

// physical are the cart's items that have to be shipped.
func (c *cartSpec) physical() []*cartItemSpec {
	return slices.DeleteFunc(slices.Clone(c.items), func(i *cartItemSpec) bool { return !i.product.physical })
}

// ship makes the quote the one that the cart is shipped by, and its fee takes the
// place of the one for the quote before.
func (c *cartSpec) ship(f *fulfilment, q shippingQuote, now time.Time) {
	c.dropFee(f.fee)
	f.quote, f.fee, f.updated = q.id, newUUID(), now
	c.fees = append(c.fees, cartFee{
		ID: f.fee, CreatedOn: now.UTC().Format("2006-01-02T15:04:05.000Z"), Key: shippingKey, Currency: c.currency, Amount: q.cost,
		Description: map[string]any{"defaultDescription": q.name},
	})
}

// dropFee takes a fee off the cart; false when it has none of this id.
func (c *cartSpec) dropFee(id string) bool {
	before := len(c.fees)
	c.fees = slices.DeleteFunc(c.fees, func(f cartFee) bool { return f.ID == id })
	return len(c.fees) < before
}

// deliveryIssues want an address for what has to be shipped.
func (s *shop) deliveryIssues(c *cartSpec) []issue {
	if len(c.physical()) == 0 || s.fulfilled[c.id] != nil {
		return nil
	}
	return []issue{{Code: "DELIVERY_ADDRESS_NOT_FOUND", Message: "Delivery address not found.", Params: []issueParam{}}}
}

// deliveryBody is a delivery address on the wire.
type deliveryBody struct {
	Name            string `json:"name"`
	AddressLine1    string `json:"addressLine1"`
	AddressLine2    string `json:"addressLine2,omitempty"`
	City            string `json:"city"`
	CountryCode     string `json:"countryCode"`
	SubdivisionCode string `json:"subdivisionCode"`
	PostalCode      string `json:"postalCode"`
	Phone           string `json:"phone,omitempty"`
	Email           string `json:"email,omitempty"`
}

// document repeats the address under all its printed names.
func (b deliveryBody) document(now time.Time) Document {
	stamp := now.UTC().Format("2006-01-02T15:04:05.000Z")
	return asDocument(b).with(Document{
		"id": newUUID(), "snapshot": newUUID(), "street1": b.AddressLine1, "state": b.SubdivisionCode, "stateCode": b.SubdivisionCode,
		"country": b.CountryCode, "zip": b.PostalCode, "created": stamp, "modified": stamp,
	})
}

// complete reports whether something can be sent to the address.
func (b deliveryBody) complete() bool {
	return !slices.Contains([]string{b.Name, b.AddressLine1, b.City, b.CountryCode, b.PostalCode}, "")
}

// saveFulfilment answers POST /appMarket/v2/fulfillments: the address is saved, or
// replaces the one before, and the first quote is chosen.
func saveFulfilment(x *exchange) (reply, error) {
	var b struct {
		ShoppingCartID       string        `json:"shoppingCartId"`
		DeliveryAddress      *deliveryBody `json:"deliveryAddress"`
		SameAsBillingAddress bool          `json:"sameAsBillingAddress"`
	}
	if err := x.decode(&b); err != nil {
		return reply{}, err
	}
	var out Document
	s := x.world.shop
	_, err := s.change(x.world, b.ShoppingCartID, func(c *cartSpec) error {
		if len(c.physical()) == 0 {
			return invalidCart("Nothing in the shopping cart has to be shipped.")
		}
		if b.SameAsBillingAddress {
			b.DeliveryAddress = s.billingAddress(c)
		}
		if b.DeliveryAddress == nil || !b.DeliveryAddress.complete() {
			return invalidCart("deliveryAddress needs name, addressLine1, city, countryCode and postalCode.")
		}
		f := &fulfilment{uuid: newUUID(), cart: c.id, created: x.now, sameAsBilling: b.SameAsBillingAddress, address: b.DeliveryAddress.document(x.now)}
		if old := s.fulfilled[c.id]; old != nil {
			f.uuid, f.created = old.uuid, old.created
			c.dropFee(old.fee)
		}
		f.quotes = quotesOf(s.price(c))
		c.ship(f, f.quotes[0], x.now)
		s.fulfilled[c.id] = f
		out = s.fulfilmentDocument(c, f)
		return nil
	})
	if err != nil {
		return reply{}, err
	}
	return reply{body: fulfilmentPage(out)}, nil
}

// billingAddress is where the one who pays lives; nil when nobody pays yet.
func (s *shop) billingAddress(c *cartSpec) *deliveryBody {
	m := s.payment(c)
	if m == nil {
		return nil
	}
	part := func(name string) string { text, _ := m.address[name].(string); return text }
	return &deliveryBody{
		Name: c.buyer.first + " " + c.buyer.last, AddressLine1: part("street1"), City: part("city"), CountryCode: part("country"),
		SubdivisionCode: part("state"), PostalCode: part("zip"),
	}
}

// readFulfilments answers GET /appMarket/v2/fulfillments.
func readFulfilments(x *exchange) (reply, error) {
	s := x.world.shop
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.cart(x.query.Get("shoppingCartId"))
	if err != nil {
		return reply{}, err
	}
	if f := s.fulfilled[c.id]; f != nil {
		return reply{body: fulfilmentPage(s.fulfilmentDocument(c, f))}, nil
	}
	return reply{body: fulfilmentPage()}, nil
}

// fulfilmentPage is the guide's page, of which there is never another.
func fulfilmentPage(content ...Document) Document {
	list := make([]any, len(content))
	for i, d := range content {
		list[i] = d
	}
	return Document{"content": list, "page": pageObject(slot{size: 50, total: len(list)}, 1)}
}

// chooseShipping answers POST …/{fulfillmentUuid}/shippingFees.
func chooseShipping(x *exchange) (reply, error) {
	var b struct {
		ShippingQuoteID string `json:"shippingQuoteId"`
	}
	if err := x.decode(&b); err != nil {
		return reply{}, err
	}
	s := x.world.shop
	cart := s.cartOfFulfilment(x.params["fulfillmentUuid"])
	if cart == "" {
		return reply{}, notFound("Fulfillment not found with id %s.", x.params["fulfillmentUuid"])
	}
	var out Document
	_, err := s.change(x.world, cart, func(c *cartSpec) error {
		f := *s.fulfilled[cart]
		at := slices.IndexFunc(f.quotes, func(q shippingQuote) bool { return q.id == b.ShippingQuoteID })
		if at < 0 {
			return notFound("Shipping quote not found with id %s.", b.ShippingQuoteID)
		}
		c.ship(&f, f.quotes[at], x.now)
		s.fulfilled[cart] = &f
		out = s.fulfilmentDocument(c, &f)
		return nil
	})
	return reply{body: out}, err
}

// cartOfFulfilment finds the cart of a fulfilment, "" when there is none.
func (s *shop) cartOfFulfilment(uuid string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for cart, f := range s.fulfilled {
		if f.uuid == uuid {
			return cart
		}
	}
	return ""
}

// fulfilmentDocument is the fulfilment as the guide prints it.
func (s *shop) fulfilmentDocument(c *cartSpec, f *fulfilment) Document {
	quotes := make([]any, len(f.quotes))
	for i, q := range f.quotes {
		quotes[i] = q.document(c.currency)
	}
	details, pending := []any{}, []any{}
	for _, i := range c.physical() {
		line := Document{
			"fulfillmentItemId": digestID("fulfilment " + i.body.ID), "productId": id(i.product.number), "pricingPlanId": i.plan.uuid,
			"cartItemId": i.body.ID, "quantity": i.pieces(),
		}
		details = append(details, line.with(Document{
			"active": false, "shippers": []any{}, "quantityShipped": 0, "quantityCancelled": 0, "isSupplierRejection": false, "isPartialRejection": false,
		}))
		pending = append(pending, line.with(Document{"status": "PENDING_SUBSCRIPTION", "type": "MANUAL"}))
	}
	origin := originAddress()
	return Document{
		"uuid": f.uuid, "entityType": "fulfillment", "shoppingCartId": f.cart, "sameAsBillingAddress": f.sameAsBilling, "state": "validated",
		"date":        Document{"created": f.created.UTC().Format(time.RFC3339Nano), "updated": f.updated.UTC().Format(time.RFC3339Nano)},
		"channelUuid": digestID("channel"), "originAddressSnapshotUuid": origin["snapshot"], "deliveryAddressSnapshotUuid": f.address["snapshot"],
		"cartItemDetails": details, "pendingFulfillmentItems": pending, "fulfilledItems": []any{}, "fulfillmentStatus": "UNFULFILLED",
		"shipments": []any{}, "shipmentRequests": []any{}, "shippingQuotesExpiryDate": "2121-01-01T00:00:00.000Z", "shippingQuotes": quotes,
		"shippingCostEnabled": true, "defaultShipping": true, "companyUuid": c.company.uuid, "userUuid": c.buyer.uuid, "currency": c.currency,
		"shippingFee":        Document{"shippingFeeId": digestID("fee " + f.fee), "shippingQuoteId": f.quote, "shoppingCartFeeId": f.fee},
		"shoppingCartAmount": tenPlaces(s.price(c).goods()), "deliveryAddress": f.address, "originAddress": origin,
	}
}

// pieces is how many of the item are sent.
func (i *cartItemSpec) pieces() int64 {
	if len(i.body.Units) == 0 {
		return 1
	}
	return i.body.Units[0].Quantity.IntPart()
}

// originAddress is where the marketplace sends from.
func originAddress() Document {
	return Document{
		"id": digestID("origin"), "snapshot": digestID("origin snapshot"), "name": "Demo warehouse", "addressLine1": "1 Harbor Way", "addressLine2": "",
		"city": "Oakland", "subdivisionCode": "CA", "countryCode": "US", "postalCode": "94607", "email": "", "phone": "",
		"created": "2019-09-07T16:50:19Z", "modified": "2023-08-10T09:55:36.274Z",
	}
}

// fulfilmentRoutes are the guide's endpoints of shipping.
func fulfilmentRoutes() map[string]handler {
	return map[string]handler{
		http.MethodPost + " /appMarket/v2/fulfillments":                                saveFulfilment,
		http.MethodGet + " /appMarket/v2/fulfillments":                                 readFulfilments,
		http.MethodPost + " /appMarket/v2/fulfillments/{fulfillmentUuid}/shippingFees": chooseShipping,
	}
}
