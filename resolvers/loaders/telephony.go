package loaders

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
)

// phones are what one operation knows of phone systems, by account.
type phones struct {
	accounts      *memo[string, *model.TelephonyAccount]
	details       *memo[string, *TelephonyDetail]
	balances      *memo[string, *decimal.Decimal]
	limits        *memo[string, *model.TelephonyLimits]
	registrations *memo[string, map[string]*bool]
	staff         *memo[string, map[string]*model.TelephonyUser]
	devices       *memo[listKey, *List[*model.Device]]
	users         *memo[listKey, *List[*model.TelephonyUser]]
	numbers       *memo[listKey, *List[*model.PhoneNumber]]
	callflows     *memo[listKey, *List[*model.Callflow]]
	groups        *memo[listKey, *List[*model.TelephonyGroup]]
	boxes         *memo[listKey, *List[*model.VoicemailBox]]
	calls         *memo[listKey, *List[*model.Call]]
}

func newPhones(l *Loaders) *phones {
	return &phones{
		accounts:      newMemo(l.fetchTelephony),
		details:       newMemo(l.fetchTelephonyDetails),
		balances:      newMemo(eachAccount(l, readBalance, auth.RuleTelephonyMoney)),
		limits:        newMemo(eachAccount(l, readTelephonyLimits, auth.RuleTelephonyRead)),
		registrations: newMemo(eachAccount(l, listDeviceStatuses, auth.RuleTelephonyRead)),
		staff:         newMemo(l.fetchStaff),
		devices:       newMemo(eachAccountsList(l, l.deviceTrail, auth.RuleTelephonyRead)),
		users:         newMemo(eachAccountsList(l, l.telephonyUserTrail, auth.RuleTelephonyRead)),
		numbers:       newMemo(eachAccountsList(l, l.phoneNumberTrail, auth.RuleTelephonyRead)),
		callflows:     newMemo(eachAccountsList(l, l.callflowTrail, auth.RuleTelephonyRead)),
		groups:        newMemo(eachAccountsList(l, l.groupTrail, auth.RuleTelephonyRead)),
		boxes:         newMemo(eachAccountsList(l, l.voicemailTrail, auth.RuleTelephonyRead)),
		calls:         newMemo(eachAccountsList(l, l.callTrail, auth.RuleTelephonyMoney)),
	}
}

// errForbiddenField refuses a field of a phone system that the viewer sees, but
// not with these of their roles.
var errForbiddenField = &auth.Error{Code: auth.Forbidden, Message: "Your roles in this company do not include this field"}

// TelephonyAccounts lists the accounts that companies which the viewer may see
// are linked to, by name. Links that lead nowhere are left out.
func (l *Loaders) TelephonyAccounts(ctx context.Context, p Page) (*List[*model.TelephonyAccount], error) {
	rows := l.viewer.Rows(auth.RuleTelephonyRead)
	m := markOf(readTelephony.request(l, ask{}).Key, rows.String())
	if _, err := p.window(m, 0); err != nil {
		return nil, err // a bad cursor is refused before it costs a call
	}
	ids, err := l.seenAccounts(ctx, rows, kazooOf)
	if err != nil {
		return nil, err
	}
	accounts, errs := optional(ctx, l.phones.accounts, ids, everything)
	if err := cmp.Or(errs...); err != nil {
		return nil, err
	}
	accounts = slices.DeleteFunc(accounts, func(a *model.TelephonyAccount) bool { return a == nil })
	slices.SortFunc(accounts, func(a, b *model.TelephonyAccount) int {
		return cmp.Or(strings.Compare(value(a.Name), value(b.Name)), strings.Compare(a.ID, b.ID))
	})
	return cutAll(m, accounts, p)
}

// TelephonyAccount gives one account, [NotFoundError] where there is none that
// a company which the viewer may see is linked to.
func (l *Loaders) TelephonyAccount(ctx context.Context, id string) (*model.TelephonyAccount, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	if err := l.checkTelephony(ctx, id, auth.RuleTelephonyRead, "TelephonyAccount"); err != nil {
		return nil, err
	}
	return l.phones.accounts.one(ctx, id)
}

// TelephonyAccountsOf gives the accounts of companies, nil where one has none,
// or none that the viewer may see; positional.
func (l *Loaders) TelephonyAccountsOf(ctx context.Context, companyIDs []string) ([]*model.TelephonyAccount, []error) {
	rows := l.viewer.Rows(auth.RuleTelephonyRead)
	seen := make([]string, 0, len(companyIDs))
	at := make([]int, 0, len(companyIDs))
	for i, id := range companyIDs {
		if rows.Allows(id) {
			seen, at = append(seen, id), append(at, i)
		}
	}
	accounts, failed := l.linked(ctx, seen, kazooOf)
	ids, errs := make([]string, len(companyIDs)), make([]error, len(companyIDs))
	for i, position := range at {
		if ids[position] = accounts[i]; !isNotFound(failed[i]) {
			errs[position] = failed[i]
		}
	}
	found, unread := optional(ctx, l.phones.accounts, ids, everything)
	return found, either(errs, unread)
}

// CompaniesOfTelephony gives the companies that are linked to accounts, nil
// where none is that the viewer may see; positional.
func (l *Loaders) CompaniesOfTelephony(ctx context.Context, accountIDs []string) ([]*model.Company, []error) {
	return l.companiesLinked(ctx, accountIDs, kazooOf)
}

// accountAsk asks about an account, in whose bucket the backend counts the call.
func accountAsk(id string) ask {
	return ask{params: map[string]string{"accountId": id}, account: id}
}

// eachAccount reads one thing of each account that the viewer may see under the rule.
func eachAccount[V any](l *Loaders, from source[V], rule string) func(context.Context, []string) answers[V] {
	return func(ctx context.Context, ids []string) answers[V] {
		seen := l.reach(ctx, rule, kazooOf)
		out := newAnswers[V](len(ids))
		var asks []ask
		var at []int
		for i, id := range ids {
			if !seen.may(id) {
				out.errs[i] = seen.refusal(errForbiddenField)
				continue
			}
			asks, at = append(asks, accountAsk(id)), append(at, i)
		}
		got := from.getMany(ctx, l, asks)
		for i, position := range at {
			out.values[position], out.errs[position] = got.values[i], absent("TelephonyAccount", got.errs[i])
		}
		return out
	}
}

// eachAccountsList follows one list of each account that the viewer may see under the rule.
func eachAccountsList[T any](l *Loaders, list func(accountID string) trail[T], rule string) func(context.Context, []listKey) answers[*List[T]] {
	return func(ctx context.Context, keys []listKey) answers[*List[T]] {
		seen := l.reach(ctx, rule, kazooOf)
		return perParent(keys, seen.may, seen.refusal(errForbiddenList), func(keys []listKey) answers[*List[T]] {
			trails := make([]trail[T], len(keys))
			for i, key := range keys {
				trails[i] = list(key.parent)
			}
			return follow(ctx, l, trails, keys[0].page)
		})
	}
}

// accountTrail is a list of an account, whose items are made by decode.
func accountTrail[T any](l *Loaders, from source[chunk[T]], accountID string) trail[T] {
	pageAsk := func(token string) ask {
		a := accountAsk(accountID)
		a.query = kazoo.PageQuery(from.route.PageSize, token)
		return a
	}
	return trail[T]{source: from, ask: pageAsk, mark: markOf(from.request(l, pageAsk("")).Key, "")}
}

// pageOf adapts a page of Kazoo's.
func pageOf[W, T any](p kazoo.Page[W], toModel func(W) T) chunk[T] {
	c := chunk[T]{items: make([]T, len(p.Items)), total: unknown, next: p.Next}
	for i, item := range p.Items {
		c.items[i] = toModel(item)
	}
	return c
}
