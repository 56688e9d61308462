package upstream

import (
	"cmp"
	"context"
	"crypto/rand"
	"sync"
	"time"
)

// Defaults of [PacerConfig].
const (
	DefaultMaxQueue      = 1000
	DefaultMaxWait       = time.Minute
	DefaultSharedTimeout = 50 * time.Millisecond
)

// PacerConfig bounds the queues, and says who else calls; zero fields take the defaults.
type PacerConfig struct {
	// MaxQueue is how many calls may wait per bucket and lane; default 1000.
	MaxQueue int
	// MaxWait is the longest wait accepted for any call, whatever its deadline; default 1 minute.
	MaxWait time.Duration
	// Replicas is how many processes call as the same client applications. Without Shared, and while it is away, each
	// goes by that part of every limit, though at least by one call; default 1.
	Replicas int
	// Shared keeps the buckets of all of them, so that together they stay below the limits; nil for none.
	Shared *Redis
	// SharedTimeout bounds one exchange with it; default 50 ms.
	SharedTimeout time.Duration
	// OnExchange is told how each exchange with it went, from many goroutines; it must not block. Nil ignores.
	OnExchange func(error)

	replica string   // this process, among those that share
	absence *absence // of Shared
	born    time.Time
}

// Pacer keeps calls below the documented limits of the backends: a call waits in its bucket's queue until the backend is
// sure to have room. Its buckets are empty at first, and its own or shared: see [PacerConfig]. Processes that call as the
// same client application and share nothing are not known to it; a 429 that they cause rests the bucket for as long as
// it asks. It runs no goroutine of its own that stays. Share one among all clients of the process.
type Pacer struct {
	cfg PacerConfig

	mu    sync.Mutex
	gates map[bucketKey]*gate // as many as routes, clients and linked accounts are configured
}

// NewPacer makes a pacer whose buckets are empty.
func NewPacer(cfg PacerConfig) *Pacer {
	cfg.MaxQueue = cmp.Or(max(0, cfg.MaxQueue), DefaultMaxQueue)
	cfg.MaxWait = cmp.Or(max(0, cfg.MaxWait), DefaultMaxWait)
	cfg.Replicas = max(1, cfg.Replicas)
	cfg.SharedTimeout = cmp.Or(max(0, cfg.SharedTimeout), DefaultSharedTimeout)
	if cfg.OnExchange == nil {
		cfg.OnExchange = func(error) {}
	}
	cfg.replica, cfg.absence, cfg.born = rand.Text(), &absence{}, time.Now()
	return &Pacer{cfg: cfg, gates: make(map[bucketKey]*gate)}
}

// Close tells the shared buckets the last that they should know. No call may be under way any more; one that is counts
// as such for half a minute.
func (p *Pacer) Close(ctx context.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, g := range p.gates {
		if g.pool != nil {
			g.close(ctx)
		}
	}
}

// bucketKey is who shares a bucket. Account is "" where the backend does not limit by account, route
// is "" for a general bucket shared by all routes, and the endpoint for one that is printed there.
type bucketKey struct {
	baseURL, client, account, route string

	quota bool // the second limit of those calls
}

// gate is the gate of a bucket. The limit first named for a key stands: two limits for one bucket would mean none.
func (p *Pacer) gate(key bucketKey, limit Bucket) *gate {
	p.mu.Lock()
	defer p.mu.Unlock()
	g, ok := p.gates[key]
	if !ok {
		g = newGate(p.cfg, key, limit)
		p.gates[key] = g
	}
	return g
}
