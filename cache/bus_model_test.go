package cache

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"time"
)

var errModelCut = errors.New("the model's network is cut")

// modelBus is a bus in memory that does what networks do: it delays, loses
// messages silently, breaks subscriptions, and cuts replicas off. It keeps what a
// [bus] promises and no more.
type modelBus struct {
	term time.Duration

	mu   sync.Mutex
	rng  *rand.Rand
	seq  uint64
	live map[string]time.Time
	ears map[string]*modelEar
	cut  map[string]bool // every exchange fails
	deaf map[string]bool // messages are lost
	miss map[string]bool // the next message is lost
	slow map[string]time.Duration
	lost int
}

func newModelBus(term time.Duration, seed uint64) *modelBus {
	return &modelBus{
		term: term, rng: rand.New(rand.NewPCG(seed, 1)), live: map[string]time.Time{}, ears: map[string]*modelEar{},
		cut: map[string]bool{}, deaf: map[string]bool{}, miss: map[string]bool{}, slow: map[string]time.Duration{},
	}
}

// modelEar hears through a queue; broken is closed when it hears no more.
type modelEar struct {
	queue  chan modelMessage
	broken chan struct{}
	once   sync.Once
}

type modelMessage struct {
	text string
	due  time.Time
}

// exchange goes there, does something, and comes back, each after a while.
func (b *modelBus) exchange(ctx context.Context, id string, do func()) error {
	for _, step := range []func(){do, func() {}} {
		if err := pause(ctx, b.delay(id)); err != nil {
			return err
		}
		b.mu.Lock()
		cut := b.cut[id]
		if !cut {
			step()
		}
		b.mu.Unlock()
		if cut {
			return errModelCut
		}
	}
	return nil
}

// delay is a few milliseconds, and what the replica is slower by.
func (b *modelBus) delay(id string) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return time.Duration(b.rng.IntN(5))*time.Millisecond + b.slow[id]
}

func (b *modelBus) beat(ctx context.Context, id string) (seq uint64, err error) {
	err = b.exchange(ctx, id, func() { b.live[id], seq = time.Now().Add(b.term), b.seq })
	return seq, err
}

func (b *modelBus) leave(ctx context.Context, id string) error {
	return b.exchange(ctx, id, func() { delete(b.live, id) })
}

func (b *modelBus) announce(ctx context.Context, id, text string) (map[string]time.Duration, error) {
	others := map[string]time.Duration{}
	err := b.exchange(ctx, id, func() {
		maps.DeleteFunc(b.live, func(_ string, end time.Time) bool { return !end.After(time.Now()) })
		for other, end := range b.live {
			if other != id {
				others[other] = time.Until(end)
			}
		}
		b.seq++
		for other := range b.ears {
			b.send(other, fmt.Sprintf("%d %d %s", b.seq-1, b.seq, text))
		}
	})
	return others, err
}

func (b *modelBus) reply(ctx context.Context, id, text string) error {
	return b.exchange(ctx, id, func() { b.send(id, text) })
}

// send queues a message, or loses it. The caller holds the lock.
func (b *modelBus) send(id, text string) {
	ear := b.ears[id]
	if ear == nil || b.cut[id] || b.deaf[id] || b.miss[id] {
		b.lost++
		b.miss[id] = false
		return
	}
	select {
	case ear.queue <- modelMessage{text: text, due: time.Now().Add(b.slow[id] + time.Millisecond)}:
	default:
		b.lost++
	}
}

func (b *modelBus) listen(ctx context.Context, id string) (ear, error) {
	e := &modelEar{queue: make(chan modelMessage, 100), broken: make(chan struct{})}
	return e, b.exchange(ctx, id, func() { b.ears[id] = e })
}

// hear implements ear: messages come in order, each when it is due.
func (e *modelEar) hear(ctx context.Context) (string, error) {
	select {
	case m := <-e.queue:
		return m.text, pause(ctx, time.Until(m.due))
	case <-e.broken:
		return "", errModelCut
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (e *modelEar) close() error {
	e.once.Do(func() { close(e.broken) })
	return nil
}
