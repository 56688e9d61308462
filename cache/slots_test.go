package cache

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func slotsOf(t testing.TB, h *house) *Slots {
	t.Helper()
	s, err := h.Slots("q")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func digestOf(text string) Digest { return sha256.Sum256([]byte(text)) }

func wantSlot(t testing.TB, s *Slots, tenant, text string, want bool) {
	t.Helper()
	got, ok := s.Get(t.Context(), tenant, digestOf(text))
	if ok != want || ok && string(got) != text {
		t.Errorf("%s, %.20q: %q, %v", tenant, text, got, ok)
	}
}

func TestSlotsWithoutRedis(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	s := slotsOf(t, h)
	wantSlot(t, s, "acme", "{ me }", false)
	s.Put(t.Context(), "acme", []byte("{ me }"))
	wantSlot(t, s, "acme", "{ me }", true)
	wantSlot(t, s, "globex", "{ me }", false)

	h.clock.advance(SlotLife + time.Second)
	wantSlot(t, s, "acme", "{ me }", false)
}

func TestSlotsAreSharedByReplicas(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	client := server.client(t)
	one, two := slotsOf(t, newHouse(t, client)), slotsOf(t, newHouse(t, client))
	one.Put(t.Context(), "acme", []byte("{ me }"))
	wantSlot(t, two, "acme", "{ me }", true)
	wantSlot(t, two, "globex", "{ me }", false)

	server.Kill()
	wantSlot(t, two, "acme", "{ me }", true) // kept in process
	wantSlot(t, two, "acme", "{ other }", false)
	two.Put(t.Context(), "acme", []byte("{ other }")) // no error: a miss elsewhere
	wantSlot(t, two, "acme", "{ other }", true)
}

func TestSlotsAreBounded(t *testing.T) {
	t.Parallel()
	client := startRedis(t).client(t)
	h := newHouse(t, client)
	s := slotsOf(t, h)
	longest := strings.Repeat("x", SlotBytes)
	s.Put(t.Context(), "acme", []byte(longest))
	s.Put(t.Context(), "acme", []byte(longest+"x"))
	wantSlot(t, s, "acme", longest, true)
	wantSlot(t, s, "acme", longest+"x", false)
	s.Put(t.Context(), "", []byte("nobody's"))
	wantSlot(t, s, "", "nobody's", false)

	names, err := client.Keys(t.Context(), "*").Result()
	if err != nil || len(names) != 1 {
		t.Fatalf("names %v, %v", names, err)
	}
	if life := client.PTTL(t.Context(), names[0]).Val(); life <= 0 || life > SlotLife {
		t.Errorf("%s lives %v", names[0], life)
	}
}

// Two digests in one place: the later stays, and is never given for the other.
func TestSlotsThatCollide(t *testing.T) {
	t.Parallel()
	client := startRedis(t).client(t)
	first, second := colliding()
	writer := slotsOf(t, newHouse(t, client))
	writer.Put(t.Context(), "acme", []byte(first))
	writer.Put(t.Context(), "acme", []byte(second))
	reader := slotsOf(t, newHouse(t, client))
	wantSlot(t, reader, "acme", first, false)
	wantSlot(t, reader, "acme", second, true)
}

func colliding() (first, second string) {
	seen := map[uint32]string{}
	for text := "x"; ; text += "x" {
		d := digestOf(text)
		place := binary.BigEndian.Uint32(d[:]) % SlotCount
		if other, ok := seen[place]; ok {
			return other, text
		}
		seen[place] = text
	}
}

// Whatever is put, by whom, in whatever order: what comes back has the digest it was asked by.
func TestSlotsNeverMixUp(t *testing.T) {
	t.Parallel()
	client := startRedis(t).client(t)
	replicas := []*Slots{slotsOf(t, newHouse(t, client)), slotsOf(t, newHouse(t, client))}
	rapid.Check(t, func(rt *rapid.T) {
		tenant := rapid.SampledFrom([]string{"acme", "globex", "a}b", "{"}).Draw(rt, "tenant")
		text := rapid.StringN(0, 20, -1).Draw(rt, "text")
		s := replicas[rapid.IntRange(0, 1).Draw(rt, "replica")]
		if rapid.Bool().Draw(rt, "put") {
			s.Put(context.Background(), tenant, []byte(text))
		}
		if got, ok := s.Get(context.Background(), tenant, digestOf(text)); ok && string(got) != text {
			rt.Fatalf("asked for %q, got %q", text, got)
		}
	})
}
