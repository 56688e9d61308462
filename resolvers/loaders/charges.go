package loaders

import (
	"context"
	"errors"
	"slices"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/leadconnector"
)

// errUncounted is a page that does not say how long its list is. A short page
// need not be the last, so without the count the list's end cannot be known.
var errUncounted = errors.New("a page without its list's count")

// chargedTo reads the charges of one location's wallet.
func chargedTo(location string) source[chunk[*model.Charge]] {
	route := leadconnector.ListCharges
	return source[chunk[*model.Charge]]{route: route, decode: func(body []byte) (chunk[*model.Charge], error) {
		w, err := leadconnector.DecodeCharges(body)
		if err != nil {
			return chunk[*model.Charge]{}, err
		}
		if err := checkCharges(w, location); err != nil {
			return chunk[*model.Charge]{}, upstream.Malformed(route, err)
		}
		c := chunk[*model.Charge]{items: make([]*model.Charge, len(w.Items)), total: w.Pagination.Total}
		for i, item := range w.Items {
			c.items[i] = toCharge(item)
		}
		return c, nil
	}}
}

// checkCharges wants a counted page, and no other wallet's charges in it: only
// the token says whose they are.
func checkCharges(w leadconnector.Charges, location string) error {
	if w.Pagination == nil {
		return errUncounted
	}
	if slices.ContainsFunc(w.Items, chargedElsewhere(location)) {
		return errOtherAccount
	}
	return nil
}

// chargedElsewhere tells a charge that says it is another location's.
func chargedElsewhere(location string) func(leadconnector.Charge) bool {
	return func(w leadconnector.Charge) bool { return w.EntityType == "location" && string(w.EntityID) != location }
}

// oneCharge reads one charge to a location's wallet.
func oneCharge(location string) source[*model.Charge] {
	route := leadconnector.ReadCharge
	return source[*model.Charge]{route: route, decode: func(body []byte) (*model.Charge, error) {
		w, err := leadconnector.DecodeCharge(body)
		if chargedElsewhere(location)(w) {
			return nil, upstream.Malformed(route, errOtherAccount)
		}
		return toCharge(w), err
	}}
}

// Charge gives one charge to a company's wallet, [NotFoundError] where it has
// none with this id, or none that the viewer may see.
func (l *Loaders) Charge(ctx context.Context, companyID, id string) (*model.Charge, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	const typeName = "Charge"
	location, err := l.accountOf(ctx, companyID, auth.RuleWalletRead, typeName, locationOf)
	if err != nil {
		return nil, err
	}
	one := single[model.Charge]{
		source: oneCharge(location), typeName: typeName, id: func(c *model.Charge) string { return c.ID }, taken: "has-funds",
	}
	return one.find(ctx, l, ask{params: map[string]string{"chargeId": id}, account: location}, id)
}

// Charges lists what was charged to each of these locations' wallets;
// positional. Who has the wallet may see them.
func (l *Loaders) Charges(ctx context.Context, locationIDs []string, p Page) ([]*List[*model.Charge], []error) {
	return l.charges.load(ctx, listKeys(locationIDs, "", p))
}

func (l *Loaders) fetchCharges(ctx context.Context, keys []listKey) answers[*List[*model.Charge]] {
	lists := make([]listing[*model.Charge], len(keys))
	for i, key := range keys {
		lists[i] = l.chargeListing(key.parent)
	}
	return read(ctx, l, lists, keys[0].page)
}

func (l *Loaders) chargeListing(location string) listing[*model.Charge] {
	src := chargedTo(location)
	size := src.route.PageSize
	pageAsk := func(page int) ask {
		return ask{query: leadconnector.Window(page*size, size), account: location}
	}
	return listing[*model.Charge]{source: src, size: size, ask: pageAsk, mark: markOf(src.request(l, pageAsk(0)).Key, "")}
}

func toCharge(w leadconnector.Charge) *model.Charge {
	return &model.Charge{
		ID:           string(w.ChargeID),
		Amount:       w.AmountCharged.Ptr(),
		Currency:     text(w.Currency),
		Description:  text(w.Meta.Description),
		Units:        w.Units.Ptr(),
		PricePerUnit: w.PricePerUnit.Ptr(),
		IsRefunded:   w.Refunded.Ptr(),
		CreatedAt:    w.CreatedAt.Ptr(),
	}
}
