//go:build pages

package main

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/marketgraph/marketgraph/limits"
)

// naive is what answers pages without batches, cache or pacing: it makes a call for each thing that a page shows, and keeps
// its tokens only. Where a backend has no room it waits as long as it is told to, and asks again. It has as long for a page
// as the gateway has.
type naive struct {
	walk  *restWalk
	sends *persistent
}

// newNaive has looked up which accounts companies have elsewhere, as a gateway has that is configured with them.
func newNaive(t *testing.T, b *backends) *naive {
	t.Helper()
	n := &naive{sends: &persistent{next: b.client.Transport, until: time.Now().Add(patience)}}
	own := &backends{box: b.box, server: b.server, client: &http.Client{Transport: n.sends}, tokens: map[string]string{}}
	n.walk = newRESTWalk(t, own, "acme")
	return n
}

// page walks to a page.
func (n *naive) page(_ context.Context, t testing.TB, p *screen) bool {
	n.sends.until = time.Now().Add(limits.Default().Deadline)
	a := &attempt{TB: t}
	var got map[string]any
	var walk sync.WaitGroup
	walk.Go(func() { got = p.walk(a, n.walk) })
	walk.Wait()
	if a.late {
		return false
	}
	p.is(t, got)
	return true
}

// persistent sends a request until there is room for it, or no time left.
type persistent struct {
	next  http.RoundTripper
	until time.Time
}

// RoundTrip waits as long as the refusal says, a second where it does not say.
func (s *persistent) RoundTrip(r *http.Request) (*http.Response, error) {
	for {
		response, err := s.next.RoundTrip(r)
		if err != nil || response.StatusCode != http.StatusTooManyRequests {
			return response, err
		}
		_ = response.Body.Close()
		wait := max(time.Second, seconds(response.Header.Get("Retry-After")))
		if time.Now().Add(wait).After(s.until) {
			pause(r.Context(), time.Until(s.until))
			return nil, context.DeadlineExceeded
		}
		pause(r.Context(), wait)
		if r, err = anew(r); err != nil {
			return nil, err
		}
	}
}

// anew is the same request with its body from the beginning.
func anew(r *http.Request) (*http.Request, error) {
	out := r.Clone(r.Context())
	if r.GetBody == nil {
		return out, nil
	}
	var err error
	out.Body, err = r.GetBody()
	return out, err
}

// attempt is a part of a test that may come too late. That ends it, and fails nothing.
type attempt struct {
	testing.TB
	late bool
}

// Fatal ends the attempt.
func (a *attempt) Fatal(args ...any) {
	a.Helper()
	for _, arg := range args {
		if err, ok := arg.(error); ok && errors.Is(err, context.DeadlineExceeded) {
			a.late = true
			runtime.Goexit()
		}
	}
	a.TB.Fatal(args...)
}

// seconds are those of a header or a member; 0 for what is no number.
func seconds(written string) time.Duration {
	n, _ := strconv.ParseFloat(written, 64)
	return time.Duration(n * float64(time.Second))
}

// pause waits, or until the context ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
