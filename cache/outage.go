package cache

import (
	"log/slog"
	"sync"
)

// outage logs once when the first of several links is lost, and once when the last
// is back. It is safe for concurrent use.
type outage struct {
	log *slog.Logger

	mu    sync.Mutex
	links int // that are lost
}

// begin counts a link that was lost.
func (o *outage) begin(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.links++; o.links == 1 {
		o.log.Warn("cache: redis lost, serving without it", "error", err)
	}
}

// end counts a link that is back.
func (o *outage) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.links--; o.links == 0 {
		o.log.Info("cache: redis is back")
	}
}
