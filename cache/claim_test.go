package cache

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestAFullMemoryRefusesNewWrites, and forgets none that it may not forget.
func TestAFullMemoryRefusesNewWrites(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil, func(o *Options) { o.LedgerBytes = 4 * EntryOverhead })
	sc, n := scope(t, "acme", "viewer:ann"), 0
	for {
		e, err := h.Begin(t.Context(), sc.LedgerKey("m", fmt.Sprint(n)), []byte("input"))
		if err != nil {
			if !errors.As(err, new(*LedgerUnavailableError)) || !errors.Is(err, ErrLedgerFull) {
				t.Fatalf("err = %v", err)
			}
			break
		}
		if err := e.Done(t.Context(), []byte("r")); err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 4 {
		t.Errorf("%d writes before it was full, want 4", n)
	}
	for i := range n {
		h.begin(t, sc.LedgerKey("m", fmt.Sprint(i)), "", "r")
	}
	h.clock.advance(DefaultLedgerWindow)
	h.begin(t, sc.LedgerKey("m", "0"), "", "")
	if s := h.ledger.store.(*memoryClaims); len(s.records) != 1 || s.byEnd.Len() != 1 || s.bytes != s.find(h.ledger.names.ledger(sc.LedgerKey("m", "0"))).weigh() {
		t.Errorf("%d records, %d in order, %d bytes after all but one had ended", len(s.records), s.byEnd.Len(), s.bytes)
	}
}

// TestAHeldClaimIsRenewed, until it is ended or so old that it was forgotten.
func TestAHeldClaimIsRenewed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, func(o *Options) { o.Now = time.Now })
		key := scope(t, "acme", "viewer:ann").LedgerKey("m", "k")
		began := time.Now()
		step(t, h.begin(t, key, "", ""), "n")
		h.begin(t, key, "n", "").Close()
		if held := time.Since(began); held < MaxClaim || held > MaxClaim+DefaultClaimLease+time.Second {
			t.Errorf("a forgotten claim was held for %v", held)
		}
	})
}

func TestAClaimIsRenewedInRedis(t *testing.T) {
	t.Parallel()
	h := newHouse(t, startRedis(t).client(t), patient, func(o *Options) { o.ClaimLease = 30 * time.Millisecond })
	key := scope(t, "acme", "viewer:ann").LedgerKey("m", "k")
	h.begin(t, key, "", "")
	until := func() int64 {
		n, err := h.redis.client.HGet(t.Context(), h.ledger.names.ledger(key), "until").Int64()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for first := until(); until() == first; {
		_ = pause(t.Context(), time.Millisecond)
	}
}

// TestRecordsInRedisExpire, whatever became of the writes.
func TestRecordsInRedisExpire(t *testing.T) {
	t.Parallel()
	h := newHouse(t, startRedis(t).client(t), patient)
	sc := scope(t, "acme", "viewer:ann")
	begin := func(key string) *Entry { return h.begin(t, sc.LedgerKey("m", key), "", "") }
	begin("held")
	step(t, begin("noted"), "n")
	if err := begin("made").Done(t.Context(), []byte("r")); err != nil {
		t.Fatal(err)
	}
	begin("closed").Close()
	left := begin("left")
	step(t, left, "n")
	left.Close()
	if _, err := h.Lock(t.Context(), sc.Tag("cart", "1")); err != nil {
		t.Fatal(err)
	}
	names := h.redis.client.Keys(t.Context(), "*").Val()
	if len(names) != 5 {
		t.Errorf("%d names, want those of the held, the noted, the made, the left, and the lock: %q", len(names), names)
	}
	for _, name := range names {
		want := DefaultLedgerWindow
		if strings.Contains(name, ":k:") {
			want = DefaultClaimLease
		}
		if ttl := h.redis.client.PTTL(t.Context(), name).Val(); ttl <= 0 || ttl > want {
			t.Errorf("%s lives for %v, want at most %v", name, ttl, want)
		}
	}
}

// TestNoWriteWithoutALedger: Redis is configured and away.
func TestNoWriteWithoutALedger(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	h := newHouse(t, server.client(t), patient)
	sc := scope(t, "acme", "viewer:ann")
	e := h.begin(t, sc.LedgerKey("m", "k"), "", "")
	server.Kill()
	_, err := h.Begin(t.Context(), sc.LedgerKey("m", "other"), nil)
	for op, err := range map[string]error{
		"claim": err, "hold": e.Step(t.Context(), nil), "finish": e.Done(t.Context(), nil),
	} {
		if away, cause := (*LedgerUnavailableError)(nil), (*RedisError)(nil); !errors.As(err, &away) || !errors.As(err, &cause) || cause.Op != op {
			t.Errorf("%s: %v", op, err)
		}
	}
}

// TestALostRecordIsWrittenAnew: Redis forgot everything while the write was made.
func TestALostRecordIsWrittenAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t, startRedis(t).client(t), patient)
	key := scope(t, "acme", "viewer:ann").LedgerKey("m", "k")
	e := h.begin(t, key, "", "")
	step(t, e, "n")
	if err := h.redis.client.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	if err := e.Step(t.Context(), []byte("more")); !errors.Is(err, ErrClaimLost) {
		t.Errorf("a step of what Redis does not know: %v", err)
	}
	if err := e.Done(t.Context(), []byte("r")); err != nil {
		t.Fatal(err)
	}
	h.begin(t, key, "", "r")
}
