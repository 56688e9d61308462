package loaders

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// CartFilter narrows a list of carts; "" is any.
type CartFilter struct {
	// UserID is the buyer's uuid.
	UserID string
	// CompanyID is the buying company's uuid.
	CompanyID string
}

var (
	listCarts = source[chunk[*model.Cart]]{appdirect.ListCarts, func(body []byte) (chunk[*model.Cart], error) {
		p, err := appdirect.DecodeCarts(body)
		return page(p, toCart), err
	}}
	readCart = source[*model.Cart]{appdirect.ReadCart, func(body []byte) (*model.Cart, error) {
		c, err := appdirect.DecodeCart(body)
		return toCart(c), err
	}}
	// errOthersCart is a list that was not narrowed as asked. Whoever asked may
	// not see all of it.
	errOthersCart = errors.New("the list holds a cart that was not asked for")
)

// Carts lists the carts the viewer may see, newest first: all of the
// marketplace's, or their own and those of the companies they administer.
func (l *Loaders) Carts(ctx context.Context, f CartFilter, p Page) (*List[*model.Cart], error) {
	rows := l.viewer.Rows(auth.RuleCartRead)
	filters := f.within(rows)
	m := markOf(listCarts.request(l, f.ask(0)).Key, rows.String())
	if len(filters) == 1 {
		list := filters[0].listing(l)
		list.mark = m
		got := filters[0].checked(read(ctx, l, []listing[*model.Cart]{list}, p))
		return got.values[0], got.errs[0]
	}
	all, err := l.mergedCarts(ctx, filters)
	if err != nil {
		return nil, err
	}
	return cutAll(m, all, p)
}

// Cart gives one cart, [NotFoundError] where there is none the viewer may see.
func (l *Loaders) Cart(ctx context.Context, id string) (*model.Cart, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	cart, err := l.carts.one(ctx, id)
	if err != nil {
		return nil, err
	}
	if cart.ID != id || !l.seesCarts(cart.UserID, cart.CompanyID) {
		return nil, &NotFoundError{Type: "Cart", Rule: auth.RuleCartRead}
	}
	return cart, nil
}

// ActiveCart gives the newest active cart of a user for a company, nil where
// there is none or none the viewer may see.
func (l *Loaders) ActiveCart(ctx context.Context, userID, companyID string) (*model.Cart, error) {
	// Without an id there would be no filter, and somebody else's cart be found.
	if err := errors.Join(checkID("userId", userID), checkID("companyId", companyID)); err != nil {
		return nil, &InputError{Argument: "input", Reason: "give both `userId` and `accountId`, each of 1 to 128 characters"}
	}
	var active *model.Cart
	if !l.seesCarts(userID, companyID) {
		return active, nil
	}
	f := CartFilter{UserID: userID, CompanyID: companyID}
	a := f.ask(0)
	a.query.Set("status", string(model.CartStatusActive))
	page, err := listCarts.get(ctx, l, a)
	if err := errors.Join(err, f.check(page.items)); err != nil {
		return nil, err
	}
	if len(page.items) > 0 {
		active = page.items[0]
	}
	return active, nil
}

// CompanyCarts lists the carts of each of these companies, newest first; positional.
func (l *Loaders) CompanyCarts(ctx context.Context, companyIDs []string, p Page) ([]*List[*model.Cart], []error) {
	return l.companyCarts.load(ctx, listKeys(companyIDs, anyStatus, p))
}

func (l *Loaders) fetchCarts(ctx context.Context, ids []string) answers[*model.Cart] {
	return ofCarts(ctx, l, readCart, ids)
}

// fetchCompanyCarts asks for each company's list, or reads the whole list
// where that is fewer calls. It counts itself, so its first page tells.
func (l *Loaders) fetchCompanyCarts(ctx context.Context, keys []listKey) answers[*List[*model.Cart]] {
	rows := l.viewer.Rows(auth.RuleCartRead)
	return perParent(keys, rows.Allows, errForbiddenList, func(keys []listKey) answers[*List[*model.Cart]] {
		lists := make([]listing[*model.Cart], len(keys))
		marks := make(map[listKey]mark, len(keys))
		for i, key := range keys {
			lists[i] = CartFilter{CompanyID: key.parent}.listing(l)
			marks[key] = lists[i].mark
		}
		all, ok := readBelow(ctx, l, CartFilter{}.listing(l), missing(ctx, l, lists, keys[0].page))
		if ok {
			return cutGroups(keys, all, func(c *model.Cart) string { return c.CompanyID }, func(key listKey) mark { return marks[key] })
		}
		out := read(ctx, l, lists, keys[0].page)
		for i, key := range keys {
			one := answers[*List[*model.Cart]]{values: out.values[i : i+1], errs: out.errs[i : i+1]}
			CartFilter{CompanyID: key.parent}.checked(one)
		}
		return out
	})
}

// seesCarts reports whether the viewer may see what this user buys for this company.
func (l *Loaders) seesCarts(userID, companyID string) bool {
	return l.viewer.Rows(auth.RuleCartRead).AllowsUser(userID, []string{companyID})
}

// mergedCarts reads lists whole and puts them in one order, each cart once: an
// administrator's own cart is in two of them.
func (l *Loaders) mergedCarts(ctx context.Context, filters []CartFilter) ([]*model.Cart, error) {
	lists := make([]listing[*model.Cart], len(filters))
	for i, f := range filters {
		lists[i] = f.listing(l)
	}
	got := readWhole(ctx, l, lists)
	var all []*model.Cart
	for i, f := range filters {
		if err := errors.Join(got.errs[i], f.check(got.values[i])); err != nil {
			return nil, err
		}
		all = append(all, got.values[i]...)
	}
	slices.SortStableFunc(all, newestCart)
	return slices.CompactFunc(all, func(a, b *model.Cart) bool { return a.ID == b.ID }), nil
}

// newestCart orders by what the lists are ordered by, then by id.
func newestCart(a, b *model.Cart) int {
	var at, bt int64
	if a.CreatedOn != nil {
		at = a.CreatedOn.UnixNano()
	}
	if b.CreatedOn != nil {
		bt = b.CreatedOn.UnixNano()
	}
	return cmp.Or(cmp.Compare(bt, at), strings.Compare(a.ID, b.ID))
}

// within narrows f to what the rows allow: the filters whose lists together
// are what may be seen of f's, none where nothing may.
func (f CartFilter) within(rows auth.Rows) []CartFilter {
	if rows.All() || f.CompanyID != "" && rows.Allows(f.CompanyID) {
		return []CartFilter{f}
	}
	var out []CartFilter
	if self := rows.User(); self != "" && (f.UserID == "" || f.UserID == self) {
		out = append(out, CartFilter{UserID: self, CompanyID: f.CompanyID})
	}
	// All of their own carts are there already, whatever company they are for.
	if f.CompanyID == "" && (len(out) == 0 || f.UserID == "") {
		for _, id := range rows.Companies() {
			out = append(out, CartFilter{UserID: f.UserID, CompanyID: id})
		}
	}
	return out
}

// check refuses carts that the filter leaves out: that the backend narrows its
// list is what keeps them from the viewer.
func (f CartFilter) check(carts []*model.Cart) error {
	for _, c := range carts {
		if f.UserID != "" && c.UserID != f.UserID || f.CompanyID != "" && c.CompanyID != f.CompanyID {
			return upstream.Malformed(listCarts.route, errOthersCart)
		}
	}
	return nil
}

// checked puts the error of check in the place of lists that fail it.
func (f CartFilter) checked(lists answers[*List[*model.Cart]]) answers[*List[*model.Cart]] {
	for i, list := range lists.values {
		if lists.errs[i] != nil {
			continue
		}
		if err := f.check(list.Items); err != nil {
			lists.values[i], lists.errs[i] = nil, err
		}
	}
	return lists
}

func (f CartFilter) listing(l *Loaders) listing[*model.Cart] {
	return listing[*model.Cart]{
		source: listCarts,
		size:   appdirect.ListCarts.PageSize,
		ask:    f.ask,
		mark:   markOf(listCarts.request(l, f.ask(0)).Key, ""),
	}
}

// ask counts pages from 1, as this list does.
func (f CartFilter) ask(page int) ask {
	q := url.Values{
		"number":    {strconv.Itoa(page + 1)},
		"size":      {strconv.Itoa(appdirect.ListCarts.PageSize)},
		"sortField": {"createdOn"},
		"sortOrder": {"DESC"},
	}
	if f.UserID != "" {
		q.Set("buyerUserId", f.UserID)
	}
	if f.CompanyID != "" {
		q.Set("buyerCompanyId", f.CompanyID)
	}
	return ask{query: q}
}

func cartAsk(id string) ask { return ask{params: map[string]string{"shoppingCartId": id}} }

func toCart(w appdirect.Cart) *model.Cart {
	c := &model.Cart{
		ID:        string(w.ID),
		CreatedOn: w.CreatedOn.Ptr(),
		Currency:  text(w.Currency),
		Status:    enum(w.Status, model.CartStatusUnknown),
		Items:     make([]*model.CartItem, len(w.Items)),
		UserID:    string(w.BuyerUserID),
		CompanyID: string(w.BuyerCompanyID),

		PaymentMethodID:  text(w.PaymentMethodID),
		CustomAttributes: &model.CartCustomAttributes{PurchaseCustomAttributes: toAttributes(w.CustomAttributes.Purchase)},
	}
	for i, item := range w.Items {
		c.Items[i] = toCartItem(item, c.ID)
	}
	return c
}

func toCartItem(w appdirect.CartItem, cart string) *model.CartItem {
	item := &model.CartItem{
		ID: string(w.ID), PricingPlanID: text(w.PricingPlanID), CartID: cart, Units: make([]*model.CartUnit, len(w.Units)),
		CustomAttributes: &model.CartItemCustomAttributes{
			SubscriptionCustomAttributes: toAttributes(w.CustomAttributes.Subscription),
			ProductFields:                toAttributes(w.CustomAttributes.VendorRequiredFields),
		},
	}
	if w.DiscountCode != "" {
		item.Discount = &model.CartItemDiscount{ID: text(w.DiscountID), Code: text(w.DiscountCode)}
	}
	for i, unit := range w.Units {
		item.Units[i] = &model.CartUnit{Quantity: unit.Quantity.Ptr(), Unit: text(unit.Unit)}
	}
	return item
}

// toAttributes lists attributes by key, in a stable order.
func toAttributes(w appdirect.Attributes) []*model.CartCustomAttribute {
	out := make([]*model.CartCustomAttribute, 0, len(w))
	for _, key := range slices.Sorted(maps.Keys(w)) {
		out = append(out, &model.CartCustomAttribute{Key: &key, Value: w[key]})
	}
	return out
}
