package limits

import (
	"context"
	"sync"
	"time"
)

const (
	// maxBuckets bounds the buckets of one process: some 100 bytes each.
	maxBuckets = 100_000
	// probes is how many buckets are looked at for one that can go.
	probes = 16
)

// Memory keeps buckets in this process, at most 100,000 of them. An empty
// bucket is as good as none, so those go first; among full ones the least full
// of a few goes, which gives its client that much for free.
type Memory struct {
	now  func() time.Time
	most int

	mu    sync.Mutex
	fills map[string]kept
}

// kept is a fill with the bucket that it leaks from.
type kept struct {
	fill
	bucket Bucket
}

var _ Buckets = (*Memory)(nil)

// NewMemory keeps no bucket yet. now is the clock; nil is time.Now.
func NewMemory(now func() time.Time) *Memory {
	if now == nil {
		now = time.Now
	}
	return &Memory{now: now, most: maxBuckets, fills: map[string]kept{}}
}

// Pour implements [Buckets]. The error is always nil.
func (m *Memory) Pour(_ context.Context, key string, b Bucket, points int) (Level, bool, error) {
	now := m.now().UnixMicro()
	m.mu.Lock()
	defer m.mu.Unlock()
	after, fits := m.fills[key].pour(b, now, points)
	if after.level == 0 {
		delete(m.fills, key)
	} else {
		m.keep(key, kept{after, b}, now)
	}
	return Level{Bucket: b, used: after.level}, fits, nil
}

func (m *Memory) keep(key string, k kept, now int64) {
	if _, known := m.fills[key]; !known && len(m.fills) >= m.most {
		m.makeRoom(now)
	}
	m.fills[key] = k
}

// makeRoom drops one bucket at least: all empty ones among a few, or the least
// full of them. Which those are is the map's own choice, so nobody can aim.
func (m *Memory) makeRoom(now int64) {
	var least string
	level, seen, dropped := int64(-1), 0, false
	for key, k := range m.fills {
		left := k.leaked(k.bucket, now).level
		if left == 0 {
			delete(m.fills, key)
			dropped = true
		} else if level < 0 || left < level {
			least, level = key, left
		}
		if seen++; seen == probes {
			break
		}
	}
	if !dropped {
		delete(m.fills, least)
	}
}
