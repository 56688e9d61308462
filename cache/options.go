package cache

import (
	"cmp"
	"fmt"
	"log/slog"
	"math"
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
	// DefaultRedisTimeout bounds one exchange with Redis.
	DefaultRedisTimeout = 50 * time.Millisecond
	// DefaultRedisBypass is how long Redis is left alone after it failed.
	DefaultRedisBypass = time.Second
	// MaxFresh is the longest that an entry lives; a longer Fresh is cut to it.
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
	// RedisTimeout bounds each exchange with Redis. Zero is [DefaultRedisTimeout].
	RedisTimeout time.Duration
	// RedisBypass is how long Redis is not asked after it failed to answer; then
	// one exchange probes it. Zero is [DefaultRedisBypass].
	RedisBypass time.Duration
	// Now is the clock of expiry and bypass. Nil is time.Now.
	Now func() time.Time
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
	if o.MaxBytes < 0 || o.MaxValue < 0 || o.FillTimeout < 0 || o.RedisTimeout < 0 || o.RedisBypass < 0 {
		return o, fmt.Errorf("cache: a limit is negative: MaxBytes %d, MaxValue %d, FillTimeout %v, RedisTimeout %v, RedisBypass %v",
			o.MaxBytes, o.MaxValue, o.FillTimeout, o.RedisTimeout, o.RedisBypass)
	}
	o.MaxBytes = cmp.Or(o.MaxBytes, DefaultMaxBytes)
	o.MaxValue = cmp.Or(o.MaxValue, DefaultMaxValue)
	if o.MaxValue > math.MaxInt32 {
		return o, fmt.Errorf("cache: MaxValue is %d bytes; the most is %d", o.MaxValue, math.MaxInt32)
	}
	o.FillTimeout = cmp.Or(o.FillTimeout, DefaultFillTimeout)
	o.RedisTimeout = cmp.Or(o.RedisTimeout, DefaultRedisTimeout)
	o.RedisBypass = cmp.Or(o.RedisBypass, DefaultRedisBypass)
	o.Logger = cmp.Or(o.Logger, slog.New(slog.DiscardHandler))
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.OnEvent == nil {
		o.OnEvent = func(Event) {}
	}
	return o, nil
}
