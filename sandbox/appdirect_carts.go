package sandbox

import (
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// cartSpec is what a shopping cart's documents are made of.
type cartSpec struct {
	id, status, currency string // id is 24 hexadecimal digits
	buyerType            string // CUSTOMER, PLATFORM_OWNER or PARTNER
	buyer, owner         *userSpec
	company, ownedBy     *companySpec
	created              time.Time
	blocked              bool
	note                 string // purchase attribute; "" when the cart carries none
	items                []*cartItemSpec
}

// cartItemSpec is one item of a cart.
type cartItemSpec struct {
	uuid     string
	product  *productSpec
	edition  *editionSpec
	plan     *planSpec
	quantity int
}

// record makes the cart's document and what the list selects by.
func (c *cartSpec) record() *Record {
	items, products := make([]any, len(c.items)), make([]string, len(c.items))
	for i, item := range c.items {
		items[i], products[i] = item.document(), item.product.uuid
	}
	body := Document{
		"id": c.id, "createdOn": strconv.FormatInt(millis(c.created), 10), "ownerUserId": c.owner.uuid, "ownerCompanyId": c.ownedBy.uuid,
		"buyerUserId": c.buyer.uuid, "buyerCompanyId": c.company.uuid, "buyerType": c.buyerType, "currency": c.currency,
		"status": c.status, "isBlocked": c.blocked, "items": items,
	}
	if c.note != "" {
		body["customAttributes"] = Document{"purchase": Document{"preferredTime": c.note}}
	}
	return &Record{ID: c.id, Body: body, Facts: map[string]any{
		"buyer": c.buyer.uuid, "buyerCompany": c.company.uuid, "owner": c.owner.uuid, "ownerCompany": c.ownedBy.uuid,
		"products": products, "status": c.status, "created": millis(c.created), "currency": c.currency,
	}}
}

// document is the item as the cart holds it: its quantity is text, and a plan
// with one price for all has no units to name.
func (i *cartItemSpec) document() Document {
	units := []any{}
	if unit := i.plan.costs[0].unit; unit != "NOT_APPLICABLE" {
		units = append(units, Document{"quantity": strconv.Itoa(i.quantity), "unit": unit})
	}
	return Document{"id": i.uuid, "pricingPlanId": i.plan.uuid, "units": units}
}

// cartRoutes are the answered endpoints of shopping carts.
func cartRoutes() map[string]handler {
	const cart = "GET /v3/checkout/shoppingCarts/{shoppingCartId}"
	return map[string]handler{
		"GET /v3/checkout/shoppingCarts": listing{
			records: everything(func(w *world) *Collection { return w.carts }),
			filters: map[string]filter{
				"buyerUserId": oneOf("buyer"), "buyerCompanyId": oneOf("buyerCompany"), "ownerUserId": oneOf("owner"),
				"ownerCompanyId": oneOf("ownerCompany"), "productId": oneOf("products"), "status": oneOf("status"), "partner": oneOf("partner"),
			},
			sorts:  map[string]string{"createdOn": "created", "status": "status", "currency": "currency"},
			paging: numberedPages,
		}.serve,
		cart:                     oneCart(func(r *Record) any { return r.Body }),
		cart + "/items":          oneCart(func(r *Record) any { return r.Body["items"] }),
		cart + "/items/{itemId}": cartItem,
		cart + "/pricingSummary": oneCart(func(r *Record) any { return r.Facts["summary"] }),
	}
}

// oneCart answers a part of the cart that the path names.
func oneCart(part func(*Record) any) handler {
	return func(x *exchange) (reply, error) {
		r := x.world.carts.Get(x.params["shoppingCartId"])
		if r == nil {
			return reply{}, cartMissing(x.params["shoppingCartId"])
		}
		return reply{body: part(r)}, nil
	}
}

// cartItem answers one item of a cart.
func cartItem(x *exchange) (reply, error) {
	r := x.world.carts.Get(x.params["shoppingCartId"])
	if r == nil {
		return reply{}, cartMissing(x.params["shoppingCartId"])
	}
	items, _ := r.Body["items"].([]any)
	for _, item := range items {
		if d, ok := item.(Document); ok && d["id"] == x.params["itemId"] {
			return reply{body: d}, nil
		}
	}
	return reply{}, notFound("Shopping cart item not found with id %s.", x.params["itemId"])
}

// cartMissing words the refusal of an unknown cart.
func cartMissing(id string) error { return notFound("Shopping cart not found with id %s.", id) }

// numberedPages answers lists whose pages are counted from one and asked for by
// number, unlike all other lists of AppDirect.
func numberedPages(x *exchange, records []*Record) (reply, error) {
	asked, err := intParam(x.query, "number", 1, 1)
	if err != nil {
		return reply{}, err
	}
	size, _ := strconv.Atoi(x.fallback("size"))
	q := url.Values{"page": {strconv.Itoa(asked - 1)}, "size": x.query["size"]}
	at, _, err := pageSlot(q, max(size, 1), maxPageSize, len(records))
	if err != nil {
		return reply{}, err
	}
	return reply{
		header: http.Header{"Cache-Control": {"no-store"}},
		body:   Document{"content": show(x, records[at.from:at.to], asStored), "page": pageObject(at, asked)},
	}, nil
}
