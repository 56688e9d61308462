package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// The documented life of a cart.
const (
	cartActive    = "ACTIVE"
	cartLocked    = "LOCKED" // while it is being finalised, and when that was left undone
	cartFinalized = "FINALIZED"
)

// cartSpec is a shopping cart. It is never changed once stored; see shop.
type cartSpec struct {
	id, status, currency   string // id is 24 hexadecimal digits
	buyerType              string // CUSTOMER, PLATFORM_OWNER or PARTNER
	buyer, owner           *userSpec
	company, ownedBy       *companySpec
	partner                string // code of the partner through whom it was made; "" for demo carts
	created                time.Time
	locale                 string
	paymentMethod, preAuth string          // ids; "" for none
	attributes             *cartAttributes // nil for none
	items                  []*cartItemSpec
	associations           []association
	fees                   []cartFee
	agents                 []Document
	purchase               string // id of what it became; "" until then
}

// cartItemSpec is one item of a cart: what was asked for, and what that is.
type cartItemSpec struct {
	offer
	body cartItemBody
}

// clone is a copy whose lists may be changed; the items themselves may not.
func (c *cartSpec) clone() *cartSpec {
	out := *c
	out.items, out.associations = slices.Clone(c.items), slices.Clone(c.associations)
	out.fees, out.agents = slices.Clone(c.fees), slices.Clone(c.agents)
	return &out
}

// item finds an item; nil when there is none.
func (c *cartSpec) item(id string) *cartItemSpec {
	i := slices.IndexFunc(c.items, func(i *cartItemSpec) bool { return i.body.ID == id })
	if i < 0 {
		return nil
	}
	return c.items[i]
}

// record makes the cart's document and what the list selects by.
func (c *cartSpec) record() *Record {
	products := make([]string, len(c.items))
	for i, item := range c.items {
		products[i] = item.product.uuid
	}
	return &Record{ID: c.id, Body: c.document(), Facts: map[string]any{
		"buyer": c.buyer.uuid, "buyerCompany": c.company.uuid, "owner": c.owner.uuid, "ownerCompany": c.ownedBy.uuid,
		"products": products, "status": c.status, "created": millis(c.created), "currency": c.currency, "partner": c.partner,
	}}
}

// document is the cart as checkout prints it.
func (c *cartSpec) document() Document {
	body := cartBody{
		ID: c.id, CreatedOn: strconv.FormatInt(millis(c.created), 10), OwnerUserID: c.owner.uuid, OwnerCompanyID: c.ownedBy.uuid,
		BuyerUserID: c.buyer.uuid, BuyerCompanyID: c.company.uuid, BuyerType: c.buyerType, Currency: c.currency, Status: c.status,
		IsBlocked: c.status == cartLocked, PaymentMethodID: c.paymentMethod, PreAuthID: c.preAuth, Locale: c.locale,
		Items: []cartItemBody{}, CustomAttributes: c.attributes, Associations: c.associations, Fees: c.fees, AccreditedAgents: c.agents,
		PurchaseID: c.purchase,
	}
	for _, item := range c.items {
		body.Items = append(body.Items, item.body)
	}
	return asDocument(body)
}

// cartRoutes are the answered endpoints of shopping carts.
func cartRoutes() map[string]handler {
	const carts = " /v3/checkout/shoppingCarts"
	const cart = carts + "/{shoppingCartId}"
	return map[string]handler{
		http.MethodGet + carts: listing{
			records: everything(func(w *world) *Collection { return w.carts }),
			filters: map[string]filter{
				"buyerUserId": oneOf("buyer"), "buyerCompanyId": oneOf("buyerCompany"), "ownerUserId": oneOf("owner"),
				"ownerCompanyId": oneOf("ownerCompany"), "productId": oneOf("products"), "status": oneOf("status"), "partner": oneOf("partner"),
			},
			sorts:  map[string]string{"createdOn": "created", "status": "status", "currency": "currency"},
			paging: numberedPages,
		}.serve,
		http.MethodPost + carts:                                           createCart,
		http.MethodGet + cart:                                             oneCart(func(_ *shop, c *cartSpec) any { return c.document() }),
		http.MethodPatch + cart:                                           patchCart,
		http.MethodDelete + cart:                                          deleteCart,
		http.MethodGet + cart + "/items":                                  oneCart(func(_ *shop, c *cartSpec) any { return c.document()["items"] }),
		http.MethodPost + cart + "/items":                                 addItem,
		http.MethodGet + cart + "/items/{itemId}":                         readItem,
		http.MethodPut + cart + "/items/{itemId}":                         replaceItem,
		http.MethodDelete + cart + "/items/{itemId}":                      deleteItem,
		http.MethodPost + " /shoppingCarts/{shoppingCartId}/items/delete": deleteItems,
		http.MethodGet + cart + "/associations":                           oneCart(func(_ *shop, c *cartSpec) any { return orEmpty(c.associations) }),
		http.MethodGet + cart + "/pricingSummary":                         oneCart(func(s *shop, c *cartSpec) any { return s.price(c).summary() }),
		http.MethodGet + cart + "/preview":                                oneCart(func(s *shop, c *cartSpec) any { return s.price(c).preview() }),
		http.MethodPost + cart + "/fees":                                  addFee,
		http.MethodDelete + cart + "/fees/{feeId}":                        deleteFee,
		http.MethodDelete + cart + "/discounts/{discountCode}":            removeDiscount,
		http.MethodPost + cart + "/finalize":                              finalizeCart,
	}
}

// orEmpty is a list that is never null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// oneCart answers a part of the cart that the path names.
func oneCart(part func(*shop, *cartSpec) any) handler {
	return func(x *exchange) (reply, error) {
		s := x.world.shop
		s.mu.Lock()
		defer s.mu.Unlock()
		c, err := s.cart(x.params["shoppingCartId"])
		if err != nil {
			return reply{}, err
		}
		return reply{body: part(s, c)}, nil
	}
}

// readItem answers one item of a cart.
func readItem(x *exchange) (reply, error) {
	id := x.params["itemId"]
	out, err := oneCart(func(_ *shop, c *cartSpec) any { return c.item(id) })(x)
	if err != nil {
		return reply{}, err
	}
	item, _ := out.body.(*cartItemSpec)
	if item == nil {
		return reply{}, itemMissing(id)
	}
	return reply{body: asDocument(item.body)}, nil
}

// itemMissing words the refusal of an unknown item.
func itemMissing(id string) error { return notFound("Shopping cart item not found with id %s.", id) }

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
