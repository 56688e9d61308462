package cache

import (
	"cmp"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"time"

	"github.com/redis/go-redis/v9"
)

// The limits of a cache, and the defaults of [Options].
const (
	// DefaultMaxBytes bounds the in-process tier.
	DefaultMaxBytes int64 = 64 << 20
	// DefaultMaxValue bounds one stored value, in bytes.
	DefaultMaxValue = 1 << 20
	// DefaultFillTimeout bounds one fill.
	DefaultFillTimeout = 10 * time.Second
	// DefaultPatience is how long a fill is waited for where there is an old value.
	DefaultPatience = time.Second
	// RefreshPause is how long nobody asks again for what was not answered, or is being
	// refreshed.
	RefreshPause = 5 * time.Second
	// MaxRefreshes is how many refreshes one tenant has under way in one process.
	// Beyond it stale values are served without.
	MaxRefreshes = 32
	// DefaultRedisTimeout bounds one exchange with Redis.
	DefaultRedisTimeout = 50 * time.Millisecond
	// DefaultRedisBypass is how long Redis is left alone after it failed.
	DefaultRedisBypass = time.Second
	// DefaultClaimTimeout bounds one exchange with Redis about a claim, an eviction
	// or a lease: a write rather waits than is refused, unlocked or unseen.
	DefaultClaimTimeout = 500 * time.Millisecond
	// DefaultClaimLease is how long a claim outlives its holder's process.
	DefaultClaimLease = 15 * time.Second
	// DefaultTierLease is how long the in-process tier is served without a word
	// from the other replicas.
	DefaultTierLease = time.Second
	// MinTierLease is the shortest lease that a network can renew.
	MinTierLease = 10 * time.Millisecond
	// DefaultLedgerWindow is how long a write is remembered.
	DefaultLedgerWindow = 24 * time.Hour
	// DefaultLedgerBytes bounds what is remembered of writes without Redis.
	DefaultLedgerBytes int64 = 64 << 20
	// MaxResult bounds the recorded result, and the note, of one write, in bytes.
	MaxResult = 256 << 10
	// MaxFresh is the longest that an entry lives; a longer [Life] is cut to it.
	MaxFresh = 24 * time.Hour
	// GenerationLife is how long Redis keeps a generation after its last use: longer
	// than any entry, so that an entry never outlives what it depends on.
	GenerationLife = 2 * MaxFresh
)

// Options of a cache. The zero value is a working in-process cache.
type Options struct {
	// Redis is the second tier, or nil for none. It must honour the deadlines of
	// contexts, as clients from [OpenRedis] do. The cache does not close it.
	Redis redis.UniversalClient
	// MaxBytes bounds the in-process tier by the upstream bytes of what it holds
	// (plus [EntryOverhead] each). Zero is [DefaultMaxBytes].
	MaxBytes int64
	// MaxValue is the size in bytes above which a value is served but not
	// stored. Zero is [DefaultMaxValue].
	MaxValue int
	// FillTimeout ends a fill's context. Zero is [DefaultFillTimeout].
	FillTimeout time.Duration
	// Patience is how long a fill is waited for where there is an old value to serve
	// instead. Zero is [DefaultPatience].
	Patience time.Duration
	// RedisTimeout bounds each exchange with Redis. Zero is [DefaultRedisTimeout].
	RedisTimeout time.Duration
	// RedisBypass is how long Redis is not asked after it failed to answer; then
	// one exchange probes it. Zero is [DefaultRedisBypass].
	RedisBypass time.Duration
	// Lone says that no other process shares this Redis: the in-process tier is
	// served without a lease, so also while Redis is away.
	Lone bool
	// TierLease is how long the in-process tier is served after this replica was
	// last in step with the others, and the longest that an eviction waits for one
	// that does not answer. Zero is [DefaultTierLease].
	TierLease time.Duration
	// ClaimTimeout bounds each exchange with Redis about evictions, leases, and the
	// claims of [Cache.Begin] and [Cache.Lock]. Zero is [DefaultClaimTimeout].
	ClaimTimeout time.Duration
	// ClaimLease is how long a claim outlives a holder that stopped renewing it,
	// and how long others then wait. Zero is [DefaultClaimLease].
	ClaimLease time.Duration
	// LedgerWindow is how long a write is remembered after it was last heard of.
	// Zero is [DefaultLedgerWindow].
	LedgerWindow time.Duration
	// LedgerBytes bounds the ledger of a cache without Redis, counting
	// [EntryOverhead] for each write. A full one refuses new writes with
	// [ErrLedgerFull]. Zero is [DefaultLedgerBytes].
	LedgerBytes int64
	// Now is the clock of expiry and bypass. Nil is time.Now.
	Now func() time.Time
	// Jitter gives the part of [MaxJitter] that one value's life is shortened by, at
	// least 0 and below 1. Nil is chance.
	Jitter func() float64
	// OnEvent is told what happens, for metrics; nil is nobody. It is called
	// concurrently and must return quickly.
	OnEvent func(Event)
	// Logger is told of outages, once each, and of panics. Nil is nobody.
	Logger *slog.Logger
	// Version is part of every entry's name in Redis. Change it whenever bytes
	// written before must not be read again.
	Version string
}

// withDefaults returns the options with nothing left unset, or what is wrong
// with them.
func (o Options) withDefaults() (Options, error) {
	for name, value := range map[string]int64{
		"MaxBytes": o.MaxBytes, "MaxValue": int64(o.MaxValue), "FillTimeout": int64(o.FillTimeout), "Patience": int64(o.Patience),
		"RedisTimeout": int64(o.RedisTimeout), "RedisBypass": int64(o.RedisBypass), "TierLease": int64(o.TierLease), "ClaimTimeout": int64(o.ClaimTimeout),
		"ClaimLease": int64(o.ClaimLease), "LedgerWindow": int64(o.LedgerWindow), "LedgerBytes": o.LedgerBytes,
	} {
		if value < 0 {
			return o, fmt.Errorf("cache: the limit %s is negative: %d", name, value)
		}
	}
	o.MaxBytes = cmp.Or(o.MaxBytes, DefaultMaxBytes)
	o.MaxValue = cmp.Or(o.MaxValue, DefaultMaxValue)
	if o.MaxValue > math.MaxInt32 {
		return o, fmt.Errorf("cache: MaxValue is %d bytes; the most is %d", o.MaxValue, math.MaxInt32)
	}
	o.FillTimeout = cmp.Or(o.FillTimeout, DefaultFillTimeout)
	o.Patience = cmp.Or(o.Patience, DefaultPatience)
	o.RedisTimeout = cmp.Or(o.RedisTimeout, DefaultRedisTimeout)
	o.RedisBypass = cmp.Or(o.RedisBypass, DefaultRedisBypass)
	o.TierLease = cmp.Or(o.TierLease, DefaultTierLease)
	if o.TierLease < MinTierLease {
		return o, fmt.Errorf("cache: TierLease is %v; the least is %v", o.TierLease, MinTierLease)
	}
	o.ClaimTimeout = cmp.Or(o.ClaimTimeout, DefaultClaimTimeout)
	o.ClaimLease = cmp.Or(o.ClaimLease, DefaultClaimLease)
	o.LedgerWindow = cmp.Or(o.LedgerWindow, DefaultLedgerWindow)
	o.LedgerBytes = cmp.Or(o.LedgerBytes, DefaultLedgerBytes)
	o.Logger = cmp.Or(o.Logger, slog.New(slog.DiscardHandler))
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	if o.OnEvent == nil {
		o.OnEvent = func(Event) {}
	}
	return o, nil
}
