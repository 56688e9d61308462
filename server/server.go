package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/limits"
	"github.com/marketgraph/marketgraph/upstream"
)

// Options are what a server is made of.
type Options struct {
	// Tenants are the marketplaces; at least one.
	Tenants []*Tenant
	// DefaultTenant is where loopback names lead; "" for nowhere.
	DefaultTenant string
	// Directory tells who a token's subject is; required.
	Directory auth.Directory
	// Limits of one operation; zero fields mean their defaults.
	Limits limits.Config
	// Throttle charges operations to their clients' buckets; nil keeps them in this process.
	Throttle *limits.Throttle
	// Proxies are the networks whose X-Forwarded-For is believed.
	Proxies limits.Proxies
	// Origins are those whose pages may read answers; empty means any, because
	// a page can send a token only if it has one.
	Origins []string
	// Explorer answers /explorer and everything below it; nil serves none.
	Explorer http.Handler
	// Persisted keeps documents that clients bring for automatic persisted
	// queries; nil keeps none.
	Persisted *cache.Slots
	// Events remembers which events of webhooks were taken; nil takes one as often as it comes.
	Events *cache.Slots
	// Breakers are told of at /readyz and by the metrics; nil tells of none.
	Breakers *upstream.Breakers
	// Metrics count; required.
	Metrics *Metrics
	// Log gets one event per operation; nil discards.
	Log *slog.Logger
	// Audit gets one event per write and per refused access; nil discards.
	Audit *slog.Logger
	// Now is the clock of events; nil is time.Now.
	Now func() time.Time
}

// Server answers GraphQL for all its tenants. It is safe for concurrent use.
type Server struct {
	production *stage
	preview    *stage
	table      *auth.Table
	directory  auth.Directory
	hosts      *hosts
	limits     limits.Config
	throttle   *limits.Throttle
	proxies    limits.Proxies
	running    limits.Running
	door       *limits.Door
	origins    []string
	explorer   http.Handler
	compress   func(http.Handler) http.HandlerFunc
	persisted  *cache.Slots // nil keeps none
	events     *cache.Slots // nil remembers none
	breakers   *upstream.Breakers
	metrics    *Metrics
	log        *slog.Logger
	audit      *slog.Logger
	now        func() time.Time
	draining   atomic.Bool
}

// New checks the options as a whole and builds the server. The error names every fault.
func New(o Options) (*Server, error) {
	table, tableErr := auth.NewTable(ownSchema())
	hosts, hostsErr := newHosts(o.Tenants, o.DefaultTenant)
	bounds, limitsErr := o.Limits.WithDefaults()
	compress, compressErr := newCompression()
	var wiringErr error
	if o.Directory == nil || o.Metrics == nil {
		wiringErr = errors.New("a directory and metrics are required")
	}
	if err := errors.Join(tableErr, hostsErr, limitsErr, compressErr, wiringErr); err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	s := &Server{
		table: table, directory: o.Directory, hosts: hosts, limits: bounds, door: limits.NewDoor(bounds),
		throttle: o.Throttle, proxies: o.Proxies,
		origins: o.Origins, explorer: o.Explorer, compress: compress, persisted: o.Persisted, events: o.Events, breakers: o.Breakers, metrics: o.Metrics, log: o.Log, audit: o.Audit, now: o.Now,
	}
	if s.breakers == nil {
		s.breakers = upstream.NewBreakers(upstream.DefaultBounds())
	}
	s.metrics.watch(s.breakers)
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.audit == nil {
		s.audit = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.throttle == nil {
		s.throttle = limits.NewThrottle(limits.ThrottleOptions{})
	}
	if err := s.openStages(); err != nil {
		return nil, err
	}
	return s, nil
}
