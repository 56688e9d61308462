package loaders

import (
	"context"
	"errors"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
	"github.com/marketgraph/marketgraph/upstream/leadconnector"
	"github.com/marketgraph/marketgraph/upstream/twilio"
)

// Caller makes upstream calls; [upstream.Client] is one.
type Caller interface {
	// Do makes one call; its errors are [upstream.Error].
	Do(ctx context.Context, call upstream.Call) (*upstream.Reply, error)
}

// Backends are the clients of one tenant. A backend that the tenant does not
// have is nil, and no company is linked to it then.
type Backends struct {
	// AppDirect holds the marketplace itself; required.
	AppDirect Caller
	// ServiceUser says that AppDirect takes calls in a service user's name, see [upstream.Config.ServiceUser].
	ServiceUser bool
	// Kazoo holds phone systems. Its credentials reach all accounts below the gateway's own.
	Kazoo Caller
	// KazooAccount gives the id of the gateway's own account there, which signing in tells; see
	// [kazoo.Login.Account]. Nil, or an error, means that accounts are read one by one.
	KazooAccount func(ctx context.Context) (string, error)
	// Twilio holds add-ons.
	Twilio Caller
	// Subaccounts give each sub-account's own credentials at Twilio.
	Subaccounts *upstream.Accounts
	// LeadConnector holds wallets.
	LeadConnector Caller
	// Locations give each location's own credentials at LeadConnector.
	Locations *upstream.Accounts
}

// errNoBackend is a wiring fault: nothing leads to a backend that is not there.
var errNoBackend = errors.New("loaders: the tenant does not have this backend")

// do sends the call where its route belongs, as the account that it is about.
func (b Backends) do(ctx context.Context, call upstream.Call) (*upstream.Reply, error) {
	var to Caller
	var accounts *upstream.Accounts
	switch call.Route.Backend {
	case appdirect.Backend:
		to = b.AppDirect
	case kazoo.Backend:
		to = b.Kazoo
	case twilio.Backend:
		to, accounts = b.Twilio, b.Subaccounts
	case leadconnector.Backend:
		to, accounts = b.LeadConnector, b.Locations
	}
	if to == nil {
		return nil, errNoBackend
	}
	if accounts != nil && call.Account != "" {
		call.Credentials = accounts.For(call.Account)
	}
	return to.Do(ctx, call)
}
