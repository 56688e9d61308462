package loaders

import (
	"context"
	"net/url"
	"strconv"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// anyStatus stands for no filter by status.
const anyStatus model.SubscriptionStatus = ""

var (
	listSubscriptions        = subscriptionSource(appdirect.ListSubscriptions)
	listCompanySubscriptions = subscriptionSource(appdirect.ListCompanySubscriptions)
	readSubscription         = source[*model.Subscription]{appdirect.ReadSubscription, func(body []byte) (*model.Subscription, error) {
		s, err := appdirect.DecodeSubscription(body)
		return toSubscription(s), err
	}}
)

// subscriptionSource reads a list of billing, which does not count itself.
func subscriptionSource(route *upstream.Route) source[chunk[*model.Subscription]] {
	return source[chunk[*model.Subscription]]{route, func(body []byte) (chunk[*model.Subscription], error) {
		items, err := appdirect.DecodeSubscriptions(route, body)
		return page(appdirect.Page[appdirect.Subscription]{Items: items}, toSubscription), err
	}}
}

// Subscriptions lists the subscriptions the viewer may see: the whole
// marketplace's, or their companies' one after the other.
func (l *Loaders) Subscriptions(ctx context.Context, status model.SubscriptionStatus, p Page) (*List[*model.Subscription], error) {
	rows := l.viewer.Rows(auth.RuleSubscriptionRead)
	if rows.All() {
		got := read(ctx, l, []listing[*model.Subscription]{l.allSubscriptions(status, "")}, p)
		return got.values[0], got.errs[0]
	}
	all, err := l.ownSubscriptions(ctx, rows, status)
	if err != nil {
		return nil, err
	}
	return cutAll(l.subscriptionsMark(status, "", rows), all, p)
}

// Subscription gives one subscription, [NotFoundError] where there is none the viewer may see.
func (l *Loaders) Subscription(ctx context.Context, id string) (*model.Subscription, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	s, err := l.subscriptions.one(ctx, id)
	if err != nil {
		return nil, err
	}
	if s.ID != id || !l.viewer.May(auth.RuleSubscriptionRead, s.CompanyID) {
		return nil, &NotFoundError{Type: "Subscription", Rule: auth.RuleSubscriptionRead}
	}
	return s, nil
}

// CompanySubscriptions lists what each of these companies subscribes to; positional.
func (l *Loaders) CompanySubscriptions(ctx context.Context, companyIDs []string, status model.SubscriptionStatus, p Page) ([]*List[*model.Subscription], []error) {
	return l.owned.load(ctx, listKeys(companyIDs, status, p))
}

// ProductSubscriptions lists the subscriptions to each of these products, by
// number, that the viewer may see; positional.
func (l *Loaders) ProductSubscriptions(ctx context.Context, numbers []string, status model.SubscriptionStatus, p Page) ([]*List[*model.Subscription], []error) {
	return l.sold.load(ctx, listKeys(numbers, status, p))
}

// Order gives a subscription's order to those who may see money of its company.
func (l *Loaders) Order(s *model.Subscription) (*model.Order, error) {
	if !l.viewer.May(auth.RuleBillingRead, s.CompanyID) {
		return nil, &auth.Error{
			Code: auth.Forbidden, Rule: auth.RuleBillingRead,
			Message: "Orders are for billing and company administrators of the owning company",
		}
	}
	return s.Billing, nil
}

func (l *Loaders) fetchSubscriptions(ctx context.Context, ids []string) answers[*model.Subscription] {
	asks := make([]ask, len(ids))
	for i, id := range ids {
		asks[i] = ask{params: map[string]string{"subscriptionId": id}}
	}
	got := readSubscription.getMany(ctx, l, asks)
	for i := range got.errs {
		got.errs[i] = absent("Subscription", got.errs[i])
	}
	return got
}

// ownSubscriptions reads the viewer's companies' lists whole, one after the other.
func (l *Loaders) ownSubscriptions(ctx context.Context, rows auth.Rows, status model.SubscriptionStatus) ([]*model.Subscription, error) {
	var all []*model.Subscription
	for _, companyID := range rows.Companies() {
		list := l.companySubscriptions(companyID, status)
		for i := 0; ; i++ {
			page, err := list.source.get(ctx, l, list.ask(i))
			if err != nil {
				return nil, err
			}
			all = append(all, page.items...)
			if len(page.items) < list.size {
				break
			}
		}
	}
	return all, nil
}

// allSubscriptions is the marketplace's list, of one product where number is not "".
func (l *Loaders) allSubscriptions(status model.SubscriptionStatus, number string) listing[*model.Subscription] {
	return listing[*model.Subscription]{
		source: listSubscriptions,
		size:   appdirect.ListSubscriptions.PageSize,
		ask:    func(page int) ask { return subscriptionAsk(nil, page, status, number) },
		mark:   l.subscriptionsMark(status, number, auth.AllRows()),
	}
}

func (l *Loaders) companySubscriptions(companyID string, status model.SubscriptionStatus) listing[*model.Subscription] {
	pageAsk := func(page int) ask {
		return subscriptionAsk(map[string]string{"companyId": companyID}, page, status, "")
	}
	return listing[*model.Subscription]{
		source: listCompanySubscriptions,
		size:   appdirect.ListCompanySubscriptions.PageSize,
		ask:    pageAsk,
		mark:   markOf(listCompanySubscriptions.request(l, pageAsk(0)).Key, ""),
	}
}

func (l *Loaders) subscriptionsMark(status model.SubscriptionStatus, number string, rows auth.Rows) mark {
	key := listSubscriptions.request(l, subscriptionAsk(nil, 0, status, number)).Key
	return markOf(key, rows.String())
}

// subscriptionAsk always has the editions embedded: one reply then answers
// for all who ask, and no edition costs a call of its own.
func subscriptionAsk(params map[string]string, page int, status model.SubscriptionStatus, number string) ask {
	size := appdirect.ListSubscriptions.PageSize
	q := url.Values{
		"start":  {strconv.Itoa(page * size)},
		"count":  {strconv.Itoa(size)},
		"expand": {"edition"},
	}
	if status != anyStatus {
		q.Set("status", status.String())
	}
	if number != "" {
		q.Set("applicationIds", number)
	}
	return ask{params: params, query: q}
}

func toSubscription(w appdirect.Subscription) *model.Subscription {
	s := &model.Subscription{
		ID:                string(w.ID),
		Status:            enum(w.Status, model.SubscriptionStatusUnknown),
		CreatedAt:         w.CreationDate.Ptr(),
		EndAt:             w.EndDate.Ptr(),
		ExternalAccountID: text(w.ExternalAccountID),
		MaxUsers:          whole(w.MaxUsers),
		CompanyID:         string(w.Company.ID),
		UserID:            string(w.User.ID),
		ProductLegacyID:   string(w.Product.ID),
	}
	if w.Edition != nil {
		s.EditionLegacyID = w.Edition.Number()
		if w.Edition.UUID != "" { // embedded, not only referred to
			s.Expanded = toEdition(*w.Edition, s.ProductLegacyID)
		}
	}
	if w.Order != nil {
		s.Billing = toOrder(*w.Order)
	}
	return s
}

func toOrder(w appdirect.Order) *model.Order {
	o := &model.Order{
		ID:            string(w.ID),
		Status:        text(w.Status),
		Type:          text(w.Type),
		Frequency:     enum(w.Frequency, model.PricingFrequencyUnknown),
		Currency:      text(w.Currency),
		TotalPrice:    w.TotalPrice.Ptr(),
		StartAt:       w.StartDate.Ptr(),
		EndAt:         w.EndDate.Ptr(),
		NextBillingAt: w.NextBillingDate.Ptr(),
	}
	for _, line := range w.Lines {
		o.Lines = append(o.Lines, &model.OrderLine{
			ID:          string(line.ID),
			Description: text(line.Description),
			Type:        text(line.Type),
			Unit:        text(line.Unit),
			Quantity:    line.Quantity.Ptr(),
			Price:       line.Price.Ptr(),
			Percentage:  line.Percentage.Ptr(),
			TotalPrice:  line.TotalPrice.Ptr(),
		})
	}
	return o
}
