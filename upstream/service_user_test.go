package upstream_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/upstream"
)

// drawer is a store of tokens that a test takes away.
type drawer struct {
	mu     sync.Mutex
	kept   []byte
	closed bool // does not answer
	stuck  bool // answers, and keeps nothing
	deaf   bool // keeps what it is given, and does not say so
}

var errAway = errors.New("the store is away: s3cret")

// Update implements upstream.TokenStore.
func (d *drawer) Update(ctx context.Context, change func(context.Context, []byte) ([]byte, error)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return errAway
	}
	next, err := change(ctx, d.kept)
	switch {
	case err != nil:
		return err
	case d.stuck:
		return errAway
	}
	d.kept = next
	if d.deaf {
		return errAway
	}
	return nil
}

func (d *drawer) set(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f()
}

// rotator is a token endpoint that replaces a refresh token with each answer. One that was presented is taken again
// until its successor is used; after that it is taken for stolen, and nothing of the person's is good any more.
type rotator struct {
	*httptest.Server

	mu      sync.Mutex
	n       int
	parent  map[string]string // of each refresh token
	used    map[string]bool   // presented, or the parent of one that was
	revoked bool
	hits    int
	lose    bool // answers get lost
	away    bool
	keeps   bool // answers have no refresh token
}

func newRotator(t *testing.T) *rotator {
	r := &rotator{parent: map[string]string{"seed": ""}, used: map[string]bool{}}
	r.Server = httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(r.Close)
	return r
}

func (r *rotator) serve(w http.ResponseWriter, q *http.Request) {
	_ = q.ParseForm()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hits++
	token := q.PostForm.Get("refresh_token")
	parent, known := r.parent[token]
	id, secret, _ := q.BasicAuth()
	switch {
	case r.away:
		w.WriteHeader(http.StatusServiceUnavailable)
	case id != "app-1" || secret != "s3cret" || q.PostForm.Get("grant_type") != "refresh_token":
		answer(w, http.StatusUnauthorized, `{"error":"invalid_client"}`)
	case !known || r.revoked || r.used[token]:
		r.revoked = true
		answer(w, http.StatusBadRequest, `{"error":"invalid_grant","error_description":"s3cret"}`)
	default:
		r.n++
		r.used[parent] = true
		r.answer(w, token)
	}
}

// answer gives the next tokens, or loses them; the caller holds the lock.
func (r *rotator) answer(w http.ResponseWriter, presented string) {
	next := fmt.Sprintf("refresh-%d", r.n)
	r.parent[next] = presented
	switch {
	case r.lose:
		panic(http.ErrAbortHandler)
	case r.keeps:
		answer(w, http.StatusOK, fmt.Sprintf(`{"access_token":"access-%d","token_type":"bearer","expires_in":43199}`, r.n))
	default:
		answer(w, http.StatusOK, fmt.Sprintf(`{"access_token":"access-%d","refresh_token":%q,"token_type":"bearer","expires_in":43199}`, r.n, next))
	}
}

func (r *rotator) set(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}

func (r *rotator) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.hits
}

// person is one process that acts as the service user.
func (r *rotator) person(c *clock, store upstream.TokenStore, change ...func(*upstream.ServiceUserConfig)) upstream.Credentials {
	cfg := upstream.ServiceUserConfig{
		TokenURL: r.URL, ClientID: "app-1", ClientSecret: "s3cret", RefreshToken: "seed", Store: store,
		Transport: r.Client().Transport, Now: c.now,
	}
	for _, f := range change {
		f(&cfg)
	}
	return upstream.NewServiceUser(cfg)
}

func mustFail(t *testing.T, c upstream.Credentials, kind upstream.Kind, text string) {
	t.Helper()
	header, err := c.Authorize(t.Context())
	ce, ok := errors.AsType[*upstream.CredentialsError](err)
	if !ok || ce.Kind != kind || !strings.Contains(err.Error(), text) || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("Authorize = %q, %v; want %v with %q", header, err, kind, text)
	}
}

func TestServiceUserIsRenewedAtHalfLifeByOneProcess(t *testing.T) {
	t.Parallel()
	r, c, store := newRotator(t), &clock{at: time.Now()}, &drawer{}
	a, b := r.person(c, store), r.person(c, store)
	mustAuthorize(t, a, "Bearer access-1")
	mustAuthorize(t, b, "Bearer access-1") // from the store
	c.pass(5 * time.Hour)
	mustAuthorize(t, a, "Bearer access-1")
	if n := r.count(); n != 1 {
		t.Fatalf("%d exchanges within half of a life", n)
	}
	c.pass(7 * time.Hour) // over
	mustAuthorize(t, b, "Bearer access-2")
	mustAuthorize(t, a, "Bearer access-2")
	if n := r.count(); n != 2 {
		t.Errorf("%d exchanges, want 2 by two processes", n)
	}
}

// TestServiceUserThatStays: the documented answer has no refresh token, so the one that was presented goes on.
func TestServiceUserThatStays(t *testing.T) {
	t.Parallel()
	r, c := newRotator(t), &clock{at: time.Now()}
	r.keeps = true
	a := r.person(c, &drawer{})
	for i := range 3 {
		mustAuthorize(t, a, fmt.Sprintf("Bearer access-%d", i+1))
		c.pass(12 * time.Hour)
	}
}

func TestServiceUserSurvivesALostAnswer(t *testing.T) {
	t.Parallel()
	r, c, store := newRotator(t), &clock{at: time.Now()}, &drawer{}
	r.lose = true
	a := r.person(c, store)
	mustFail(t, a, upstream.Unavailable, "token endpoint")
	r.set(func() { r.lose = false })
	mustAuthorize(t, a, "Bearer access-2")
}

func TestServiceUserSurvivesAProcessKilledBeforeItStored(t *testing.T) {
	t.Parallel()
	r, c, store := newRotator(t), &clock{at: time.Now()}, &drawer{stuck: true}
	mustAuthorize(t, r.person(c, store), "Bearer access-1") // and this process is never heard of again
	store.set(func() { store.stuck = false })
	b := r.person(c, store)
	mustAuthorize(t, b, "Bearer access-2")
	c.pass(12 * time.Hour)
	mustAuthorize(t, b, "Bearer access-3")
}

// TestServiceUserWhileTheStoreIsAway: nothing is renewed, and the token serves as long as it lives.
func TestServiceUserWhileTheStoreIsAway(t *testing.T) {
	t.Parallel()
	r, c, store := newRotator(t), &clock{at: time.Now()}, &drawer{}
	var outcomes []error
	a := r.person(c, store, func(cfg *upstream.ServiceUserConfig) {
		cfg.OnRenewal = func(err error) { outcomes = append(outcomes, err) }
	})
	mustAuthorize(t, a, "Bearer access-1")
	store.set(func() { store.closed = true })
	for range 11 {
		c.pass(time.Hour)
		mustAuthorize(t, a, "Bearer access-1")
	}
	c.pass(time.Hour)
	mustFail(t, a, upstream.Unavailable, "token store")
	if n := r.count(); n != 1 {
		t.Errorf("%d exchanges while nothing could be stored", n)
	}
	store.set(func() { store.closed = false })
	mustAuthorize(t, a, "Bearer access-2")
	if first, last := outcomes[0], outcomes[len(outcomes)-1]; first != nil || last != nil || len(outcomes) < 3 {
		t.Errorf("told %v", outcomes)
	}
}

// TestServiceUserStoresFirst: what could not be stored is stored before it is presented.
func TestServiceUserStoresFirst(t *testing.T) {
	t.Parallel()
	r, c, store := newRotator(t), &clock{at: time.Now()}, &drawer{}
	a := r.person(c, store)
	mustAuthorize(t, a, "Bearer access-1")
	before := store.kept
	c.pass(12 * time.Hour)
	store.set(func() { store.stuck = true })
	mustAuthorize(t, a, "Bearer access-2")
	if !bytes.Equal(store.kept, before) {
		t.Fatal("the store kept it")
	}
	c.pass(12 * time.Hour) // over before it was stored
	mustFail(t, a, upstream.Unavailable, "token store")
	if n := r.count(); n != 2 {
		t.Errorf("%d exchanges, want none for what is not stored", n)
	}
	store.set(func() { store.stuck = false })
	mustAuthorize(t, a, "Bearer access-3")
}

func TestServiceUserRevoked(t *testing.T) {
	t.Parallel()
	r, c, store := newRotator(t), &clock{at: time.Now()}, &drawer{}
	a := r.person(c, store)
	mustAuthorize(t, a, "Bearer access-1")
	r.set(func() { r.revoked = true })
	c.pass(7 * time.Hour)
	mustAuthorize(t, a, "Bearer access-1") // until it ends, or a backend refuses it
	a.Invalidate("Bearer access-1")
	mustFail(t, a, upstream.Unauthenticated, "(status 400, invalid_grant)")
	hits := r.count()
	mustFail(t, a, upstream.Unauthenticated, "invalid_grant")
	if n := r.count(); n != hits {
		t.Error("a refused token is presented again at once")
	}
}

// TestServiceUserRefusedByABackend: the token is renewed although the store still has it, once for all processes.
func TestServiceUserRefusedByABackend(t *testing.T) {
	t.Parallel()
	r, c, store := newRotator(t), &clock{at: time.Now()}, &drawer{}
	a, b := r.person(c, store), r.person(c, store)
	for _, p := range []upstream.Credentials{a, b} {
		mustAuthorize(t, p, "Bearer access-1")
	}
	for _, p := range []upstream.Credentials{a, b} {
		p.Invalidate("Bearer access-1")
		mustAuthorize(t, p, "Bearer access-2")
	}
	if n := r.count(); n != 2 {
		t.Errorf("%d exchanges", n)
	}
}

// TestServiceUserAfterTheStoreForgot: what is known here goes on; the configured token was presented long ago.
func TestServiceUserAfterTheStoreForgot(t *testing.T) {
	t.Parallel()
	r, c, store := newRotator(t), &clock{at: time.Now()}, &drawer{}
	a := r.person(c, store)
	mustAuthorize(t, a, "Bearer access-1")
	store.set(func() { store.kept = nil })
	c.pass(12 * time.Hour)
	mustAuthorize(t, a, "Bearer access-2")
	store.set(func() { store.kept = []byte("{") })
	c.pass(12 * time.Hour)
	mustFail(t, a, upstream.Unavailable, "token store")
}

func TestServiceUserPrintsNothing(t *testing.T) {
	t.Parallel()
	r, store := newRotator(t), &drawer{}
	a := r.person(&clock{at: time.Now()}, store)
	mustAuthorize(t, a, "Bearer access-1")
	cfg := upstream.ServiceUserConfig{ClientID: "app-1", ClientSecret: "s3cret", RefreshToken: "seed"}
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s", a, a, a, a), fmt.Sprintf("%v %+v %#v", cfg, cfg, cfg)} {
		for _, secret := range []string{"s3cret", "seed", "access-", "refresh-"} {
			if strings.Contains(text, secret) {
				t.Errorf("%q is in %q", secret, text)
			}
		}
	}
}

// TestServiceUserIsNeverLost, whatever happens between processes, store and endpoint in whatever order: no refresh token
// is presented that the endpoint takes for stolen, and once all are well again each process has a token.
func TestServiceUserIsNeverLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r, c, store := newRotator(t), &clock{at: time.Now()}, &drawer{}
		defer r.Close() // waits for renewals that nobody waited for
		processes := []upstream.Credentials{r.person(c, store), r.person(c, store), r.person(c, store)}
		some := func() int { return rapid.IntRange(0, len(processes)-1).Draw(rt, "process") }
		flip := func(b *bool) func(*rapid.T) { return func(rt *rapid.T) { *b = rapid.Bool().Draw(rt, "so") } }
		rt.Repeat(map[string]func(*rapid.T){
			"authorize":     func(*rapid.T) { _, _ = processes[some()].Authorize(t.Context()) },
			"killed":        func(*rapid.T) { processes[some()] = r.person(c, store) },
			"time":          func(rt *rapid.T) { c.pass(time.Duration(rapid.IntRange(0, 8*60).Draw(rt, "minutes")) * time.Minute) },
			"store away":    func(rt *rapid.T) { store.set(func() { flip(&store.closed)(rt) }) },
			"store stuck":   func(rt *rapid.T) { store.set(func() { flip(&store.stuck)(rt) }) },
			"store deaf":    func(rt *rapid.T) { store.set(func() { flip(&store.deaf)(rt) }) },
			"answers lost":  func(rt *rapid.T) { r.set(func() { flip(&r.lose)(rt) }) },
			"endpoint away": func(rt *rapid.T) { r.set(func() { flip(&r.away)(rt) }) },
			"backend refuses": func(*rapid.T) {
				p := processes[some()]
				if header, err := p.Authorize(t.Context()); err == nil {
					p.Invalidate(header)
				}
			},
		})
		store.set(func() { store.closed, store.stuck, store.deaf = false, false, false })
		r.set(func() { r.lose, r.away = false, false })
		c.pass(time.Minute) // beyond what refusals are remembered
		for i, p := range processes {
			if header, err := p.Authorize(t.Context()); err != nil {
				rt.Errorf("process %d: %q, %v", i, header, err)
			}
		}
		if r.revoked {
			rt.Error("a refresh token was presented after its successor")
		}
	})
}
