package upstream

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
)

const (
	// restJitter spreads the probes of breakers that opened together.
	restJitter = 0.2
	// probeWait is when to ask again while a probe is out.
	probeWait = time.Second
)

// Breakers are the circuit breakers of all clients of a process: one for each route of a base URL and client
// application. A route that fails too often is left alone, and its calls are refused at once. Then single calls try it,
// one at a time, and the first that is answered opens it for all.
//
// What counts as a failure is what says that the backend is away: 5xx, no answer, no answer in time, and 429 unless it
// is about one account. Whatever else it answers is an answer. A call that its caller ended counts neither way.
type Breakers struct {
	bounds Bounds

	mu  sync.Mutex
	all map[breakerKey]*breaker // as many as routes and clients are configured
}

// NewBreakers makes breakers that are closed; the bounds are as [Bounds.WithDefaults] gives them.
func NewBreakers(bounds Bounds) *Breakers {
	return &Breakers{bounds: bounds, all: make(map[breakerKey]*breaker)}
}

// breakerKey is whose breaker it is. The client is a part of it, because a 429 is about one client application.
type breakerKey struct {
	baseURL, client string
	route           *Route
}

// of is the breaker of a key, made when it is first needed.
func (b *Breakers) of(key breakerKey) *breaker {
	b.mu.Lock()
	defer b.mu.Unlock()
	one, ok := b.all[key]
	if !ok {
		one = &breaker{circuit: b.circuit()}
		b.all[key] = one
	}
	return one
}

func (b *Breakers) circuit() circuitbreaker.CircuitBreaker[any] {
	return circuitbreaker.NewBuilder[any]().
		WithFailureRateThreshold(b.bounds.BreakerShare, uint(b.bounds.BreakerCalls), b.bounds.BreakerWindow).
		WithSuccessThreshold(1).
		WithDelay(b.bounds.BreakerRest).
		WithJitterFactor(restJitter).
		Build()
}

// BreakerState is a breaker that is not closed.
type BreakerState struct {
	// Backend is the route's.
	Backend Backend
	// Route is the route's name. Tenants have breakers of their own, so a name may come more than once.
	Route string
	// Probing says that a call is out which finds out how the backend is.
	Probing bool
	// Rest is how long calls are refused still; 0 when the next one may try.
	Rest time.Duration
}

// Tripped are the breakers that are not closed, by route; nil when all is well. It may be called at any time.
func (b *Breakers) Tripped() []BreakerState {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []BreakerState
	for key, one := range b.all {
		if state, tripped := one.state(); tripped {
			state.Backend, state.Route = key.route.Backend, key.route.Name
			out = append(out, state)
		}
	}
	slices.SortFunc(out, func(a, b BreakerState) int {
		return cmp.Or(strings.Compare(a.Route, b.Route), cmp.Compare(a.Rest, b.Rest))
	})
	return out
}

// breaker guards one route. The library counts and keeps the time; who may try a route that failed is decided here,
// because callers go away: a permit of the library's comes back only with a verdict, and a caller that has gone has none.
type breaker struct {
	mu      sync.Mutex
	circuit circuitbreaker.CircuitBreaker[any]
	probing bool
}

// verdict is what a call says of its route.
type verdict int

const (
	nothing verdict = iota // its caller ended it
	healthy
	failing
)

// state is what there is to tell, and whether it is anything.
func (b *breaker) state() (BreakerState, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return BreakerState{Probing: b.probing, Rest: b.circuit.RemainingDelay()}, !b.circuit.IsClosed()
}

// resting reports for how long a call would be refused now, 0 when it would not. It changes nothing, so that calls can
// ask before they queue.
func (b *breaker) resting() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rest()
}

func (b *breaker) rest() time.Duration {
	if b.probing {
		return probeWait
	}
	return b.circuit.RemainingDelay()
}

// enter lets a call pass, or says for how long it would be refused. Whoever passes tells by leave how it went.
func (b *breaker) enter() (leave func(verdict), wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if wait = b.rest(); wait > 0 {
		return nil, wait
	}
	if b.circuit.IsOpen() {
		b.circuit.HalfOpen()
	}
	probe := b.circuit.IsHalfOpen()
	b.probing = probe
	return func(v verdict) { b.leave(probe, v) }, 0
}

// leave takes a call's verdict. While a breaker is not closed only its probe has a say: the others were sent before.
func (b *breaker) leave(probe bool, v verdict) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if probe {
		b.probing = false
	} else if !b.circuit.IsClosed() {
		return
	}
	switch v {
	case healthy:
		b.circuit.RecordSuccess()
	case failing:
		b.circuit.RecordFailure()
	case nothing:
	}
}
