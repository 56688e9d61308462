package loaders

import (
	"context"

	"github.com/marketgraph/marketgraph/auth"
)

// reach is which accounts at a backend a viewer may see under a rule. It is
// learned from the viewer's companies, not from the accounts: an account does
// not say whose it is, so that way round all companies would have to be read.
type reach struct {
	all      bool
	accounts map[string]bool
	err      error // why not all of the viewer's links could be read
}

// reach asks for nothing where the rule admits the viewer everywhere: then it
// admits accounts that were found by a link before.
func (l *Loaders) reach(ctx context.Context, rule string, of kind) reach {
	rows := l.viewer.Rows(rule)
	if rows.All() {
		return reach{all: true}
	}
	accounts, err := l.seenAccounts(ctx, rows, of)
	r := reach{accounts: make(map[string]bool, len(accounts)), err: err}
	for _, account := range accounts {
		r.accounts[account] = true
	}
	return r
}

// seenAccounts are the accounts of one kind that companies in rows are linked
// to, each once. An error says that some could not be learned.
func (l *Loaders) seenAccounts(ctx context.Context, rows auth.Rows, of kind) ([]string, error) {
	links, err := l.seenLinks(ctx, rows)
	var accounts []string
	for _, link := range links {
		if account := of(link); account != "" {
			accounts = append(accounts, account)
		}
	}
	return distinct(accounts), err
}

// may reports whether the account is the viewer's.
func (r reach) may(account string) bool { return r.all || r.accounts[account] }

// refusal is why an account is refused: that it is not the viewer's, unless
// that is not known.
func (r reach) refusal(refused error) error {
	if r.err != nil {
		return r.err
	}
	return refused
}
