package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// BucketsConfig are the limits that a marketplace grants, where they are others
// than it prints.
type BucketsConfig struct {
	// General is shared by all endpoints that have no limit of their own; nil for the printed one.
	General *BucketConfig `yaml:"general"`
	// Routes have limits of their own, by the route's name.
	Routes map[string]BucketConfig `yaml:"routes"`
}

// BucketConfig is one leaky bucket.
type BucketConfig struct {
	// Size is how many calls it holds.
	Size int `yaml:"size"`
	// PerSecond is how many calls leak out of it in a second.
	PerSecond float64 `yaml:"perSecond"`
}

func (b BucketConfig) bucket() upstream.Bucket {
	return upstream.Bucket{Kind: upstream.LeakyBucket, Size: b.Size, PerSecond: b.PerSecond}
}

// general is the limit in force of a client application.
func (b BucketsConfig) general(printed upstream.Bucket) upstream.Bucket {
	if b.General == nil {
		return printed
	}
	granted := b.General.bucket()
	granted.Scope = printed.Scope
	return granted
}

// routes are the limits in force of single routes, over those of less weight.
func (b BucketsConfig) routes(under map[string]upstream.Bucket) map[string]upstream.Bucket {
	out := maps.Clone(under)
	if out == nil {
		out = make(map[string]upstream.Bucket, len(b.Routes))
	}
	for name, granted := range b.Routes {
		out[name] = granted.bucket()
	}
	return out
}

func (b BucketsConfig) check(c *checker, path string) {
	if b.General != nil {
		b.General.check(c, path+".general")
	}
	for _, name := range slices.Sorted(maps.Keys(b.Routes)) {
		at := fmt.Sprintf("%s.routes[%s]", path, name)
		if !slices.ContainsFunc(appdirect.Routes(), func(r *upstream.Route) bool { return r.Name == name }) {
			c.add(at, "there is no such route; docs/caching.md names them all")
		}
		b.Routes[name].check(c, at)
	}
}

func (b BucketConfig) check(c *checker, path string) {
	if b.Size < 1 {
		c.add(path+".size", "must be at least 1 call")
	}
	if b.PerSecond <= 0 {
		c.add(path+".perSecond", "must be above 0 calls")
	}
}

// KazooConfig is how a tenant's telephony is reached: as one account, by its API
// key or as one of its users. What is below that account can be linked.
type KazooConfig struct {
	// URL is the root of the interface, with /v2.
	URL string `yaml:"url"`
	// APIKey is the account's own; a user is not needed with it.
	APIKey Secret `yaml:"apiKey"`
	// User is the name of a user, with Password.
	User string `yaml:"user"`
	// Password goes with User; it is sent as a digest.
	Password Secret `yaml:"password"`
	// AccountName says whose user it is; one of this and the next three is needed with a user.
	AccountName string `yaml:"accountName"`
	// AccountRealm says it by the account's SIP realm.
	AccountRealm string `yaml:"accountRealm"`
	// AccountID says it by the account's id.
	AccountID string `yaml:"accountId"`
	// PhoneNumber says it by a number of the account, in E.164 form.
	PhoneNumber string `yaml:"phoneNumber"`
	// TLS is as AppDirect's.
	TLS *BackendTLSConfig `yaml:"tls"`
}

func (k *KazooConfig) check(c *checker, path string) {
	c.url(path+".url", k.URL, true)
	if k.APIKey.named() {
		c.secret(path+".apiKey", &k.APIKey)
		if k.User != "" || k.Password.named() {
			c.add(path+".user", "give apiKey, or user and password, not both")
		}
		return
	}
	if k.User == "" {
		c.add(path+".user", "is missing: give apiKey, or user and password")
		return
	}
	c.secret(path+".password", &k.Password)
	if cmp.Or(k.AccountName, k.AccountRealm, k.AccountID, k.PhoneNumber) == "" {
		c.add(path+".accountName", "say whose user it is: by accountName, accountRealm, accountId or phoneNumber")
	}
}

// TwilioConfig is how a tenant's add-ons are reached: as the account above all sub-accounts.
type TwilioConfig struct {
	// MarketplaceURL is the root for listings and installations; empty means Twilio's own.
	MarketplaceURL string `yaml:"marketplaceUrl"`
	// APIURL is the root for accounts and phone numbers; empty means Twilio's own.
	APIURL string `yaml:"apiUrl"`
	// AccountSID is the parent account's, with AuthToken.
	AccountSID string `yaml:"accountSid"`
	// AuthToken goes with AccountSID. An API key does not do: it cannot read the sub-accounts' tokens.
	AuthToken Secret `yaml:"authToken"`
	// TLS is as AppDirect's.
	TLS *BackendTLSConfig `yaml:"tls"`
}

func (t *TwilioConfig) check(c *checker, path string) {
	c.url(path+".marketplaceUrl", t.MarketplaceURL, false)
	c.url(path+".apiUrl", t.APIURL, false)
	if t.AccountSID == "" {
		c.add(path+".accountSid", "is missing")
	}
	c.secret(path+".authToken", &t.AuthToken)
}

// LeadConnectorConfig is how a tenant's wallets are reached: as the agency above all locations.
type LeadConnectorConfig struct {
	// URL is the root; empty means LeadConnector's own.
	URL string `yaml:"url"`
	// CompanyID is the agency's.
	CompanyID string `yaml:"companyId"`
	// AgencyToken is the agency's access token, without "Bearer".
	AgencyToken Secret `yaml:"agencyToken"`
	// TLS is as AppDirect's.
	TLS *BackendTLSConfig `yaml:"tls"`
}

func (l *LeadConnectorConfig) check(c *checker, path string) {
	c.url(path+".url", l.URL, false)
	if l.CompanyID == "" {
		c.add(path+".companyId", "is missing")
	}
	c.secret(path+".agencyToken", &l.AgencyToken)
}
