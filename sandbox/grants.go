package sandbox

import (
	"cmp"
	"crypto/rand"
	"maps"
	"sync"
	"time"
)

// maxGrants bounds the codes and refresh tokens a tenant remembers at once.
const maxGrants = 10_000

// grant is what an authorization code or a refresh token stands for.
type grant struct {
	client    string
	email     string // of the user who granted
	scopes    []string
	redirect  string // codes only: must be repeated at the token endpoint
	challenge string // codes only: PKCE S256 challenge, empty when none was sent
	nonce     string // codes only: for the ID token
	refresh   bool   // true: a refresh token, not a code
	expires   time.Time

	family  string // refresh tokens only: the first of those that replaced each other
	parent  string // refresh tokens only: the one that it replaced, empty for the first
	retired bool   // its successor was used
}

// grantStore remembers grants until they are used or expire.
type grantStore struct {
	now func() time.Time

	mu     sync.Mutex
	grants map[string]grant
}

// newGrantStore starts empty.
func newGrantStore(now func() time.Time) *grantStore {
	return &grantStore{now: now, grants: map[string]grant{}}
}

// put remembers a grant under a fresh secret; false when there is no room.
func (s *grantStore) put(g grant) (string, bool) {
	lifetime := codeLifetime
	if g.refresh {
		lifetime = refreshLifetime
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if len(s.grants) >= maxGrants {
		maps.DeleteFunc(s.grants, func(_ string, old grant) bool { return !now.Before(old.expires) })
	}
	if len(s.grants) >= maxGrants {
		return "", false
	}
	g.expires = now.Add(lifetime)
	secret := rand.Text()
	g.family = cmp.Or(g.family, secret)
	s.grants[secret] = g
	return secret, true
}

// get looks a live grant up without using it.
func (s *grantStore) get(secret string, refresh bool) (grant, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.live(secret, refresh)
}

// take looks a live grant up and forgets it: of two takers one gets it.
func (s *grantStore) take(secret string, refresh bool) (grant, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, ok := s.live(secret, refresh)
	if ok {
		delete(s.grants, secret)
	}
	return g, ok
}

// rotate looks up a live refresh token that is going to be replaced; its parent is
// what the successor will have. From the first use of the successor on the old one is
// taken for stolen: whoever presents it ends the whole family. Until then it may be
// presented again, by who has not heard the answer.
func (s *grantStore) rotate(secret string) (grant, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, ok := s.live(secret, true)
	switch {
	case !ok:
		return grant{}, false
	case g.retired:
		maps.DeleteFunc(s.grants, func(_ string, other grant) bool { return other.family == g.family })
		return grant{}, false
	}
	if before, ok := s.grants[g.parent]; ok {
		before.retired = true
		s.grants[g.parent] = before
	}
	g.parent = secret
	return g, true
}

// live finds a grant of the right kind that has not expired; the caller holds
// the lock.
func (s *grantStore) live(secret string, refresh bool) (grant, bool) {
	g, ok := s.grants[secret]
	if !ok || g.refresh != refresh || !s.now().Before(g.expires) {
		return grant{}, false
	}
	return g, true
}
