package twilio

import (
	"context"
	"encoding/base64"
	"errors"
	"time"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// subaccountLife is how long a sub-account's token is used before it is read again. The backend prints no end: a
// token holds until somebody changes it, which a 401 tells earlier.
const subaccountLife = time.Hour

// AccountCredentials are an account's sid and token, as they are configured. For a parent account they have to be these:
// with an API key the backend does not show the tokens of its sub-accounts.
func AccountCredentials(sid, token string) upstream.Credentials {
	if sid == "" || token == "" {
		return upstream.Static("")
	}
	return upstream.Static(basic(sid, token))
}

func basic(sid, token string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(sid+":"+token))
}

// SubaccountsConfig says how sub-accounts' tokens are read.
type SubaccountsConfig struct {
	// Client reads them as the parent account, [upstream.Config.Credentials]; required.
	Client *Client
	// Most is how many accounts' tokens are kept; default [upstream.DefaultMaxAccounts].
	Most int
	// Timeout bounds reading one, the wait for its turn included; default 5 s.
	Timeout time.Duration
	// Now defaults to time.Now.
	Now func() time.Time
}

// SubaccountCredentials give each sub-account's own credentials, by its sid. A token is read as the parent when it is
// first needed and after a 401, and stays in memory: it is in no cache, log or error.
func SubaccountCredentials(cfg SubaccountsConfig) *upstream.Accounts {
	return upstream.NewAccounts(cfg.Most, func(sid string) upstream.Credentials {
		return upstream.NewKeeper(upstream.KeeperConfig{
			Name:  "credentials of a sub-account",
			Fetch: func(ctx context.Context) (upstream.Grant, error) { return readToken(ctx, cfg.Client, sid) },
			Now:   cfg.Now, Timeout: cfg.Timeout,
		})
	})
}

// readToken reads one sub-account as its parent.
func readToken(ctx context.Context, client *Client, sid string) (upstream.Grant, error) {
	reply, err := client.Do(ctx, upstream.Call{Route: ReadAccount, Params: map[string]string{"Sid": sid}})
	if err != nil {
		return upstream.Grant{}, err
	}
	secret, err := wire.Decode[accountSecret](ReadAccount, reply.Body)
	if err != nil {
		return upstream.Grant{}, err
	}
	if string(secret.SID) != sid {
		return upstream.Grant{}, upstream.Malformed(ReadAccount, errOtherAccount)
	}
	return upstream.Grant{Header: basic(sid, string(secret.AuthToken)), Life: subaccountLife}, nil
}

var (
	errOtherAccount = errors.New("another account than was asked for")
	errNoToken      = errors.New("an account without its token")
)

// accountSecret is the part of an account that [Account] leaves out.
type accountSecret struct {
	SID       wire.Text `json:"sid"`
	AuthToken wire.Text `json:"auth_token"`
}

// Check wants the token too: without it there is nothing to call with.
func (a *accountSecret) Check() error {
	if a.AuthToken == "" {
		return errNoToken
	}
	return wire.Identified(a.SID)
}

// String leaves the token out.
func (accountSecret) String() string { return "account" }

// GoString is String, for %#v.
func (accountSecret) GoString() string { return "account" }
