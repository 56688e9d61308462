package main

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-viper/mapstructure/v2"
	"github.com/goccy/go-yaml"

	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/server"
)

// Config is a configuration file. docs/configuration.md has every setting.
type Config struct {
	// Listen is the address to serve on.
	Listen string `yaml:"listen"`
	// TLS is how the graph is served over TLS; nil serves plain HTTP.
	TLS *TLSConfig `yaml:"tls"`
	// DefaultTenant is where loopback names lead; "" for nowhere.
	DefaultTenant string `yaml:"defaultTenant"`
	// Origins are the web origins whose pages may read answers; empty for any.
	Origins []string `yaml:"origins"`
	// Redis is the second cache tier's URL; empty for none.
	Redis Secret `yaml:"redis"`
	// RedisTimeout bounds each exchange with it that an operation waits for; 0 is
	// cache.DefaultRedisTimeout.
	RedisTimeout time.Duration `yaml:"redisTimeout"`
	// VaultKey seals what replicas keep in Redis of service users; needed with both.
	VaultKey Secret `yaml:"vaultKey"`
	// Cache bounds the in-process tier.
	Cache CacheConfig `yaml:"cache"`
	// Pacing says who else calls the backends.
	Pacing PacingConfig `yaml:"pacing"`
	// Limits of one operation.
	Limits LimitsConfig `yaml:"limits"`
	// Calls to backends are bounded so.
	Calls CallsConfig `yaml:"calls"`
	// TrustedProxies are networks whose X-Forwarded-For is believed.
	TrustedProxies []string `yaml:"trustedProxies"`
	// Audit is where the audit trail goes: "stderr", "off", or a file; "" is stderr.
	Audit string `yaml:"audit"`
	// Explorer is the page at /explorer.
	Explorer ExplorerConfig `yaml:"explorer"`
	// Tenants are the marketplaces.
	Tenants []TenantConfig `yaml:"tenants"`

	sandbox string           // address of the demo backends; "" in live mode
	now     func() time.Time // the cache's clock; nil is time.Now
}

// PacingConfig says how calls are kept below the backends' limits.
type PacingConfig struct {
	// Replicas is how many gateways call as the same client applications.
	Replicas int `yaml:"replicas"`
}

// TenantConfig is one marketplace.
type TenantConfig struct {
	// Name is used in keys, logs and the tokens' tenant claim.
	Name string `yaml:"name"`
	// Hosts lead to this tenant.
	Hosts []string `yaml:"hosts"`
	// Deadline is the most that one of its operations may take.
	Deadline time.Duration `yaml:"deadline"`
	// Tokens says how viewers' tokens are verified.
	Tokens TokensConfig `yaml:"tokens"`
	// AppDirect is the marketplace itself.
	AppDirect AppDirectConfig `yaml:"appdirect"`
	// Kazoo is its telephony; nil without.
	Kazoo *KazooConfig `yaml:"kazoo"`
	// Twilio has its add-ons; nil without.
	Twilio *TwilioConfig `yaml:"twilio"`
	// LeadConnector has its wallets; nil without.
	LeadConnector *LeadConnectorConfig `yaml:"leadconnector"`
	// Links lead from companies to accounts at those three.
	Links LinksConfig `yaml:"links"`
	// Cost is how much its clients may ask for.
	Cost CostConfig `yaml:"cost"`
	// SignIn lets people sign in to the Explorer; nil lets nobody.
	SignIn *SignInConfig `yaml:"signIn"`
	// Documents are those that its clients were built with.
	Documents DocumentsConfig `yaml:"documents"`
	// Introspection says who may read the schema; "" is signedIn.
	Introspection string `yaml:"introspection"`
}

// TokensConfig says how a tenant's tokens are verified.
type TokensConfig struct {
	// JWKSURL is where the public keys are; empty means the backend's own /oauth2/certs.
	JWKSURL string `yaml:"jwksUrl"`
	// Issuer is the only iss accepted; empty accepts any.
	Issuer string `yaml:"issuer"`
	// Audiences: one of them must be in aud; empty accepts any.
	Audiences []string `yaml:"audiences"`
	// Claims are the claims' names where they differ from the documented ones.
	Claims ClaimsConfig `yaml:"claims"`
	// Introspection admits opaque tokens; nil refuses them.
	Introspection *IntrospectionConfig `yaml:"introspection"`
}

// ClaimsConfig names claims; "" is the default name.
type ClaimsConfig struct {
	// Subject holds the user's uuid or e-mail address.
	Subject string `yaml:"subject"`
	// Client holds the client application; the first that is present counts.
	Client []string `yaml:"client"`
	// Scope holds a list, or texts parted by spaces.
	Scope string `yaml:"scope"`
	// Tenant holds the marketplace's name.
	Tenant string `yaml:"tenant"`
	// Company holds the uuid of the company that the user acts for.
	Company string `yaml:"company"`
	// Grant holds the grant type, by which service tokens are known.
	Grant string `yaml:"grant"`
}

// IntrospectionConfig is an RFC 7662 endpoint.
type IntrospectionConfig struct {
	// URL is the endpoint.
	URL string `yaml:"url"`
	// ClientID is sent to it by HTTP Basic, with ClientSecret.
	ClientID string `yaml:"clientId"`
	// ClientSecret goes with ClientID.
	ClientSecret Secret `yaml:"clientSecret"`
}

// AppDirectConfig is how a tenant's AppDirect is reached.
type AppDirectConfig struct {
	// URL is the marketplace's root; /api and /oauth2 are below it.
	URL string `yaml:"url"`
	// ClientID is the gateway's own client application.
	ClientID string `yaml:"clientId"`
	// ClientSecret goes with ClientID.
	ClientSecret Secret `yaml:"clientSecret"`
	// Scopes are asked for; empty means ROLE_PARTNER_READ, which buys nothing.
	Scopes []string `yaml:"scopes"`
	// Partner is the marketplace's partner code, in whose name carts are begun; empty refuses new ones.
	Partner string `yaml:"partner"`
	// ServiceUser is a person in whose name calls are made that admit no system; nil makes none.
	ServiceUser *ServiceUserConfig `yaml:"serviceUser"`
	// TLS is how its certificate is checked, and what the gateway shows; nil for the usual.
	TLS *BackendTLSConfig `yaml:"tls"`
	// Limits replace the printed ones, for a marketplace that grants others.
	Limits BucketsConfig `yaml:"limits"`
	// Webhooks say how the marketplace is known when it tells of changes.
	Webhooks WebhooksConfig `yaml:"webhooks"`
}

// WebhooksConfig is how events are known to be the marketplace's.
type WebhooksConfig struct {
	// Token comes in the head of each event; without one none are taken.
	Token Secret `yaml:"token"`
	// ClientID is the client application whose bearer tokens events may come with instead; "" for none.
	ClientID string `yaml:"clientId"`
}

func (w *WebhooksConfig) check(c *checker, path string) {
	if err := w.Token.read(); err != nil {
		c.add(path+".token", "%v", err)
	} else if !w.Token.named() && w.ClientID != "" {
		c.add(path+".token", "is missing: without it no events are taken")
	} else if value := w.Token.value; value != "" && len(value) < minWebhookToken {
		c.add(path+".token", "has fewer than %d characters: anybody could guess it", minWebhookToken)
	}
}

// minWebhookToken is the fewest characters of a token that nobody guesses.
const minWebhookToken = 16

// root is the marketplace's root without a slash at its end.
func (a AppDirectConfig) root() string { return strings.TrimRight(a.URL, "/") }

// api is the root of its REST interface.
func (a AppDirectConfig) api() string { return a.root() + "/api" }

// tokenURL is its token endpoint.
func (a AppDirectConfig) tokenURL() string { return a.root() + "/oauth2/token" }

// loadConfig reads, decodes and checks a file. Every fault is in the error.
func loadConfig(path string) (*Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, &usageError{[]string{err.Error()}}
	}
	var tree map[string]any
	if err := yaml.Unmarshal(text, &tree); err != nil {
		return nil, &usageError{[]string{path + ": " + yaml.FormatError(err, false, false)}}
	}
	cfg := &Config{}
	check := &checker{}
	check.decode(tree, cfg)
	cfg.check(check)
	if len(check.faults) > 0 {
		for i := range check.faults {
			check.faults[i] = path + ": " + check.faults[i]
		}
		return nil, &usageError{check.faults}
	}
	return cfg, nil
}

// checker collects faults, each with the path of the setting.
type checker struct{ faults []string }

func (c *checker) add(path, format string, args ...any) {
	c.faults = append(c.faults, path+": "+fmt.Sprintf(format, args...))
}

func (c *checker) decode(tree map[string]any, into *Config) {
	decoder, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		Result: into, TagName: "yaml", ErrorUnused: true,
		MatchName:  func(key, field string) bool { return key == field },
		DecodeHook: mapstructure.StringToTimeDurationHookFunc(),
	})
	if err == nil {
		err = decoder.Decode(tree)
	}
	if err != nil {
		c.lines(err)
	}
}

// lines adds each line of an error that collects several, without its heading.
func (c *checker) lines(err error) {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "decoding failed") {
			c.faults = append(c.faults, line)
		}
	}
}

func (cfg *Config) check(c *checker) {
	if cfg.Listen != "" {
		c.address("listen", cfg.Listen)
	}
	if cfg.TLS != nil {
		cfg.TLS.check(c, "tls")
	}
	cfg.checkRedis(c)
	cfg.checkVaultKey(c)
	cfg.Cache.check(c)
	if cfg.Pacing.Replicas < 0 {
		c.add("pacing.replicas", "must be at least 1")
	}
	bounds, err := cfg.Limits.config().WithDefaults()
	if err != nil {
		c.lines(err)
	}
	if _, err := cfg.Calls.bounds().WithDefaults(); err != nil {
		c.lines(err)
	}
	cfg.proxies(c)
	if len(cfg.Tenants) == 0 {
		c.add("tenants", "name at least one")
	}
	names, hosts := map[string]bool{}, map[string]bool{}
	for i := range cfg.Tenants {
		path := fmt.Sprintf("tenants[%d]", i)
		cfg.Tenants[i].check(c, path, names, hosts)
		if d := cfg.Tenants[i].Deadline; d < 0 || d > bounds.Deadline {
			c.add(path+".deadline", "must be above 0 and at most limits.deadline, %s", bounds.Deadline)
		}
	}
	if cfg.DefaultTenant != "" && !names[cfg.DefaultTenant] {
		c.add("defaultTenant", "there is no tenant %q", cfg.DefaultTenant)
	}
}

// mostRedisTimeout is the most that an operation waits for Redis. What waits for nobody has as long in any case.
const mostRedisTimeout = 500 * time.Millisecond

// checkRedis opens what the URL names and closes it again; nothing is dialled.
func (cfg *Config) checkRedis(c *checker) {
	if d := cfg.RedisTimeout; d < 0 || d > mostRedisTimeout {
		c.add("redisTimeout", "must be above 0 and at most %s", mostRedisTimeout)
	}
	if err := cfg.Redis.read(); err != nil {
		c.add("redis", "%v", err)
		return
	}
	if cfg.Redis.value == "" {
		return
	}
	client, err := cache.OpenRedis(cfg.Redis.value)
	if err != nil {
		c.add("redis", "%v", err)
		return
	}
	_ = client.Close()
}

// tenantName is what may stand in a key, a log line and a path.
var tenantName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

func (t *TenantConfig) check(c *checker, path string, names, hosts map[string]bool) {
	switch {
	case !tenantName.MatchString(t.Name):
		c.add(path+".name", "use 1 to 63 lower-case letters, digits and dashes")
	case names[t.Name]:
		c.add(path+".name", "there are two tenants %q", t.Name)
	}
	names[t.Name] = true
	t.checkHosts(c, path+".hosts", hosts)
	c.url(path+".appdirect.url", t.AppDirect.URL, true)
	if t.AppDirect.ClientID == "" {
		c.add(path+".appdirect.clientId", "is missing")
	}
	c.secret(path+".appdirect.clientSecret", &t.AppDirect.ClientSecret)
	if u := t.AppDirect.ServiceUser; u != nil {
		u.check(c, path+".appdirect.serviceUser")
	}
	t.AppDirect.TLS.check(c, path+".appdirect.tls")
	t.AppDirect.Limits.check(c, path+".appdirect.limits")
	t.AppDirect.Webhooks.check(c, path+".appdirect.webhooks")
	t.checkOthers(c, path)
	t.Cost.check(c, path+".cost")
	c.url(path+".tokens.jwksUrl", t.Tokens.JWKSURL, false)
	if in := t.Tokens.Introspection; in != nil {
		c.url(path+".tokens.introspection.url", in.URL, true)
		if in.ClientID == "" {
			c.add(path+".tokens.introspection.clientId", "is missing")
		}
		c.secret(path+".tokens.introspection.clientSecret", &in.ClientSecret)
	}
	if t.SignIn != nil {
		t.SignIn.check(c, path+".signIn")
	}
	t.Documents.check(c, path+".documents")
	if in := server.Introspection(t.Introspection); in != "" && !slices.Contains(server.Introspections(), in) {
		c.add(path+".introspection", "is one of %v", server.Introspections())
	}
}

// checkOthers checks the backends that a tenant may do without.
func (t *TenantConfig) checkOthers(c *checker, path string) {
	if t.Kazoo != nil {
		t.Kazoo.check(c, path+".kazoo")
		t.Kazoo.TLS.check(c, path+".kazoo.tls")
	}
	if t.Twilio != nil {
		t.Twilio.check(c, path+".twilio")
		t.Twilio.TLS.check(c, path+".twilio.tls")
	}
	if t.LeadConnector != nil {
		t.LeadConnector.check(c, path+".leadconnector")
		t.LeadConnector.TLS.check(c, path+".leadconnector.tls")
	}
	t.Links.check(c, path+".links", t)
}

func (t *TenantConfig) checkHosts(c *checker, path string, hosts map[string]bool) {
	if len(t.Hosts) == 0 {
		c.add(path, "name at least one host")
	}
	for i, host := range t.Hosts {
		host = strings.ToLower(host)
		if hosts[host] {
			c.add(fmt.Sprintf("%s[%d]", path, i), "another tenant has the host %q", host)
		}
		hosts[host] = true
	}
}

func (c *checker) url(path, text string, required bool) {
	if text == "" {
		if required {
			c.add(path, "is missing")
		}
		return
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		c.add(path, "is no absolute http or https URL without a password")
	}
}

func (c *checker) address(path, text string) {
	if _, _, err := net.SplitHostPort(text); err != nil {
		c.add(path, "%q is no address: write host:port", text)
	}
}
