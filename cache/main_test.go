package cache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a time that only tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Now()} }

// running is time.Now, plus what the test advanced the clock by.
func (c *clock) running(began time.Time) func() time.Time {
	return func() time.Time { return c.now().Add(time.Since(began)) }
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// recorder counts events.
type recorder struct {
	mu     sync.Mutex
	counts map[EventKind]int
}

func (r *recorder) on(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.counts == nil {
		r.counts = map[EventKind]int{}
	}
	r.counts[e.Kind]++
}

func (r *recorder) count(k EventKind) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.counts[k]
}

// logs collects log lines.
type logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logs) lines(containing string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.buf.String(), containing)
}

// house is a cache with everything around it that tests look at.
type house struct {
	*Cache
	clock  *clock
	events *recorder
	logs   *logs
}

// newHouse returns a cache that is closed with the test. Redis may be nil.
func newHouse(t testing.TB, client redis.UniversalClient, change ...func(*Options)) *house {
	t.Helper()
	h := &house{clock: newClock(), events: &recorder{}, logs: &logs{}}
	o := Options{
		Redis: client, Now: h.clock.now, OnEvent: h.events.on,
		Logger: slog.New(slog.NewTextHandler(h.logs, nil)),
		// Far above what a loaded machine needs: only tests of a Redis that
		// hangs wait for it, and set their own.
		RedisTimeout: 5 * time.Second,
		// Most tests are about the tiers, and move the clock: not about leases.
		Lone: true,
		// and about expiry to the instant
		Jitter: func() float64 { return 0 },
	}
	for _, f := range change {
		f(&o)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	h.Cache = c
	return h
}

func scope(t testing.TB, tenant, authority string) Scope {
	t.Helper()
	s, err := NewScope(tenant, authority)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var errUpstream = errors.New("upstream is down")

// source is an upstream of one text, with counts.
type source struct {
	mu      sync.Mutex
	text    string
	err     error
	fills   int
	decodes int
}

func (s *source) set(text string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text, s.err = text, err
}

func (s *source) counts() (fills, decodes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fills, s.decodes
}

func (s *source) fill(context.Context) (Reply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fills++
	return Reply{Bytes: []byte(s.text)}, s.err
}

// decode refuses texts that begin with "bad".
func (s *source) decode(b []byte) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.decodes++
	if bytes.HasPrefix(b, []byte("bad")) {
		return "", fmt.Errorf("%d bytes are bad", len(b))
	}
	return string(b), nil
}

// request asks for company id, which depends on its own tag and "companies".
func (s *source) request(sc Scope, id string) Request[string] {
	return Request[string]{
		Key:  sc.Key(KeySpec{Route: "companies.get", ID: id}),
		Tags: []Tag{sc.Tag("company", id), sc.Tag("companies")},
		Life: Life{Fresh: time.Minute}, Fill: s.fill, Decode: s.decode,
	}
}

// got is Get for those who look at value and error only.
func got[T any](ctx context.Context, c *Cache, r Request[T]) (T, error) {
	out := Get(ctx, c, r)
	return out.Value, out.Err
}

// want gets the request's value and compares.
func (h *house) want(t testing.TB, r Request[string], value string) {
	t.Helper()
	text, err := got(t.Context(), h.Cache, r)
	if err != nil || text != value {
		t.Fatalf("Get = %q, %v; want %q", text, err, value)
	}
}

func (s *source) wantFills(t testing.TB, want int) {
	t.Helper()
	if got, _ := s.counts(); got != want {
		t.Fatalf("%d fills, want %d", got, want)
	}
}
