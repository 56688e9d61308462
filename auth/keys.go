package auth

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/MicahParks/jwkset"
	"golang.org/x/sync/singleflight"
)

// The algorithms that a token may be signed with.
const (
	algRS256 = "RS256"
	algES256 = "ES256"
)

// Bounds of an RSA key: below, it can be broken; above, a hostile key set makes verifying expensive.
const (
	minRSABits = 2048
	maxRSABits = 8192
)

// keyID finds a key. The algorithm is part of it, so that a token can't choose with which algorithm a key is used.
type keyID struct{ alg, kid string }

// keys is one fetched key set. It is immutable.
type keys struct {
	byID    map[keyID]crypto.PublicKey
	fetched time.Time
}

// keySet holds a tenant's signing keys. A background loop refreshes them; a token with an unknown kid asks for a fetch
// at once, at most every UnknownKeyEvery. Old keys serve until a fetch succeeds, for at most KeySetAge.
//
// The library's own refreshing client isn't used: it makes the request wait for its rate limiter, and gives the fetch
// no more time than that wait.
type keySet struct {
	tenant string // for the log
	url    string
	client *http.Client
	limits Limits
	now    func() time.Time
	log    *slog.Logger

	ctx     context.Context // the set's life; every fetch is under it, whoever asked for it
	end     context.CancelFunc
	current atomic.Pointer[keys] // nil until the first fetch succeeds
	failed  atomic.Bool          // whether the last fetch failed
	flight  singleflight.Group
	loop    sync.WaitGroup

	mu       sync.Mutex
	nextByID time.Time // when an unknown kid may cause a fetch again
}

// errTooSoon says that an unknown kid caused a fetch so recently that this one doesn't.
var errTooSoon = errors.New("the key set was asked too recently")

// newKeySet starts the first fetch and the background loop, and waits for neither: a tenant whose keys can't be reached
// must not keep the process from starting.
func newKeySet(ctx context.Context, tenant, url string, client *http.Client, opts Options) *keySet {
	ctx, end := context.WithCancel(ctx)
	s := &keySet{
		tenant: tenant, url: url, client: client, limits: opts.Limits, now: opts.Now, log: opts.Log, ctx: ctx, end: end,
	}
	first := s.flight.DoChan("", s.fetch) // before any request can ask, so that the first ones join it
	s.loop.Go(func() { s.refresh(first) })
	return s
}

// close stops the loop and waits for it and for a fetch under way.
func (s *keySet) close() {
	s.end()
	s.loop.Wait()
	_, _, _ = s.flight.Do("", func() (any, error) { return nil, s.ctx.Err() }) // joins the one under way
}

// refresh fetches the keys until the set is closed.
func (s *keySet) refresh(flight <-chan singleflight.Result) {
	failing := false
	for {
		select {
		case <-s.ctx.Done():
			return
		case r := <-flight:
			if !errors.Is(r.Err, errTooSoon) { // a request's flight, joined: no fetch
				failing = s.note(failing, r.Err)
			}
		}
		if !s.pause(failing) {
			return
		}
		flight = s.flight.DoChan("", s.fetch)
	}
}

// note logs when fetches begin to fail and when they succeed again, and returns whether they fail now.
func (s *keySet) note(failing bool, err error) bool {
	switch {
	case err != nil && !failing:
		s.log.Warn("the signing keys can't be read; those known go on serving", "tenant", s.tenant,
			"retry", s.limits.KeySetRetry, "until", s.limits.KeySetAge, "error", err)
	case err == nil && failing:
		s.log.Info("the signing keys are read again", "tenant", s.tenant)
	}
	return err != nil
}

// pause waits for the next fetch; false means that the set was closed.
func (s *keySet) pause(failing bool) bool {
	wait := s.limits.KeySetRefresh
	if failing {
		wait = s.limits.KeySetRetry
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-s.ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// lookup returns the key that a token names. An error is an *Error: Unauthorized for a key that the tenant doesn't
// have, Unavailable where that can't be told.
func (s *keySet) lookup(ctx context.Context, id keyID) (crypto.PublicKey, error) {
	if key, ok := s.find(id); ok {
		return key, nil
	}
	select {
	case r := <-s.flight.DoChan("", s.fetchByID):
		if key, ok := s.find(id); ok {
			return key, nil
		}
		if s.failed.Load() || s.current.Load() == nil {
			return nil, unavailable("the tenant's signing keys can't be read for now, try again", r.Err)
		}
		return nil, unauthorized(fmt.Sprintf(
			"the access token's key is not one of the tenant's; the keys are asked for again at most every %s",
			s.limits.UnknownKeyEvery), r.Err)
	case <-ctx.Done():
		return nil, unavailable("the tenant's signing keys weren't read in time, try again", ctx.Err())
	}
}

func (s *keySet) find(id keyID) (crypto.PublicKey, bool) {
	k := s.current.Load()
	if k == nil || s.now().Sub(k.fetched) > s.limits.KeySetAge {
		return nil, false
	}
	key, ok := k.byID[id]
	return key, ok
}

// fetchByID fetches because of an unknown kid, unless that happened too recently.
func (s *keySet) fetchByID() (any, error) {
	if !s.mayFetch() {
		return nil, errTooSoon
	}
	return s.fetch()
}

func (s *keySet) mayFetch() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if now.Before(s.nextByID) {
		return false
	}
	s.nextByID = now.Add(s.limits.UnknownKeyEvery)
	return true
}

// fetch reads the key set. It has the shape that singleflight asks for.
func (s *keySet) fetch() (any, error) {
	byID, err := s.read()
	s.failed.Store(err != nil)
	if err != nil {
		return nil, fmt.Errorf("read signing keys: %w", err)
	}
	k := &keys{byID: byID, fetched: s.now()}
	s.current.Store(k)
	return k, nil
}

// count joins a fetch, or begins one, and returns how many keys it found.
func (s *keySet) count(ctx context.Context) (int, error) {
	select {
	case r := <-s.flight.DoChan("", s.fetch):
		if r.Err != nil {
			return 0, r.Err
		}
		return len(s.current.Load().byID), nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func (s *keySet) read() (map[keyID]crypto.PublicKey, error) {
	ctx, cancel := context.WithTimeout(s.ctx, s.limits.KeySetTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, http.NoBody)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/jwk-set+json, application/json")
	body, err := do(s.client, req, s.limits.KeySetBytes)
	if err != nil {
		return nil, err
	}
	return parseKeys(body, s.limits.KeySetKeys)
}

// parseKeys returns the keys of a set that can verify our algorithms. Others are passed over, as a set may hold keys
// for other purposes; a set without any of ours is an error, so that a broken answer doesn't take the old keys away.
func parseKeys(body []byte, limit int) (map[keyID]crypto.PublicKey, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &set); err != nil {
		return nil, fmt.Errorf("the key set is not JSON: %w", err)
	}
	if len(set.Keys) > limit {
		return nil, fmt.Errorf("the key set has %d keys, more than %d", len(set.Keys), limit)
	}
	byID := make(map[keyID]crypto.PublicKey, len(set.Keys))
	for _, raw := range set.Keys {
		id, key, ok := parseKey(raw)
		if _, twice := byID[id]; ok && !twice {
			byID[id] = key
		}
	}
	if len(byID) == 0 {
		return nil, errors.New("the key set has no key that could verify a token")
	}
	return byID, nil
}

func parseKey(raw json.RawMessage) (id keyID, key crypto.PublicKey, ok bool) {
	var m jwkset.JWKMarshal
	if json.Unmarshal(raw, &m) != nil || m.KID == "" || !forVerifying(m) {
		return keyID{}, nil, false
	}
	m.X5U, m.X5C, m.X5T, m.X5TS256 = "", nil, "", "" // certificates are neither fetched nor trusted
	jwk, err := jwkset.NewJWKFromMarshal(m, jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{})
	if err != nil {
		return keyID{}, nil, false
	}
	alg := algorithm(jwk.Key())
	if alg == "" || m.ALG != "" && m.ALG.String() != alg {
		return keyID{}, nil, false
	}
	return keyID{alg, m.KID}, jwk.Key(), true
}

func forVerifying(m jwkset.JWKMarshal) bool {
	return (m.USE == "" || m.USE == jwkset.UseSig) &&
		(len(m.KEYOPS) == 0 || slices.Contains(m.KEYOPS, jwkset.KeyOpsVerify))
}

// algorithm returns the one algorithm that the key is used with, or "" for a key that isn't used at all.
func algorithm(key any) string {
	switch k := key.(type) {
	case *rsa.PublicKey:
		if bits := k.N.BitLen(); bits >= minRSABits && bits <= maxRSABits {
			return algRS256
		}
	case *ecdsa.PublicKey:
		if k.Curve == elliptic.P256() {
			return algES256
		}
	}
	return ""
}
