package loaders

import (
	"cmp"
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// offer is what is behind a pricing plan: a product in one of its editions.
type offer struct {
	// product is its number, or its uuid where only that is known.
	product string
	// editionID is the edition's uuid.
	editionID string
	// edition is nil where only its uuid is known.
	edition *model.Edition
}

// CartItemProducts gives the products of items, nil where none is sold under
// their plan any more; positional.
func (l *Loaders) CartItemProducts(ctx context.Context, items []*model.CartItem) ([]*model.Product, []error) {
	offers, failed := l.offersOf(ctx, items)
	ids := make([]string, len(offers))
	for i, o := range offers {
		if o != nil {
			ids[i] = o.product
		}
	}
	products, errs := optional(ctx, l.products, ids, everything)
	return products, either(failed, errs)
}

// CartItemEditions gives the editions of items, nil as for products; positional.
func (l *Loaders) CartItemEditions(ctx context.Context, items []*model.CartItem) ([]*model.Edition, []error) {
	offers, failed := l.offersOf(ctx, items)
	out := make([]*model.Edition, len(offers))
	uuids := make([]string, len(offers)) // of products whose editions are still to be read
	for i, o := range offers {
		switch {
		case o == nil:
		case o.edition != nil:
			out[i] = o.edition
		case o.editionID != "":
			uuids[i] = o.product
		}
	}
	products, errs := optional(ctx, l.products, uuids, everything)
	numbers := make([]string, len(products))
	for i, p := range products {
		if p != nil {
			numbers[i] = value(p.LegacyID)
		}
	}
	details, unread := optional(ctx, l.details, numbers, everything)
	for i, d := range details {
		if d != nil {
			out[i] = d.edition(offers[i].editionID)
		}
	}
	return out, either(failed, either(errs, unread))
}

// CartItemPlans gives the plans of items, with nothing but their id where they
// are not sold any more; positional.
func (l *Loaders) CartItemPlans(ctx context.Context, items []*model.CartItem) ([]*model.PricingPlan, []error) {
	editions, errs := l.CartItemEditions(ctx, items)
	out := make([]*model.PricingPlan, len(items))
	for i, item := range items {
		if item.PricingPlanID == nil || errs[i] != nil {
			continue
		}
		out[i] = &model.PricingPlan{ID: *item.PricingPlanID}
		if editions[i] == nil {
			continue
		}
		for _, plan := range editions[i].Plans {
			if plan.ID == *item.PricingPlanID {
				out[i] = plan
			}
		}
	}
	return out, errs
}

// offersOf finds what items are by their plans in the catalogue, whose pages
// answer for all carts at once. What is not in it any more is asked of the
// prices of its cart, one call per cart; nil where neither knows.
func (l *Loaders) offersOf(ctx context.Context, items []*model.CartItem) ([]*offer, []error) {
	plans := make([]string, len(items))
	for i, item := range items {
		plans[i] = value(item.PricingPlanID)
	}
	offers, errs := optional(ctx, l.offers, plans, everything)
	carts := make([]string, len(items))
	for i, item := range items {
		if offers[i] == nil && errs[i] == nil {
			carts[i] = item.CartID
		}
	}
	told, unread := optional(ctx, l.cartOffers, carts, everything)
	for i, offersOf := range told {
		if offersOf != nil {
			offers[i] = (*offersOf)[items[i].ID]
		}
	}
	return offers, either(errs, unread)
}

// fetchOffers walks the catalogue until all plans were seen. A plan that is in
// none of its pages is [NotFoundError]; of a page that could not be read
// nobody knows.
func (l *Loaders) fetchOffers(ctx context.Context, planIDs []string) answers[*offer] {
	list := listing[*detail]{source: listCatalog, size: appdirect.ListCatalog.PageSize, ask: catalogAsk}
	found := map[string]*offer{}
	head, err := list.source.get(ctx, l, list.ask(0))
	if err == nil {
		collectOffers(found, head.items)
		l.tenant.sizes.learn(list.source.route, 1+len(list.rest(head)))
	}
	if err == nil && !holdsAll(found, planIDs) {
		var all []*detail
		all, err = list.behind(ctx, l, head)
		collectOffers(found, all)
	}
	out := newAnswers[*offer](len(planIDs))
	for i, id := range planIDs {
		if out.values[i] = found[id]; out.values[i] != nil {
			continue
		}
		if out.errs[i] = err; err == nil {
			out.errs[i] = &NotFoundError{Type: "PricingPlan"}
		}
	}
	return out
}

func collectOffers(found map[string]*offer, details []*detail) {
	for _, d := range details {
		for _, edition := range d.editions {
			for _, plan := range edition.Plans {
				found[plan.ID] = &offer{product: d.number(), editionID: edition.ID, edition: edition}
			}
		}
	}
}

func holdsAll(found map[string]*offer, ids []string) bool {
	for _, id := range ids {
		if found[id] == nil {
			return false
		}
	}
	return true
}

// edition is the one with that uuid, nil where the product has it no more.
func (d *detail) edition(id string) *model.Edition {
	for _, edition := range d.editions {
		if edition.ID == id {
			return edition
		}
	}
	return nil
}

// either gives at each position the first error of the two; both have one length.
func either(a, b []error) []error {
	out := make([]error, len(a))
	for i := range a {
		out[i] = cmp.Or(a[i], b[i])
	}
	return out
}
