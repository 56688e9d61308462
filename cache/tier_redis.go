package cache

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// maxRead bounds the names of one MGET: Redis serves nobody else meanwhile.
// Larger reads are several commands, still in one round trip.
const maxRead = 512

// refusalQuiet is how long error replies go unlogged after one was logged.
const refusalQuiet = time.Minute

// redisTier is the tier that replicas share. A nil tier holds nothing. None of
// its failures is a request's: they are misses, and events.
type redisTier struct {
	client  redis.UniversalClient
	timeout time.Duration
	names   names
	now     func() time.Time
	emit    func(Event)
	log     *slog.Logger
	circuit *circuit
	owed    debts
	writes  writer

	mu       sync.Mutex
	loggedAt time.Time // of the last error reply logged
}

func newRedisTier(o *Options) *redisTier {
	if o.Redis == nil {
		return nil
	}
	t := &redisTier{
		client: o.Redis, timeout: o.RedisTimeout, names: newNames(o.Version),
		now: o.Now, emit: o.OnEvent, log: o.Logger,
	}
	t.circuit = &circuit{
		now: o.Now, bypass: o.RedisBypass,
		lost: func(err error) { t.log.Warn("cache: redis lost, serving without it", "error", err) },
		back: func() { t.log.Info("cache: redis is back") },
	}
	t.writes.commit = t.commit
	return t
}

// exchange talks to Redis within the time-out, unless it is bypassed.
func (t *redisTier) exchange(ctx context.Context, op string, talk func(context.Context) error) error {
	if !t.circuit.allow() {
		t.emit(Event{Kind: RedisBypassed})
		return &RedisError{Op: op, Err: ErrBypassed}
	}
	bounded, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	err := talk(bounded)
	if err == nil {
		t.circuit.succeed()
		return nil
	}
	if ended(ctx) {
		t.circuit.release() // the caller has gone; that says nothing about Redis
		return &RedisError{Op: op, Err: err}
	}
	t.emit(Event{Kind: RedisFailed, Err: err})
	if reply := redis.Error(nil); errors.As(err, &reply) {
		// An error reply came in time (out of memory, loading, read-only):
		// there is no wait to spare by bypassing.
		t.circuit.succeed()
		t.refused(op, err)
	} else {
		t.circuit.fail(err)
	}
	return &RedisError{Op: op, Err: err}
}

// ended reports whether the context is over. Its deadline counts on its own: a
// connection that has the same one can time out before the context knows.
func ended(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ctx.Err() != nil || ok && time.Until(deadline) <= 0
}

// refused logs an error reply, at most one a [refusalQuiet].
func (t *redisTier) refused(op string, err error) {
	t.mu.Lock()
	quiet := !t.loggedAt.IsZero() && t.now().Sub(t.loggedAt) < refusalQuiet
	if !quiet {
		t.loggedAt = t.now()
	}
	t.mu.Unlock()
	if !quiet {
		t.log.Warn("cache: redis refuses", "op", op, "error", err)
	}
}

// read asks for the probes' entries and generations, in one round trip.
func (t *redisTier) read(ctx context.Context, probes []*probe) {
	if t == nil || len(probes) == 0 || t.pay(ctx) != nil {
		return
	}
	wanted := newReading(t.names, probes)
	err := t.exchange(ctx, "read", func(ctx context.Context) error { return wanted.run(ctx, t.client) })
	if err != nil {
		return // counted and logged there; for the request it is a miss
	}
	now := t.now()
	for i, p := range probes {
		if !p.accept(wanted.of(i), now) {
			t.emit(Event{Kind: Undecodable, Route: p.key.route, Err: errFrame})
		}
	}
}

// ensure gives the probes' tags generations where they have none, so that what is
// about to be filled can be stored.
func (t *redisTier) ensure(ctx context.Context, probes []*probe) {
	if t == nil {
		return
	}
	lacking := map[Tag]uint64{}
	for _, p := range probes {
		for i, gen := range p.remote {
			if gen == 0 {
				lacking[p.tags[i]] = 0
			}
		}
	}
	if len(lacking) == 0 {
		return
	}
	if t.exchange(ctx, "read", func(ctx context.Context) error { return t.create(ctx, lacking) }) != nil {
		return // the probes stay incomplete, and are not stored
	}
	for _, p := range probes {
		for i, gen := range p.remote {
			if gen == 0 {
				p.remote[i] = lacking[p.tags[i]]
			}
		}
	}
}

// create fills in the generations of tags that had none.
func (t *redisTier) create(ctx context.Context, gens map[Tag]uint64) error {
	calls, tags := t.perTenant(ensureScript, maps.Keys(gens))
	cmds, err := runScripts(ctx, t.client, calls)
	if err != nil {
		return err
	}
	for i, cmd := range cmds {
		values, err := cmd.Slice()
		if err != nil {
			return err
		}
		for j, tag := range tags[i] {
			gens[tag] = generationOf(values[j])
		}
	}
	return nil
}

// evict bumps the tags' generations. What fails is owed, and paid before the next
// read.
func (t *redisTier) evict(ctx context.Context, tags []Tag) error {
	if t == nil {
		return nil
	}
	err := t.bump(ctx, slices.Values(tags))
	if err != nil {
		t.owed.add(tags)
	}
	return err
}

// pay bumps what is owed.
func (t *redisTier) pay(ctx context.Context) error {
	listed := t.owed.list()
	if len(listed) == 0 {
		return nil
	}
	err := t.bump(ctx, maps.Keys(listed))
	if err == nil {
		t.owed.settle(listed)
	}
	return err
}
