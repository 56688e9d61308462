package loaders

import "context"

// reach is which accounts at a backend a viewer may see under a rule. It is
// learned from the viewer's companies, not from the accounts: what links a
// company to its account says nothing the other way round, unless all
// companies are read.
type reach struct {
	all      bool
	accounts map[string]bool
	err      error // why not all of the viewer's links could be read
}

// reach asks for nothing where the rule admits the viewer everywhere, and for
// no other companies than the viewer's where it does not.
func (l *Loaders) reach(ctx context.Context, rule string, of kind) reach {
	rows := l.viewer.Rows(rule)
	if rows.All() {
		return reach{all: true}
	}
	r := reach{accounts: map[string]bool{}}
	accounts, errs := l.linked(ctx, rows.Companies(), of)
	for i, account := range accounts {
		switch {
		case isNotFound(errs[i]): // deleted since the memberships were read
		case errs[i] != nil:
			r.err = errs[i]
		case account != "":
			r.accounts[account] = true
		}
	}
	return r
}

// may reports whether the account is the viewer's. Where links could not be
// read, it is not known of one that was not found.
func (r reach) may(account string) bool { return r.all || r.accounts[account] }

// refusal is why an account that may not be seen is refused.
func (r reach) refusal(refused error) error {
	if r.err != nil {
		return r.err
	}
	return refused
}
