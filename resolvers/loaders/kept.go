package loaders

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/upstream"
)

// CodecVersion names the form in which replies are kept. It changes with what kept
// and verdict make of them, so that a release reads only what it understands.
const CodecVersion = "2"

// refusedFresh is how long a backend's word stands that something is not there, or not
// for us: long enough for a page that asks again and again, and too short to be missed.
const refusedFresh = 5 * time.Second

// lifeOf is for how long a route's replies are served.
func lifeOf(r *upstream.Route) cache.Life {
	return cache.Life{Fresh: r.Fresh, Grace: r.Grace(), Hard: r.Hard}
}

// mostOf is what a reply's own header leaves of that; nil where it says nothing.
func mostOf(r *upstream.Route, h http.Header) *cache.Life {
	fresh, said := upstream.Freshness(h)
	if !said {
		return nil
	}
	most := lifeOf(r)
	most.Fresh = fresh
	return &most
}

// unanswered reports whether a call's failure says only that there is no answer now.
// What a backend has refused is an answer, and no older one is served instead.
func unanswered(err error) bool {
	silent := []upstream.Kind{upstream.Unavailable, upstream.Timeout, upstream.RateLimited, upstream.Paced, upstream.Tripped}
	return slices.Contains(silent, upstream.KindOf(err))
}

// unasked reports whether there was no call, for a reason that is its operation's alone.
func unasked(err error) bool { return upstream.KindOf(err) == upstream.BudgetSpent }

// What is kept of a refusal, in place of a reply: no JSON begins so.
const (
	keptMissing   = "\x00missing"
	keptForbidden = "\x00forbidden"
)

// verdict keeps a backend's word that what a path names is not there, or not for us.
// Any other failure is nothing to keep.
func verdict(route *upstream.Route, err error) (cache.Reply, error) {
	failed, ok := asCall(err)
	if !ok || failed.Status == 0 || !strings.Contains(route.Path, "{") {
		return cache.Reply{}, err
	}
	reply := cache.Reply{Most: &cache.Life{Fresh: refusedFresh}}
	switch failed.Kind {
	case upstream.NotFound:
		reply.Bytes = []byte(keptMissing)
	case upstream.Forbidden:
		reply.Bytes = []byte(keptForbidden)
	default:
		return cache.Reply{}, err
	}
	return reply, nil
}

// decoded makes of what is kept a value, or the refusal that it was.
func (s source[T]) decoded(kept []byte) (value T, err error) {
	switch {
	case bytes.Equal(kept, []byte(keptMissing)):
		return value, &cache.Verdict{Err: upstream.Answered(s.route, upstream.NotFound, nil)}
	case bytes.Equal(kept, []byte(keptForbidden)):
		return value, &cache.Verdict{Err: upstream.Answered(s.route, upstream.Forbidden, nil)}
	}
	return s.decode(kept)
}
