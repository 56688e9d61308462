package cache

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/maypok86/otter/v2"
	"github.com/redis/go-redis/v9"
)

// The limits of [Slots].
const (
	// SlotCount is how many places a tenant has in Redis, so that nobody can fill
	// Redis by naming new things. Two digests that meet in a place push each other
	// out, which costs a miss.
	SlotCount = 1 << 14
	// SlotBytes bounds one value.
	SlotBytes = 16 << 10
	// SlotLife is how long a value is kept after its last use.
	SlotLife = 24 * time.Hour
	// SlotMemory bounds what one process keeps of all tenants' values, in bytes.
	SlotMemory = 16 << 20
)

// Digest names a value by its SHA-256.
type Digest [sha256.Size]byte

// slotKey is a value's name in this process.
type slotKey struct {
	tenant string
	digest Digest
}

// Slots keeps small values that are named by their own digest, of a tenant's
// alone: on all replicas where there is Redis, else in this process. A value may
// be gone at any time, and whoever reads must know how to do without. It is safe
// for concurrent use.
type Slots struct {
	redis *redisTier // nil without Redis
	name  string
	local *otter.Cache[slotKey, []byte]
}

// Slots returns the table of that name, to be closed by whoever asked. Tables of
// one name are one in Redis, and several in process.
func (c *Cache) Slots(name string) (*Slots, error) {
	local, err := otter.New(&otter.Options[slotKey, []byte]{
		MaximumWeight:    SlotMemory,
		Weigher:          func(_ slotKey, value []byte) uint32 { return uint32(len(value)) + EntryOverhead },
		ExpiryCalculator: otter.ExpiryAccessing[slotKey, []byte](SlotLife),
		Clock:            otterClock{c.now},
	})
	if err != nil {
		return nil, fmt.Errorf("cache: slots: %w", err)
	}
	return &Slots{redis: c.redis, name: name, local: local}, nil
}

// Get returns what the digest names, as [Slots.Put] was given it; false where it
// is not known, or Redis is away. The bytes are shared: they must not be changed.
func (s *Slots) Get(ctx context.Context, tenant string, digest Digest) ([]byte, bool) {
	key := slotKey{tenant, digest}
	if value, ok := s.local.GetIfPresent(key); ok {
		return value, true
	}
	value, ok := s.shared(ctx, key)
	if ok {
		s.local.Set(key, value)
	}
	return value, ok
}

// Put keeps a value under its digest. One longer than [SlotBytes] is not kept. That
// Redis could not be told is an [Event] only: the value is another's to bring again.
func (s *Slots) Put(ctx context.Context, tenant string, value []byte) {
	if tenant == "" || len(value) > SlotBytes {
		return
	}
	key := slotKey{tenant, sha256.Sum256(value)}
	s.local.Set(key, value)
	if s.redis != nil {
		_ = s.redis.exchange(ctx, "put", func(ctx context.Context) error {
			return s.redis.client.Set(ctx, s.place(key), value, SlotLife).Err()
		})
	}
}

// Close ends the table's goroutines; what it holds in process is forgotten.
func (s *Slots) Close() {
	s.local.InvalidateAll()
	s.local.StopAllGoroutines()
}

// shared asks Redis. Another value may have the place: only its digest tells.
func (s *Slots) shared(ctx context.Context, key slotKey) ([]byte, bool) {
	if s.redis == nil || key.tenant == "" {
		return nil, false
	}
	var value []byte
	err := s.redis.exchange(ctx, "get", func(ctx context.Context) (err error) {
		value, err = s.redis.client.GetEx(ctx, s.place(key), SlotLife).Bytes()
		if errors.Is(err, redis.Nil) {
			return nil
		}
		return err
	})
	found := sha256.Sum256(value)
	return value, err == nil && bytes.Equal(found[:], key.digest[:])
}

// place names the value's place. There is no version in it: a value that has its
// digest is the right one, whoever wrote it.
func (s *Slots) place(key slotKey) string {
	return fmt.Sprintf("mg:%s:%s:%d", hashTag(key.tenant), s.name, binary.BigEndian.Uint32(key.digest[:])%SlotCount)
}
