package loaders

import (
	"context"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// editionKey names an edition by the numbers that billing uses.
type editionKey struct{ product, edition string }

var readEdition = source[*model.Edition]{appdirect.ReadEdition, func(body []byte) (*model.Edition, error) {
	e, err := appdirect.DecodeEdition(body)
	return toEdition(e, ""), err
}}

// EditionsOf gives the editions of subscriptions, nil where there is none;
// positional. What the list's reply embedded costs nothing more.
func (l *Loaders) EditionsOf(ctx context.Context, subscriptions []*model.Subscription) ([]*model.Edition, []error) {
	editions, errs := make([]*model.Edition, len(subscriptions)), make([]error, len(subscriptions))
	var keys []editionKey
	var at []int
	for i, s := range subscriptions {
		switch {
		case s.Expanded != nil:
			editions[i] = s.Expanded
		case s.ProductLegacyID != "" && s.EditionLegacyID != "":
			keys, at = append(keys, editionKey{s.ProductLegacyID, s.EditionLegacyID}), append(at, i)
		}
	}
	got, failed := l.editions.load(ctx, keys)
	for i, position := range at {
		editions[position], errs[position] = got[i], failed[i]
	}
	return editions, errs
}

func (l *Loaders) fetchEditions(ctx context.Context, keys []editionKey) answers[*model.Edition] {
	asks := make([]ask, len(keys))
	for i, key := range keys {
		asks[i] = ask{params: map[string]string{"applicationId": key.product, "editionId": key.edition}}
	}
	got := readEdition.getMany(ctx, l, asks)
	for i, key := range keys {
		if got.errs[i] == nil {
			edition := *got.values[i] // the cached one is shared; the reply does not say whose edition it is
			edition.ProductLegacyID = key.product
			got.values[i] = &edition
		}
	}
	return got
}

func toEdition(w appdirect.Edition, product string) *model.Edition {
	e := &model.Edition{
		ID:              string(w.UUID),
		LegacyID:        text(wire.Text(w.Number())),
		Name:            text(w.Name),
		Code:            text(w.Code),
		IsPrimary:       w.Primary.Ptr(),
		IsInvisible:     w.Invisible.Ptr(),
		CollectsLeads:   w.LeadGen.Ptr(),
		RevenueType:     enum(w.RevenueType, model.RevenueTypeUnknown),
		Trial:           toTrial(w.Trial),
		ProductLegacyID: product,
	}
	for _, plan := range w.Plans {
		e.Plans = append(e.Plans, toPlan(plan))
	}
	return e
}

// toTrial is nil for a trial of no length, which is how the backend says that there is none.
func toTrial(w *appdirect.Trial) *model.Trial {
	if w == nil || !w.Length.Valid || !w.Length.Value.IsPositive() {
		return nil
	}
	return &model.Trial{Length: whole(w.Length), Unit: text(w.Unit)}
}

func toPlan(w appdirect.Plan) *model.PricingPlan {
	p := &model.PricingPlan{
		ID:             string(w.UUID),
		LegacyID:       text(wire.Text(w.Number())),
		Frequency:      enum(w.Frequency, model.PricingFrequencyUnknown),
		IsPrimaryPrice: w.IsPrimaryPrice.Ptr(),
	}
	if w.Contract != nil {
		p.Contract = &model.PlanContract{
			MinimumServiceLength:     whole(w.Contract.MinimumServiceLength),
			IsShorterContractBlocked: w.Contract.BlockSwitchToShorterContract.Ptr(),
			IsDowngradeBlocked:       w.Contract.BlockContractDowngrades.Ptr(),
			IsUpgradeBlocked:         w.Contract.BlockContractUpgrades.Ptr(),
		}
	}
	for _, cost := range w.Costs {
		p.Costs = append(p.Costs, &model.PlanCost{
			Unit:      text(cost.Unit),
			Amounts:   amounts(cost.Amount),
			MinUnits:  cost.MinUnits.Ptr(),
			MaxUnits:  cost.MaxUnits.Ptr(),
			Increment: cost.Increment.Ptr(),
			IsMetered: cost.MeteredUsage.Ptr(),
		})
	}
	return p
}
