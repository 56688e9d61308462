package auth

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// pass lets time go by in a synctest bubble, whose clock jumps.
func pass(d time.Duration) { <-time.After(d) }

// slowSet serves a key set in a synctest bubble: each fetch takes as long as the test says, in the bubble's time.
type slowSet struct {
	mu    sync.Mutex
	takes time.Duration
	body  string
	at    []time.Duration // of each fetch, since the start
	began time.Time
}

func (s *slowSet) roundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	takes, body := s.takes, s.body
	s.at = append(s.at, time.Since(s.began))
	s.mu.Unlock()
	select {
	case <-r.Context().Done():
		return nil, r.Context().Err()
	case <-time.After(takes):
	}
	if body == "" {
		return answering(http.StatusServiceUnavailable, ""), nil
	}
	return answering(http.StatusOK, body), nil
}

func (s *slowSet) set(takes time.Duration, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.takes, s.body = takes, body
}

func (s *slowSet) fetches() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprint(s.at)
}

func (s *slowSet) tenant() TenantConfig {
	s.began = time.Now()
	return TenantConfig{
		Name: "acme", JWKSURL: "http://keys.invalid/jwks", HTTP: &http.Client{Transport: roundTrip(s.roundTrip)},
	}
}

func TestSlowKeysDelayNobodyWhoseKeyIsKnown(t *testing.T) {
	set := jwks("one", keyOne())
	keyTwo()
	synctest.Test(t, func(t *testing.T) {
		source := &slowSet{body: set}
		a := start(t, source.tenant(), Options{})
		synctest.Wait() // the first fetch
		source.set(time.Hour, set)
		exp := jwt.MapClaims{"exp": time.Now().Add(never).Unix()}
		ask := func(kid string, code Code, want time.Duration) {
			t.Helper()
			began := time.Now()
			_, err := a.Authenticate(t.Context(), bearerHeader(rs256(kid, keyOne(), goodClaims(exp))))
			if took := time.Since(began); took != want {
				t.Errorf("kid %s took %s, want %s", kid, took, want)
			}
			if code == 0 && err == nil {
				return
			}
			wantRefusal(t, err, code)
		}
		go ask("two", Unavailable, 5*time.Second) // fetches, until the fetch's own deadline
		synctest.Wait()
		ask("one", 0, 0)
		pass(5 * time.Second)
		synctest.Wait()
		ask("two", Unavailable, 0) // within the limit's time: no fetch, and no wait for one
		a.Close()
	})
}

// TestAHerdOfUnknownKids at an endpoint that is slow costs one fetch, and delays nobody whose key is known; a new key is
// found by that one fetch for all who wait for it.
func TestAHerdOfUnknownKids(t *testing.T) {
	set := jwks("one", keyOne())
	rotated := jwks("one", keyOne(), "new", keyTwo())
	synctest.Test(t, func(t *testing.T) {
		source := &slowSet{body: set}
		a := start(t, source.tenant(), Options{})
		synctest.Wait() // the first fetch
		source.set(3*time.Second, rotated)
		exp := jwt.MapClaims{"exp": time.Now().Add(never).Unix()}
		ask := func(token string, code Code, want time.Duration) {
			began := time.Now()
			_, err := a.Authenticate(t.Context(), bearerHeader(token))
			if took := time.Since(began); took != want {
				t.Errorf("took %s, want %s", took, want)
			}
			if code == 0 && err == nil {
				return
			}
			wantRefusal(t, err, code)
		}
		known, found := rs256("one", keyOne(), goodClaims(exp)), rs256("new", keyTwo(), goodClaims(exp))
		for i := range 100 {
			forged := rs256(fmt.Sprintf("forged-%d", i), keyTwo(), goodClaims(exp))
			go ask(forged, Unauthorized, 3*time.Second)
			go ask(found, 0, 3*time.Second)
		}
		synctest.Wait()
		ask(known, 0, 0)
		pass(3 * time.Second)
		synctest.Wait()
		ask(found, 0, 0)
		if got, want := source.fetches(), "[0s 0s]"; got != want {
			t.Errorf("fetches at %s, want %s", got, want)
		}
		a.Close()
	})
}

// TestADroppedKeyServesNoLongerThanARefresh: nobody asks for an unknown key, and still it ends.
func TestADroppedKeyServesNoLongerThanARefresh(t *testing.T) {
	both, rest := jwks("one", keyOne(), "two", keyTwo()), jwks("two", keyTwo())
	synctest.Test(t, func(t *testing.T) {
		source := &slowSet{body: both}
		a := start(t, source.tenant(), Options{})
		synctest.Wait()
		dropped := bearerHeader(rs256("one", keyOne(), goodClaims(jwt.MapClaims{"exp": time.Now().Add(never).Unix()})))
		source.set(0, rest)
		pass(DefaultLimits().KeySetRefresh - time.Second)
		if _, err := a.Authenticate(t.Context(), dropped); err != nil {
			t.Errorf("before the refresh: %v", err)
		}
		pass(2 * time.Second)
		synctest.Wait()
		_, err := a.Authenticate(t.Context(), dropped)
		wantRefusal(t, err, Unauthorized)
		a.Close()
	})
}

func TestRequestsOwnDeadlineEndsTheWaitForKeys(t *testing.T) {
	keyOne()
	synctest.Test(t, func(t *testing.T) {
		source := &slowSet{takes: time.Hour}
		a := start(t, source.tenant(), Options{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		_, err := a.Authenticate(ctx, bearerHeader(rs256("one", keyOne(), goodClaims(nil))))
		wantRefusal(t, err, Unavailable)
		if took := time.Since(began); took != time.Second || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("took %s: %v", took, err)
		}
		a.Close()
	})
}

func TestBackgroundRefresh(t *testing.T) {
	set := jwks("one", keyOne())
	synctest.Test(t, func(t *testing.T) {
		source := &slowSet{body: set}
		var log bytes.Buffer
		cfg := source.tenant()
		a := start(t, cfg, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
		pass(31 * time.Minute) // 0, 15m, 30m
		source.set(0, "")
		pass(14*time.Minute + 40*time.Second) // 45m fails, 45m15s fails, 45m30s fails
		source.set(0, set)
		pass(time.Minute) // 45m45s succeeds
		synctest.Wait()
		if got, want := source.fetches(), "[0s 15m0s 30m0s 45m0s 45m15s 45m30s 45m45s]"; got != want {
			t.Errorf("fetches at %s, want %s", got, want)
		}
		a.Close()
		closed := source.fetches()
		pass(time.Hour)
		if got := source.fetches(); got != closed {
			t.Errorf("fetches after Close: %s", got)
		}
		if got := strings.Count(log.String(), "\n"); got != 2 {
			t.Errorf("%d log lines, want one when it fails and one when it recovers:\n%s", got, log.String())
		}
		if strings.Contains(log.String(), "keys.invalid") || !strings.Contains(log.String(), "status 503") {
			t.Errorf("log = %s", log.String())
		}
	})
}

func TestCloseEndsAFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &slowSet{takes: time.Hour}
		a := start(t, source.tenant(), Options{Limits: Limits{KeySetTimeout: 2 * time.Hour}})
		synctest.Wait()
		began := time.Now()
		a.Close()
		if took := time.Since(began); took != 0 {
			t.Errorf("Close took %s", took)
		}
	})
}

func TestEndOfContextStopsTheRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &slowSet{}
		ctx, cancel := context.WithCancel(t.Context())
		if _, err := NewAuthenticator(ctx, source.tenant(), Options{}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		cancel() // and no Close: the bubble would not end if the loop went on
	})
}
