package loaders

import (
	"context"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// listKey names one run of one parent's list within an operation.
type listKey struct {
	parent string
	status string // the only one that is listed; "" for any
	page   Page
}

// subscriptions is the status of a list of subscriptions.
func (k listKey) subscriptions() model.SubscriptionStatus { return model.SubscriptionStatus(k.status) }

func listKeys[S ~string](parents []string, status S, p Page) []listKey {
	keys := make([]listKey, len(parents))
	for i, parent := range parents {
		keys[i] = listKey{parent: parent, status: string(status), page: p}
	}
	return keys
}

var (
	listMemberships = source[chunk[*model.Membership]]{appdirect.ListMemberships, func(body []byte) (chunk[*model.Membership], error) {
		p, err := appdirect.DecodeMemberships(body)
		return page(p, toMembership), err
	}}
	listUserMemberships = source[[]*model.Membership]{appdirect.ListUserMemberships, func(body []byte) ([]*model.Membership, error) {
		p, err := appdirect.DecodeUserMemberships(body)
		return page(p, toMembership).items, err
	}}
)

// Memberships lists who belongs to each of these companies; positional.
func (l *Loaders) Memberships(ctx context.Context, companyIDs []string, p Page) ([]*List[*model.Membership], []error) {
	lists, errs := l.members.load(ctx, listKeys(companyIDs, "", p))
	for _, list := range lists {
		if list != nil {
			l.primeUsers(ctx, list.Items)
		}
	}
	return lists, errs
}

// UserMemberships gives each of these users' memberships, as far as the viewer
// may see the company; positional.
func (l *Loaders) UserMemberships(ctx context.Context, users []*model.User) ([][]*model.Membership, []error) {
	userIDs := make([]string, len(users))
	for i, user := range users {
		userIDs[i] = user.ID
	}
	lists, errs := l.joined.load(ctx, userIDs)
	rows := l.viewer.Rows(auth.RuleMembershipRead)
	out := make([][]*model.Membership, len(lists))
	for i, user := range users { // the lists are positional
		out[i] = make([]*model.Membership, 0, len(lists[i]))
		for _, m := range lists[i] {
			if user.ID == l.viewer.UserID() || rows.Allows(m.CompanyID) {
				out[i] = append(out[i], heldBy(user, m))
			}
		}
	}
	return out, errs
}

// heldBy is a membership with its person, whom the list of their own may leave
// out. The cached one is shared, so that is said in a copy.
func heldBy(user *model.User, m *model.Membership) *model.Membership {
	if m.User != nil {
		return m
	}
	own := *m
	own.User = user
	return &own
}

// CurrentMemberships gives the membership under which each of these users
// acts, nil where nothing says which; positional.
func (l *Loaders) CurrentMemberships(ctx context.Context, users []*model.User) ([]*model.Membership, []error) {
	lists, errs := l.UserMemberships(ctx, users)
	out := make([]*model.Membership, len(lists))
	for i, list := range lists {
		claimed := ""
		if users[i].ID == l.viewer.UserID() {
			claimed = l.viewer.CurrentCompany()
		}
		out[i] = current(list, claimed)
	}
	return out, errs
}

// current chooses: the claimed company, else the last used, else the only one.
func current(list []*model.Membership, claimed string) *model.Membership {
	var last *model.Membership
	for _, m := range list {
		if claimed != "" && m.CompanyID == claimed {
			return m
		}
		if m.IsLastUsed != nil && *m.IsLastUsed {
			last = m
		}
	}
	if last == nil && len(list) == 1 {
		last = list[0]
	}
	return last
}

func (l *Loaders) fetchMemberships(ctx context.Context, keys []listKey) answers[*List[*model.Membership]] {
	rows := l.viewer.Rows(auth.RuleMembershipRead)
	return perParent(keys, rows.Allows, errForbiddenList, func(keys []listKey) answers[*List[*model.Membership]] {
		lists := make([]listing[*model.Membership], len(keys))
		for i, key := range keys {
			lists[i] = l.membershipListing(key.parent)
		}
		return read(ctx, l, lists, keys[0].page)
	})
}

func (l *Loaders) membershipListing(companyID string) listing[*model.Membership] {
	params := map[string]string{"companyUuid": companyID}
	size := appdirect.ListMemberships.PageSize
	pageAsk := func(page int) ask { return ask{params: params, query: pageQuery(page, size)} }
	return listing[*model.Membership]{
		source: listMemberships,
		size:   size,
		ask:    pageAsk,
		mark:   markOf(listMemberships.request(l, pageAsk(0)).Key, ""),
	}
}

func (l *Loaders) fetchUserMemberships(ctx context.Context, userIDs []string) answers[[]*model.Membership] {
	asks := make([]ask, len(userIDs))
	for i, id := range userIDs {
		asks[i] = userAsk(id)
	}
	return listUserMemberships.getMany(ctx, l, asks)
}

// primeUsers makes the people known that came along with memberships.
func (l *Loaders) primeUsers(ctx context.Context, memberships []*model.Membership) {
	for _, m := range memberships {
		if m.User != nil {
			l.users.prime(ctx, m.User.ID, m.User)
		}
	}
}

func toMembership(w appdirect.Membership) *model.Membership {
	m := &model.Membership{
		CompanyID:  string(w.Company.UUID),
		Roles:      roles(w.Roles),
		IsEnabled:  w.Enabled.Ptr(),
		IsLastUsed: w.LastUsed.Ptr(),
		Position:   text(w.Position),
	}
	if w.User != nil {
		m.User = toUser(*w.User)
	}
	return m
}
