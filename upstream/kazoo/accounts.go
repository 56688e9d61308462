package kazoo

import (
	"net/http"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// ReadAccount reads one account.
var ReadAccount = &upstream.Route{
	Name:      "kazoo.readAccount",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/accounts/{accountId}",
	Authority: upstream.System,
	Ours:      oursTree,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	Tags:      []string{"telephony:{accountId}"},
	Births:    []string{"telephony"},
}

// ListDescendants reads the accounts below one, at all depths.
var ListDescendants = &upstream.Route{
	Name:      "kazoo.listDescendants",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/accounts/{accountId}/descendants",
	Query:     paging,
	Authority: upstream.System,
	Ours:      oursTree,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	PageSize:  pageSize,
	Tags:      []string{"telephony"},
}

// ListChildren reads the accounts directly below one.
var ListChildren = &upstream.Route{
	Name:      "kazoo.listChildren",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/accounts/{accountId}/children",
	Query:     paging,
	Authority: upstream.System,
	Ours:      oursTree,
	Fresh:     freshAccount,
	Hard:      hardExpiry,
	PageSize:  pageSize,
	Tags:      []string{"telephony"},
}

// Account is an account as its document writes it.
type Account struct {
	ID          wire.Text      `json:"id"`
	Name        wire.Text      `json:"name"`
	Realm       wire.Text      `json:"realm"`
	Org         wire.Text      `json:"org"`
	Enabled     wire.Bool      `json:"enabled"`
	IsReseller  wire.Bool      `json:"is_reseller"`
	ResellerID  wire.Text      `json:"reseller_id"`
	BillingMode wire.Text      `json:"billing_mode"`
	Language    wire.Text      `json:"language"`
	Timezone    wire.Text      `json:"timezone"`
	Created     wire.Gregorian `json:"created"`
}

// Check wants the id.
func (a *Account) Check() error { return wire.Identified(a.ID) }

// Reseller is the account that resells this one; "" where there is none, which the backend writes as "undefined".
func (a Account) Reseller() string {
	if a.ResellerID == "undefined" {
		return ""
	}
	return string(a.ResellerID)
}

// AccountEntry is an account as [ListDescendants] and [ListChildren] write it.
type AccountEntry struct {
	ID    wire.Text `json:"id"`
	Name  wire.Text `json:"name"`
	Realm wire.Text `json:"realm"`
	// Tree are the ids of the accounts above, the topmost first.
	Tree []wire.Text `json:"tree"`
	// Descendants counts the accounts below, at all depths.
	Descendants wire.Number `json:"descendants_count"`
	Flags       []wire.Text `json:"flags"`
}

// Check wants the id.
func (a *AccountEntry) Check() error { return wire.Identified(a.ID) }

// DecodeAccount reads a reply of [ReadAccount].
func DecodeAccount(body []byte) (Account, error) {
	return decode[Account](ReadAccount, body)
}

// DecodeAccounts reads a reply of [ListDescendants] or [ListChildren].
func DecodeAccounts(route *upstream.Route, body []byte) (Page[AccountEntry], error) {
	return decodePage[AccountEntry](route, body)
}
