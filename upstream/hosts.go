package upstream

import (
	"context"
	"net/url"
	"sync"
	"time"

	weighted "golang.org/x/sync/semaphore"
)

// Hosts bounds the calls that are out to one host at a time, whichever tenant's they are. The others wait in line,
// first come, first served: they have their turn at the pacer already, so they are few. Share one among all clients of
// the process.
type Hosts struct {
	most int

	mu    sync.Mutex
	rooms map[string]*room // as many as hosts are configured
}

// room is the places at one host.
type room struct{ places *weighted.Weighted }

// NewHosts makes hosts of which each has as many places; the bounds are as [Bounds.WithDefaults] gives them.
func NewHosts(bounds Bounds) *Hosts {
	return &Hosts{most: bounds.PerHost, rooms: make(map[string]*room)}
}

// room is that of a base URL's host, which the client has checked.
func (h *Hosts) room(baseURL string) *room {
	host := baseURL
	if u, err := url.Parse(baseURL); err == nil {
		host = u.Host
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	at, ok := h.rooms[host]
	if !ok {
		at = &room{places: weighted.NewWeighted(int64(h.most))}
		h.rooms[host] = at
	}
	return at
}

// enter waits for a place, but no longer than this: a host that lets nobody go for the whole time-out of a call is away.
func (r *room) enter(ctx context.Context, most time.Duration) (leave func(), refused *refusal) {
	waiting, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	switch {
	case r.places.Acquire(waiting, 1) == nil:
		return func() { r.places.Release(1) }, nil
	case ctx.Err() != nil:
		return nil, interrupted(ctx)
	}
	return nil, &refusal{kind: Paced, text: "as many calls as the limit `perHost` allows are out"}
}
