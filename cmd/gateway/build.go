package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/limits"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
	"github.com/marketgraph/marketgraph/server"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
	"github.com/marketgraph/marketgraph/upstream/leadconnector"
	"github.com/marketgraph/marketgraph/upstream/twilio"
)

// gateway is everything that serves, wired up.
type gateway struct {
	server  *server.Server
	log     *slog.Logger
	cache   *cache.Cache
	tenants []string
	closers []func()
}

// close releases what the gateway holds, last made first.
func (g *gateway) close() {
	for i := len(g.closers) - 1; i >= 0; i-- {
		g.closers[i]()
	}
}

// forget drops all that is cached, for demo data that has been replaced.
func (g *gateway) forget(ctx context.Context) error { return g.cache.Clear(ctx, g.tenants...) }

// builder makes a gateway of a configuration that has been checked.
type builder struct {
	cfg       *Config
	log       *slog.Logger
	metrics   *server.Metrics
	calls     upstream.Bounds
	pacer     *upstream.Pacer
	breakers  *upstream.Breakers
	hosts     *upstream.Hosts
	transport http.RoundTripper                       // to backends without TLS settings of their own
	reached   map[*BackendTLSConfig]http.RoundTripper // to the others
	general   upstream.Bucket                         // of a client application at AppDirect
	buckets   map[string]upstream.Bucket              // of routes, where others than printed
	bounds    limits.Config
	redis     redis.UniversalClient // nil where none is configured
	vault     *cache.Vault          // nil before a service user needs it
	gateway   *gateway
}

// build wires the rooms together. Nothing is reached yet: backends that are
// away do not stop the gateway from starting.
func build(ctx context.Context, cfg *Config, log *slog.Logger) (*gateway, error) {
	b, err := newBuilder(cfg, log)
	if err != nil {
		return nil, err
	}
	g, err := b.build(ctx)
	if err != nil {
		b.gateway.close()
		return nil, err
	}
	return g, nil
}

// newBuilder makes what all tenants' clients share.
func newBuilder(cfg *Config, log *slog.Logger) (*builder, error) {
	calls, err := cfg.Calls.bounds().WithDefaults()
	if err != nil {
		return nil, err
	}
	transport := upstream.NewTransport(calls)
	b := &builder{
		cfg: cfg, log: log, reached: map[*BackendTLSConfig]http.RoundTripper{}, metrics: server.NewMetrics(), calls: calls, transport: transport,
		pacer: upstream.NewPacer(upstream.PacerConfig{}), breakers: upstream.NewBreakers(calls), hosts: upstream.NewHosts(calls),
		general: appdirect.General(), gateway: &gateway{log: log},
	}
	b.onClose(transport.CloseIdleConnections)
	return b, nil
}

func (b *builder) build(ctx context.Context) (_ *gateway, err error) {
	if b.bounds, err = b.cfg.Limits.config().WithDefaults(); err != nil {
		return nil, err
	}
	if err := b.openShared(); err != nil {
		return nil, err
	}
	if b.gateway.cache, err = b.openCache(); err != nil {
		return nil, err
	}
	var tenants []*server.Tenant
	loading := map[string]*loaders.Tenant{}
	for _, t := range b.cfg.Tenants {
		tenant, err := b.tenant(ctx, t)
		if err != nil {
			return nil, err
		}
		tenants, loading[t.Name] = append(tenants, tenant), tenant.Loaders
		b.gateway.tenants = append(b.gateway.tenants, t.Name)
	}
	options := server.Options{
		Tenants: tenants, DefaultTenant: b.cfg.DefaultTenant, Directory: loaders.NewDirectory(loading, b.cfg.Cache.staleRoles()),
		Limits: b.bounds, Throttle: b.throttle(), Proxies: b.cfg.proxies(&checker{}), Origins: b.cfg.Origins, Metrics: b.metrics, Breakers: b.breakers, Log: b.log,
	}
	if options.Audit, err = b.audit(); err != nil {
		return nil, err
	}
	if options.Persisted, err = b.gateway.cache.Slots("documents"); err != nil {
		return nil, err
	}
	b.onClose(options.Persisted.Close)
	if options.Events, err = b.gateway.cache.Slots("events"); err != nil {
		return nil, err
	}
	b.onClose(options.Events.Close)
	if !b.cfg.Explorer.Disabled {
		if options.Explorer, err = b.explorer(); err != nil {
			return nil, err
		}
	}
	b.gateway.server, err = server.New(options)
	return b.gateway, err
}

func (b *builder) onClose(f func()) { b.gateway.closers = append(b.gateway.closers, f) }

// openShared opens what all processes of a configuration share: Redis, and the backends' buckets in it.
func (b *builder) openShared() error {
	if err := b.openRedis(); err != nil {
		return err
	}
	b.openPacer()
	return nil
}

// openPacer shares the backends' buckets where there is a Redis.
func (b *builder) openPacer() {
	cfg := upstream.PacerConfig{Replicas: b.cfg.Pacing.Replicas, SharedTimeout: b.cfg.RedisTimeout, OnExchange: b.metrics.Pacing}
	if b.redis != nil {
		cfg.Shared = upstream.NewRedis(b.redis, nil)
	}
	b.pacer = upstream.NewPacer(cfg)
	b.onClose(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		b.pacer.Close(ctx)
	})
}

// openRedis makes the client that the cache, the pacer and the clients' buckets share.
func (b *builder) openRedis() (err error) {
	url := b.cfg.Redis.value
	if url == "" {
		return nil
	}
	if b.redis, err = cache.OpenRedis(url); err != nil {
		return err
	}
	b.onClose(func() { _ = b.redis.Close() })
	return nil
}

// throttle keeps the clients' buckets in Redis where there is one.
func (b *builder) throttle() *limits.Throttle {
	options := limits.ThrottleOptions{OnEvent: b.metrics.Charge, SharedTimeout: b.cfg.RedisTimeout}
	if b.redis != nil {
		options.Shared = limits.NewRedis(b.redis, nil)
	}
	return limits.NewThrottle(options)
}

func (b *builder) openCache() (*cache.Cache, error) {
	c, err := cache.New(cache.Options{
		Redis: b.redis, RedisTimeout: b.cfg.RedisTimeout, Lone: b.cfg.Cache.Lone, MaxBytes: b.cfg.Cache.MaxBytes, MaxValue: int(b.calls.MaxBody), FillTimeout: b.bounds.Deadline,
		OnEvent: b.metrics.Cache, Logger: b.log, Version: wireVersion(), Now: b.cfg.now,
	})
	if err != nil {
		return nil, err
	}
	b.onClose(func() { _ = c.Close() })
	return c, nil
}

// allRoutes are those of all backends.
func allRoutes() []*upstream.Route {
	return slices.Concat(appdirect.Routes(), kazoo.Routes(), twilio.Routes(), leadconnector.Routes())
}

// wireVersion names what is kept in Redis: upstream bytes under routes. It changes
// with the routes and with the form of what is kept, so that a new release never
// reads another's entries.
func wireVersion() string {
	hash := sha256.New()
	hash.Write([]byte(loaders.CodecVersion))
	for _, r := range allRoutes() {
		hash.Write([]byte(r.Name + r.Method + r.Path))
	}
	return hex.EncodeToString(hash.Sum(nil)[:4])
}

func (b *builder) tenant(ctx context.Context, t TenantConfig) (*server.Tenant, error) {
	authenticator, err := b.authenticator(ctx, t)
	if err != nil {
		return nil, err
	}
	b.onClose(authenticator.Close)
	clients, err := b.clients(t)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.Name, err)
	}
	loading, err := loaders.NewTenant(t.Name, clients.backends(), t.Links.links(), b.gateway.cache, b.bounds.PageItems)
	if err != nil {
		return nil, err
	}
	hooks := t.AppDirect.Webhooks
	return &server.Tenant{
		Name: t.Name, Deadline: t.Deadline, Hosts: t.Hosts, Auth: authenticator, Loaders: loading, Trusted: t.Documents.trusted, Cost: t.Cost.allowance(),
		GETByID: t.Documents.GETByID, Introspection: server.Introspection(t.Introspection),
		Webhook: server.NewWebhook(hooks.Token.value, hooks.ClientID, t.AppDirect.api()),
	}, nil
}

// authenticator verifies a tenant's tokens, by what it reads under the TLS settings of the tenant's AppDirect.
func (b *builder) authenticator(ctx context.Context, t TenantConfig) (*auth.Authenticator, error) {
	cfg := t.auth()
	if t.AppDirect.TLS != nil {
		transport, err := b.reach(appdirect.Backend, t.AppDirect.TLS)
		if err != nil {
			return nil, err
		}
		cfg.HTTP = &http.Client{Transport: transport}
	}
	return auth.NewAuthenticator(ctx, cfg, auth.Options{Log: b.log})
}

// auth gives the tenant's settings in the words of package auth.
func (t TenantConfig) auth() auth.TenantConfig {
	out := auth.TenantConfig{
		Name: t.Name, Hosts: t.Hosts, Issuer: t.Tokens.Issuer, Audiences: t.Tokens.Audiences, JWKSURL: t.Tokens.JWKSURL,
		Claims: auth.Claims(t.Tokens.Claims),
	}
	if out.JWKSURL == "" {
		out.JWKSURL = t.AppDirect.root() + "/oauth2/certs"
	}
	if in := t.Tokens.Introspection; in != nil {
		out.Introspection = &auth.IntrospectionConfig{URL: in.URL, ClientID: in.ClientID, ClientSecret: in.ClientSecret.value}
	}
	return out
}
