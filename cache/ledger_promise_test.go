package cache

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// shop sells under idempotency keys to buyers that die, pause and try again, and
// counts what it sold.
type shop struct {
	t      *testing.T
	w      *ledgerWorld
	sold   int
	buyers []*buyer
}

// buyer is one attempt at the one purchase, at some point of it.
type buyer struct {
	house *house
	entry *Entry
	noted bool // about to send
	sent  bool
}

// held reports whether some buyer holds the purchase and nothing took it away.
func (s *shop) held() bool {
	for _, b := range s.buyers {
		if b.entry != nil && s.holder() == b.entry.held.token {
			return true
		}
	}
	return false
}

// holder is the token that the ledger has.
func (s *shop) holder() string {
	name := s.w.a.ledger.names.ledger(s.w.key)
	if memory, ok := s.w.a.ledger.store.(*memoryClaims); ok {
		if r := memory.find(name); r != nil && s.w.a.clock.now().Before(r.until) {
			return r.token
		}
		return ""
	}
	until := s.w.a.redis.client.HGet(s.t.Context(), name, "until").Val()
	if until == "0" {
		return ""
	}
	return s.w.a.redis.client.HGet(s.t.Context(), name, "token").Val()
}

// begin lets a buyer start, and settles first what another left.
func (s *shop) begin(t *rapid.T, b *buyer) {
	e, err := b.house.Begin(s.t.Context(), s.w.key, []byte("input"))
	if err != nil {
		t.Fatal(err)
	}
	*b = buyer{house: b.house, entry: e}
	if result, made := e.Result(); made {
		if s.sold != 1 || string(result) != "purchase" {
			t.Fatalf("%d sold, and the result is %q", s.sold, result)
		}
		b.entry = nil
	} else if s.sold > 0 {
		if e.Note() == nil {
			t.Fatal("what was sold is not known to have been begun")
		}
		b.sent = true // the lookup found it
	}
}

// next takes a buyer one step on.
func (s *shop) next(t *rapid.T, b *buyer) {
	switch {
	case b.sent:
		if err := b.entry.Done(s.t.Context(), []byte("purchase")); err != nil && !errors.Is(err, ErrClaimLost) {
			t.Fatal(err)
		}
		b.entry = nil
	case b.noted:
		s.sold++
		b.sent = true
	default:
		err := b.entry.Step(s.t.Context(), []byte("buying"))
		if b.noted = err == nil; err != nil && !errors.Is(err, ErrClaimLost) {
			t.Fatal(err)
		}
		if err != nil {
			b.entry = nil
		}
	}
}

// TestNothingIsBoughtTwice: whoever dies, is paused or gives up at whatever step, and
// however often it is tried again on two replicas, at most one purchase is made, and
// every answer is that one. The lease covers the time between a note and what it
// announces: there no holder stands still for longer.
func TestNothingIsBoughtTwice(t *testing.T) {
	eachLedger(t, func(t *testing.T, w *ledgerWorld) {
		sc, run := scope(t, "acme", "viewer:ann"), 0
		rapid.Check(t, func(rt *rapid.T) {
			run++
			w.key = sc.LedgerKey("buy", fmt.Sprint(run))
			s := &shop{t: t, w: w}
			for i := range 4 {
				s.buyers = append(s.buyers, &buyer{house: []*house{w.a, w.b}[i%2]})
			}
			pick := func(rt *rapid.T) *buyer { return rapid.SampledFrom(s.buyers).Draw(rt, "buyer") }
			rt.Repeat(map[string]func(*rapid.T){
				"begin": func(rt *rapid.T) {
					if b := pick(rt); b.entry == nil && !s.held() {
						s.begin(rt, b)
					}
				},
				"next": func(rt *rapid.T) {
					if b := pick(rt); b.entry != nil {
						s.next(rt, b)
					}
				},
				"give up": func(rt *rapid.T) {
					if b := pick(rt); b.entry != nil {
						b.entry.Close()
						b.entry = nil
					}
				},
				"stand still": func(rt *rapid.T) {
					for _, b := range s.buyers {
						// Without this there are two purchases: the ledger cannot stop
						// what is sent after its note, when the claim is another's by
						// then. See Step: that is not promised.
						if b.entry != nil && b.noted && !b.sent {
							rt.Skip("about to send")
						}
					}
					if s.held() {
						w.lapse(t)
					}
				},
				"": func(rt *rapid.T) {
					if s.sold > 1 {
						rt.Fatalf("%d purchases", s.sold)
					}
				},
			})
			for _, b := range s.buyers {
				if b.entry != nil {
					b.entry.Close()
				}
			}
		})
	})
}
