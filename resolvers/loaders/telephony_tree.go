package loaders

import (
	"context"
	"time"

	"github.com/marketgraph/marketgraph/graph/model"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
)

// Accounts can be had in two ways: a call for each, or the pages of the tree
// below the gateway's own, which do not count themselves. As with
// subscriptions, the tree is walked only while it stays clearly cheaper. What
// its entries leave out is read from the accounts when somebody asks for it,
// so that an account looks the same whichever way it was found.

// record is an account as far as its own document tells.
type record struct {
	account *model.TelephonyAccount
	detail  *TelephonyDetail
}

var (
	readTelephony = source[record]{kazoo.ReadAccount, func(body []byte) (record, error) {
		a, err := kazoo.DecodeAccount(body)
		return toRecord(a), err
	}}
	listDescendants = source[chunk[*model.TelephonyAccount]]{kazoo.ListDescendants, func(body []byte) (chunk[*model.TelephonyAccount], error) {
		p, err := kazoo.DecodeAccounts(kazoo.ListDescendants, body)
		return pageOf(p, toTelephonyAccount), err
	}}
)

// fetchTelephony finds accounts by id.
func (l *Loaders) fetchTelephony(ctx context.Context, ids []string) answers[*model.TelephonyAccount] {
	found := make(map[string]*model.TelephonyAccount, len(ids))
	cached := readTelephony.lookup(ctx, l, accountAsks(ids))
	for i, id := range ids {
		if cached.errs[i] == nil {
			found[id] = cached.values[i].account
		}
	}
	l.fromTree(ctx, ids, found)
	missing := without(ids, found)
	read := readTelephony.getMany(ctx, l, accountAsks(missing))
	failed := make(map[string]error, len(missing))
	for i, id := range missing {
		if failed[id] = absent("TelephonyAccount", read.errs[i]); failed[id] == nil {
			found[id] = read.values[i].account
		}
	}
	out := newAnswers[*model.TelephonyAccount](len(ids))
	for i, id := range ids {
		out.values[i], out.errs[i] = found[id], failed[id]
	}
	return out
}

// fromTree adds what the tree has of these ids. It gives up without an error:
// the accounts themselves may still answer, and say better why they do not.
func (l *Loaders) fromTree(ctx context.Context, ids []string, found map[string]*model.TelephonyAccount) {
	missing := without(ids, found)
	if len(missing) == 0 || l.tenant.backends.KazooAccount == nil {
		return
	}
	root, err := l.tenant.backends.KazooAccount(ctx)
	if err != nil {
		return
	}
	tree := accountTrail(l, listDescendants, root)
	pages := len(missing) / 2
	if pages < 1 && !l.treeCached(ctx, tree) {
		return
	}
	if l.tenant.tree.tooNarrow(anyStatus, pages, time.Now()) {
		return
	}
	l.climb(ctx, tree, max(pages, 1), missing, found)
}

// climb reads pages of the tree until all are found, it ends, or it is too wide.
func (l *Loaders) climb(
	ctx context.Context, tree trail[*model.TelephonyAccount], pages int, missing []string, found map[string]*model.TelephonyAccount,
) {
	wanted := make(map[string]bool, len(missing))
	for _, id := range missing {
		wanted[id] = true
	}
	token := ""
	for i := range pages {
		page, err := tree.source.get(ctx, l, tree.ask(token))
		if err != nil {
			return
		}
		for _, account := range page.items {
			if wanted[account.ID] {
				found[account.ID] = account
				delete(wanted, account.ID)
			}
		}
		if token = page.next; token == "" || len(wanted) == 0 {
			l.tenant.sizes.learn(tree.source.route, i+1)
			return
		}
	}
	l.tenant.sizes.learn(tree.source.route, pages+1)
	l.tenant.tree.learn(anyStatus, pages, time.Now())
}

func (l *Loaders) treeCached(ctx context.Context, tree trail[*model.TelephonyAccount]) bool {
	return tree.source.misses(ctx, l, []ask{tree.ask("")}) == 0
}

func accountAsks(ids []string) []ask {
	asks := make([]ask, len(ids))
	for i, id := range ids {
		asks[i] = accountAsk(id)
	}
	return asks
}

// without are the ids that were not found yet.
func without(ids []string, found map[string]*model.TelephonyAccount) (missing []string) {
	for _, id := range ids {
		if found[id] == nil {
			missing = append(missing, id)
		}
	}
	return missing
}

// toTelephonyAccount takes what both the entry and the document say.
func toTelephonyAccount(w kazoo.AccountEntry) *model.TelephonyAccount {
	return &model.TelephonyAccount{ID: string(w.ID), Name: text(w.Name), Realm: text(w.Realm)}
}

func toRecord(w kazoo.Account) record {
	return record{
		account: toTelephonyAccount(kazoo.AccountEntry{ID: w.ID, Name: w.Name, Realm: w.Realm}),
		detail:  &TelephonyDetail{Timezone: text(w.Timezone), IsEnabled: w.Enabled.Ptr(), CreatedAt: w.Created.Ptr()},
	}
}
