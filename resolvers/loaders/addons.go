package loaders

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/twilio"
)

// errOtherAccount is a reply about an account that was not asked for. No path
// names the account, only the credentials do: were they ever the wrong ones, a
// company would be shown what is another's.
var errOtherAccount = errors.New("an item of another account than was asked for")

// installedBy reads the installations of one sub-account.
func installedBy(sid string) source[chunk[*model.AddOnInstallation]] {
	route := twilio.ListInstalledAddOns
	return source[chunk[*model.AddOnInstallation]]{route: route, decode: func(body []byte) (chunk[*model.AddOnInstallation], error) {
		p, err := twilio.DecodeInstalledAddOns(body)
		if slices.ContainsFunc(p.Items, foreignTo(sid)) {
			return chunk[*model.AddOnInstallation]{}, upstream.Malformed(route, errOtherAccount)
		}
		return twilioPage(p, toInstallation), err
	}}
}

// oneInstalled reads one installation of one sub-account.
func oneInstalled(sid string) source[*model.AddOnInstallation] {
	route := twilio.ReadInstalledAddOn
	return source[*model.AddOnInstallation]{route: route, decode: func(body []byte) (*model.AddOnInstallation, error) {
		w, err := twilio.DecodeInstalledAddOn(body)
		if foreignTo(sid)(w) {
			return nil, upstream.Malformed(route, errOtherAccount)
		}
		return toInstallation(w), err
	}}
}

// foreignTo tells an installation that says it is another sub-account's.
func foreignTo(sid string) func(twilio.InstalledAddOn) bool {
	return func(w twilio.InstalledAddOn) bool { return w.AccountSID != "" && string(w.AccountSID) != sid }
}

// AddOnInstallation gives one installation of a company, [NotFoundError] where
// it has none with this id, or none that the viewer may see.
func (l *Loaders) AddOnInstallation(ctx context.Context, companyID, id string) (*model.AddOnInstallation, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	const typeName = "AddOnInstallation"
	sid, err := l.accountOf(ctx, companyID, auth.RuleAddOnRead, typeName, twilioOf)
	if err != nil {
		return nil, err
	}
	one := single[model.AddOnInstallation]{
		source: oneInstalled(sid), typeName: typeName, id: func(i *model.AddOnInstallation) string { return i.ID },
	}
	installation, err := one.find(ctx, l, ask{params: map[string]string{"Sid": id}, account: sid}, id)
	if err != nil {
		return nil, err
	}
	return ownedBy(companyID, installation), nil
}

// AddOnInstallations lists what each of these companies has installed, nil
// where it has no account for add-ons; positional.
func (l *Loaders) AddOnInstallations(ctx context.Context, companyIDs []string, p Page) ([]*List[*model.AddOnInstallation], []error) {
	return l.installed.load(ctx, listKeys(companyIDs, "", p))
}

func (l *Loaders) fetchInstallations(ctx context.Context, keys []listKey) answers[*List[*model.AddOnInstallation]] {
	rows := l.viewer.Rows(auth.RuleAddOnRead)
	return perParent(keys, rows.Allows, errForbiddenList, func(keys []listKey) answers[*List[*model.AddOnInstallation]] {
		return l.installations(ctx, keys)
	})
}

// installations reads the lists of the companies that have an account.
func (l *Loaders) installations(ctx context.Context, keys []listKey) answers[*List[*model.AddOnInstallation]] {
	companies := make([]string, len(keys))
	for i, key := range keys {
		companies[i] = key.parent
	}
	sids, errs := l.linked(ctx, companies, twilioOf)
	out := newAnswers[*List[*model.AddOnInstallation]](len(keys))
	var trails []trail[*model.AddOnInstallation]
	var at []int
	for i, sid := range sids {
		if out.errs[i] = errs[i]; errs[i] == nil && sid != "" {
			trails, at = append(trails, l.installationTrail(sid)), append(at, i)
		}
	}
	got := follow(ctx, l, trails, keys[0].page)
	for i, position := range at {
		if out.errs[position] = got.errs[i]; got.errs[i] == nil {
			out.values[position] = found(got.values[i], companies[position])
		}
	}
	return out
}

// found copies installations as a company's own. What the cache keeps is known
// by account alone, because the link between the two may change.
func found(list *List[*model.AddOnInstallation], companyID string) *List[*model.AddOnInstallation] {
	out := *list
	out.Items = make([]*model.AddOnInstallation, len(list.Items))
	for i, item := range list.Items {
		out.Items[i] = ownedBy(companyID, item)
	}
	return &out
}

func ownedBy(companyID string, installation *model.AddOnInstallation) *model.AddOnInstallation {
	own := *installation
	own.CompanyID = companyID
	return &own
}

func (l *Loaders) installationTrail(sid string) trail[*model.AddOnInstallation] {
	src := installedBy(sid)
	pageAsk := func(token string) ask { return twilioAsk(src.route, sid, nil, token) }
	return trail[*model.AddOnInstallation]{source: src, ask: pageAsk, mark: markOf(src.request(l, pageAsk("")).Key, "")}
}

// twilioAsk asks for the page that a token names: the parameters which the page
// before it gave, or the first page's.
func twilioAsk(route *upstream.Route, account string, params map[string]string, token string) ask {
	query, err := url.ParseQuery(token)
	if err != nil || token == "" { // a token is what [url.Values.Encode] wrote
		query = url.Values{}
	}
	if !query.Has("PageSize") {
		query.Set("PageSize", strconv.Itoa(route.PageSize))
	}
	return ask{params: params, query: query, account: account}
}

// twilioPage adapts a page that names the next one and does not count.
func twilioPage[W, T any](p twilio.Page[W], toModel func(W) T) chunk[T] {
	c := chunk[T]{items: make([]T, len(p.Items)), total: unknown, next: p.Next.Encode()}
	for i, item := range p.Items {
		c.items[i] = toModel(item)
	}
	return c
}

func toInstallation(w twilio.InstalledAddOn) *model.AddOnInstallation {
	return &model.AddOnInstallation{
		ID:          string(w.SID),
		Name:        text(w.FriendlyName),
		UniqueName:  text(w.UniqueName),
		Description: text(w.Description),
		CreatedAt:   w.DateCreated.Ptr(),
		UpdatedAt:   w.DateUpdated.Ptr(),
		ListingSID:  w.AvailableAddOnSID(),
	}
}
