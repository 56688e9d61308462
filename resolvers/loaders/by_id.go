package loaders

import (
	"cmp"
	"context"
	"slices"
)

// single finds one object of an account by an id from a client.
type single[T any] struct {
	source   source[*T]
	typeName string
	id       func(*T) string
	// taken is what the backend reads as another endpoint's path in the place of an id; "" for nothing.
	taken string
}

// find gives the object, [NotFoundError] where the account has none with this
// very id: the backends also answer to other spellings of some.
func (s single[T]) find(ctx context.Context, l *Loaders, a ask, id string) (*T, error) {
	if id == s.taken {
		return nil, &NotFoundError{Type: s.typeName}
	}
	got, err := s.source.get(ctx, l, a)
	if err != nil {
		return nil, absent(s.typeName, err)
	}
	if s.id(got) != id {
		return nil, &NotFoundError{Type: s.typeName}
	}
	return got, nil
}

// accountOf gives the account of a company that a client names, for something
// in it of this type, which is not found where the company has no account, is
// not there, or is not the viewer's under the rule.
func (l *Loaders) accountOf(ctx context.Context, companyID, rule, typeName string, of kind) (string, error) {
	if err := checkID("companyId", companyID); err != nil {
		return "", err
	}
	if !l.viewer.May(rule, companyID) {
		return "", &NotFoundError{Type: typeName, Rule: rule}
	}
	accounts, errs := l.linked(ctx, []string{companyID}, of)
	switch {
	case errs[0] != nil && !isNotFound(errs[0]):
		return "", errs[0]
	case accounts[0] == "":
		return "", &NotFoundError{Type: typeName}
	}
	return accounts[0], nil
}

// checkTelephony admits a telephony account that a client names, for something
// in it of this type, if a company is linked to it that the viewer may see under the rule.
func (l *Loaders) checkTelephony(ctx context.Context, accountID, rule, typeName string) error {
	ids, err := l.seenAccounts(ctx, l.viewer.Rows(rule), kazooOf)
	if slices.Contains(ids, accountID) {
		return nil
	}
	return cmp.Or[error](err, &NotFoundError{Type: typeName, Rule: rule})
}
