package server

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"
)

// TestStaleIsTold: an answer made of a stale reply says so, and nobody may keep it.
func TestStaleIsTold(t *testing.T) {
	t.Parallel()
	var later atomic.Int64
	g := start(t, Options{Now: func() time.Time { return time.Now().Add(time.Duration(later.Load())) }})
	g.answers("/channel/v1/applications", products)
	const document = `{ shop: products(first: 1) { nodes { name } } }`
	fresh := g.get(t, "", document)
	g.on("/channel/v1/applications", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	for _, step := range []struct {
		age    time.Duration
		reason string
	}{{10 * time.Minute, "REFRESHING"}, {40 * time.Minute, "UNANSWERED"}} {
		later.Store(int64(step.age))
		got := g.get(t, "", document)
		if string(got.Data) != string(fresh.Data) || got.header.Get("Cache-Control") != "public, no-cache" {
			t.Errorf("after %v: %s, %s; want %s, not to be kept", step.age, got.text, got.header.Get("Cache-Control"), fresh.Data)
		}
		list := got.Extensions.Staleness
		if len(list) != 1 || len(list[0].Path) != 1 || list[0].Path[0] != "shop" || list[0].Backend != "appdirect" ||
			list[0].Reason != step.reason || list[0].AgeMs < step.age.Milliseconds() {
			t.Errorf("after %v: told %+v", step.age, list)
		}
	}
}
