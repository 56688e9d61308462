package upstream

import (
	"cmp"
	"context"
	"sync"
)

// DefaultMaxAccounts is how many accounts' credentials [Accounts] keep.
const DefaultMaxAccounts = 10_000

// Accounts keep credentials per account at a backend, in memory only.
type Accounts struct {
	most int
	open func(account string) Credentials

	mu   sync.Mutex
	kept map[string]Credentials
}

// NewAccounts makes credentials by open when an account is first asked for, and keeps those of most accounts (0 for
// [DefaultMaxAccounts]). Beyond that any one is forgotten, which costs its next call a fetch.
func NewAccounts(most int, open func(account string) Credentials) *Accounts {
	return &Accounts{most: cmp.Or(most, DefaultMaxAccounts), open: open, kept: make(map[string]Credentials)}
}

// For gives the account's credentials, the same ones to everybody; never nil. Nothing is fetched by it.
func (a *Accounts) For(account string) Credentials {
	a.mu.Lock()
	defer a.mu.Unlock()
	if kept, ok := a.kept[account]; ok {
		return kept
	}
	if len(a.kept) >= a.most {
		for other := range a.kept {
			delete(a.kept, other)
			break
		}
	}
	opened := a.open(account)
	a.kept[account] = opened
	return opened
}

// String tells nothing of the credentials: fmt would print what they hold.
func (a *Accounts) String() string { return "accounts' credentials" }

// GoString is String, for %#v.
func (a *Accounts) GoString() string { return a.String() }

// static is a header that nobody renews. It is used by pointer, so that printing what holds it shows an address.
type static struct{ header string }

// Static gives credentials that are configured as they are sent. A 401 is answered with the same header once more;
// without a header every call is unauthenticated.
func Static(header string) Credentials { return &static{header: header} }

// Authorize gives the header.
func (s *static) Authorize(context.Context) (string, error) {
	if !isHeader(s.header) {
		return "", &CredentialsError{Kind: Unauthenticated}
	}
	return s.header, nil
}

// Invalidate does nothing: there is no other header.
func (*static) Invalidate(string) {}

// String leaves the header out.
func (*static) String() string { return "configured credentials" }

// GoString is String, for %#v.
func (s *static) GoString() string { return s.String() }
