package leadconnector

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/shopspring/decimal"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// IssueLocationToken exchanges the agency's token for one of a location. The reply is a secret, so it is never kept
// anywhere but in memory.
var IssueLocationToken = &upstream.Route{
	Name:      "leadconnector.issueLocationToken",
	Backend:   Backend,
	Method:    http.MethodPost,
	Path:      "/oauth/locationToken",
	Form:      true,
	Authority: upstream.System,
}

// maxTokenLife is the documented life of an access token, and the longest that one is believed to have.
const maxTokenLife = 86_399 * time.Second

// AgencyCredentials are the agency's access token as it is configured, without "Bearer". Nobody renews it: the
// backend's refresh tokens work once, so a second process or a restart would be locked out by the first.
func AgencyCredentials(token string) upstream.Credentials {
	if token == "" {
		return upstream.Static("")
	}
	return upstream.Static("Bearer " + token)
}

// LocationsConfig says how locations' tokens are obtained.
type LocationsConfig struct {
	// Client issues them as the agency, [upstream.Config.Credentials]; required.
	Client *upstream.Client
	// CompanyID is the agency that the locations belong to; required.
	CompanyID string
	// Most is how many locations' tokens are kept; default [upstream.DefaultMaxAccounts].
	Most int
	// Timeout bounds issuing one, the wait for its turn included; default 5 s.
	Timeout time.Duration
	// Now defaults to time.Now.
	Now func() time.Time
}

// LocationCredentials give each location's own credentials, by its id. A token is issued when it is first needed and
// replaced a minute before its end and after a 401; it stays in memory, in no cache, log or error.
func LocationCredentials(cfg LocationsConfig) *upstream.Accounts {
	return upstream.NewAccounts(cfg.Most, func(location string) upstream.Credentials {
		return upstream.NewKeeper(upstream.KeeperConfig{
			Name:  "credentials of a location",
			Fetch: func(ctx context.Context) (upstream.Grant, error) { return cfg.issue(ctx, location) },
			Now:   cfg.Now, Timeout: cfg.Timeout,
		})
	})
}

// issue asks for one location's token as the agency, in whose bucket that counts.
func (cfg LocationsConfig) issue(ctx context.Context, location string) (upstream.Grant, error) {
	form := url.Values{"companyId": {cfg.CompanyID}, "locationId": {location}}
	reply, err := cfg.Client.Do(ctx, upstream.Call{
		Route: IssueLocationToken, Body: []byte(form.Encode()), Account: cfg.CompanyID, Lane: upstream.Waiting,
	})
	if err != nil {
		return upstream.Grant{}, err
	}
	token, err := wire.Decode[locationToken](IssueLocationToken, reply.Body)
	if err != nil {
		return upstream.Grant{}, err
	}
	if named := string(token.LocationID); named != "" && named != location {
		return upstream.Grant{}, upstream.Malformed(IssueLocationToken, errOtherLocation)
	}
	return upstream.Grant{Header: "Bearer " + string(token.AccessToken), Life: token.life()}, nil
}

var (
	errOtherLocation = errors.New("a token of another location than was asked for")
	errNoToken       = errors.New("a grant without its token")
)

// locationToken is the reply of [IssueLocationToken].
type locationToken struct {
	AccessToken wire.Text   `json:"access_token"`
	ExpiresIn   wire.Number `json:"expires_in"` // seconds
	LocationID  wire.Text   `json:"locationId"`
}

// Check wants the token.
func (l *locationToken) Check() error {
	if l.AccessToken == "" {
		return errNoToken
	}
	return nil
}

// life is 0 where the backend states none that makes sense, and never longer than documented. It is cut before it is
// converted: a number that does not fit would become any life at all.
func (l locationToken) life() time.Duration {
	longest := decimal.NewFromInt(int64(maxTokenLife / time.Second))
	seconds := decimal.Min(l.ExpiresIn.Value, longest).IntPart()
	return time.Duration(max(seconds, 0)) * time.Second
}

// String leaves the token out.
func (locationToken) String() string { return "location token" }

// GoString is String, for %#v.
func (locationToken) GoString() string { return "location token" }
