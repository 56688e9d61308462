package upstream

import (
	"sync"
	"time"
)

// Defaults of [PacerConfig].
const (
	DefaultMaxQueue = 1000
	DefaultMaxWait  = time.Minute
)

// PacerConfig bounds the queues; zero fields take the defaults.
type PacerConfig struct {
	// MaxQueue is how many calls may wait per bucket and lane; default 1000.
	MaxQueue int
	// MaxWait is the longest wait accepted for any call, whatever its deadline; default 1 minute.
	MaxWait time.Duration
}

// Pacer keeps calls below the documented limits of the backends, in this process's memory: a call waits in its
// bucket's queue until the backend is sure to have room. It starts with empty buckets and knows nothing of other
// processes that call as the same client application; a 429 that they cause rests the bucket for as long as it asks.
// It runs no goroutine of its own. Share one among all clients of the process.
type Pacer struct {
	cfg PacerConfig

	mu    sync.Mutex
	gates map[bucketKey]*gate // as many as routes, clients and linked accounts are configured
}

// NewPacer makes a pacer whose buckets are empty.
func NewPacer(cfg PacerConfig) *Pacer {
	if cfg.MaxQueue <= 0 {
		cfg.MaxQueue = DefaultMaxQueue
	}
	if cfg.MaxWait <= 0 {
		cfg.MaxWait = DefaultMaxWait
	}
	return &Pacer{cfg: cfg, gates: make(map[bucketKey]*gate)}
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
		g = &gate{cfg: p.cfg, meter: newMeter(limit)}
		p.gates[key] = g
	}
	return g
}
