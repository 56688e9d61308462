package cache

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestALockIsHeldByOne of many callers on two replicas: the plain counter would
// lose some, and the race detector speak.
func TestALockIsHeldByOne(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	for name, replicas := range map[string][]*house{
		"memory": {newHouse(t, nil)},
		"redis":  {newHouse(t, server.client(t), patient), newHouse(t, server.client(t), patient)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const each = 10
			tag, counter := scope(t, "acme", "system").Tag("cart", "1"), 0
			var all sync.WaitGroup
			for _, h := range replicas {
				for range each {
					all.Go(func() {
						unlock, err := h.Lock(t.Context(), tag)
						if err != nil {
							t.Error(err)
							return
						}
						defer unlock()
						counter++
					})
				}
			}
			all.Wait()
			if counter != each*len(replicas) {
				t.Errorf("counted %d", counter)
			}
			for _, h := range replicas {
				if len(h.locks.turns.lines) != 0 || h.events.count(LocalLock) != 0 {
					t.Errorf("%d lines left, %d local locks", len(h.locks.turns.lines), h.events.count(LocalLock))
				}
			}
		})
	}
}

func TestLocksOfDifferentThingsAreFree(t *testing.T) {
	t.Parallel()
	h := newHouse(t, startRedis(t).client(t), patient)
	for _, tenant := range []string{"acme", "globex"} {
		for _, id := range []string{"1", "2"} {
			unlock, err := h.Lock(t.Context(), scope(t, tenant, "system").Tag("cart", id))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(unlock)
		}
	}
}

func TestALockMayBeUnlockedTwice(t *testing.T) {
	t.Parallel()
	h, tag := newHouse(t, startRedis(t).client(t), patient), scope(t, "acme", "system").Tag("cart")
	first, err := h.Lock(t.Context(), tag)
	if err != nil {
		t.Fatal(err)
	}
	first()
	second, err := h.Lock(t.Context(), tag)
	if err != nil {
		t.Fatal(err)
	}
	defer second()
	first() // must not unlock the second
	ctx, cancel := context.WithTimeout(t.Context(), 3*maxClaimPause)
	defer cancel()
	if _, err := h.Lock(ctx, tag); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a third lock: %v", err)
	}
}

// TestTheLockPassesToWhoWaited: another replica that asked meanwhile is next, not
// who asks first after the unlock.
func TestTheLockPassesToWhoWaited(t *testing.T) {
	t.Parallel()
	h, ctx := newHouse(t, startRedis(t).client(t), patient), t.Context()
	s := h.locks.shared.(*redisClaims)
	s.waiting = time.Minute
	for _, ask := range []struct {
		token string
		want  claimState
	}{{"a", granted}, {"b", busy}, {"c", busy}} {
		if got, err := s.claim(ctx, "lock", ask.token, ""); err != nil || got.state != ask.want {
			t.Fatalf("%s: %v, %v", ask.token, got, err)
		}
	}
	if err := s.leave(ctx, "lock", "a", true); err != nil {
		t.Fatal(err)
	}
	for _, ask := range []struct {
		token string
		want  claimState
	}{{"c", busy}, {"a", busy}, {"b", granted}, {"a", busy}, {"c", busy}} {
		if got, err := s.claim(ctx, "lock", ask.token, ""); err != nil || got.state != ask.want {
			t.Fatalf("after the unlock %s: %v, %v", ask.token, got, err)
		}
	}
	// Who stopped asking is passed over.
	if err := errors.Join(s.leave(ctx, "lock", "b", true), h.redis.client.HSet(ctx, "lock", "nextUntil", 0).Err()); err != nil {
		t.Fatal(err)
	}
	if got, err := s.claim(ctx, "lock", "c", ""); err != nil || got.state != granted {
		t.Fatalf("after who was next has gone: %v, %v", got, err)
	}
}

// TestADeadHoldersLockPasses, and its late unlock takes nothing from the next.
func TestADeadHoldersLockPasses(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	a, b := newHouse(t, server.client(t), patient), newHouse(t, server.client(t), patient)
	tag := scope(t, "acme", "system").Tag("cart")
	name := a.locks.names.lock(tag)
	late, err := a.Lock(t.Context(), tag)
	if err != nil {
		t.Fatal(err)
	}
	lapse(t, a, name)
	unlock, err := b.Lock(t.Context(), tag)
	if err != nil {
		t.Fatal(err)
	}
	late()
	if held := a.redis.client.HExists(t.Context(), name, "token").Val(); !held {
		t.Error("the late unlock ended the next holder's lock")
	}
	unlock()
	if n := a.redis.client.Exists(t.Context(), name).Val(); n != 0 {
		t.Error("the lock is still there")
	}
}

// TestALockWithoutRedisIsLocal, and says so.
func TestALockWithoutRedisIsLocal(t *testing.T) {
	t.Parallel()
	h, tag := newHouse(t, openRedis(t, "unix:///nonexistent/socket")), scope(t, "acme", "system").Tag("cart")
	unlock, err := h.Lock(t.Context(), tag)
	if err != nil {
		t.Fatal(err)
	}
	if h.events.count(LocalLock) != 1 {
		t.Error("nobody said that the lock is local")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Lock(ctx, tag); !errors.Is(err, context.Canceled) {
		t.Errorf("a second lock: %v", err)
	}
	unlock()
}

func TestALockIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	if _, err := h.Lock(t.Context(), Tag{}); !errors.As(err, new(*ScopeError)) {
		t.Errorf("the zero tag: %v", err)
	}
	_ = h.Close()
	if _, err := h.Lock(t.Context(), scope(t, "acme", "system").Tag("cart")); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// TestTurnsAreTakenInOrder, and a lock that was never unlocked passes on.
func TestTurnsAreTakenInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, func(o *Options) { o.Now = time.Now })
		tag, began := scope(t, "acme", "system").Tag("cart"), time.Now()
		if _, err := h.Lock(t.Context(), tag); err != nil {
			t.Fatal(err)
		}
		order := make(chan int, 5)
		for i := range cap(order) {
			go func() {
				unlock, err := h.Lock(t.Context(), tag)
				if err != nil {
					t.Error(err)
					return
				}
				order <- i
				unlock()
			}()
			synctest.Wait()
		}
		for i := range cap(order) {
			if got := <-order; got != i {
				t.Errorf("turn %d was %d's", i, got)
			}
		}
		if held := time.Since(began); held != MaxClaim {
			t.Errorf("a lock that nobody unlocks was held for %v", held)
		}
	})
}
