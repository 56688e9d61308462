package upstream_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/marketgraph/marketgraph/upstream"
)

// inBoth is a client of an account with a bucket and a quota.
func inBoth(general, quota upstream.Bucket) func(*upstream.Config) {
	return func(cfg *upstream.Config) { cfg.General, cfg.Quota, cfg.Attempts = general, quota, 1 }
}

func kindOf(ctx context.Context, c *upstream.Client, account string) upstream.Kind {
	call := aRead()
	call.Account = account
	_, err := c.Do(ctx, call)
	return upstream.KindOf(err)
}

var daily = upstream.Bucket{Kind: upstream.DailyQuota, Size: 3}

// TestQuota: calls count in the quota beside their bucket, account by account, and a spent one refuses at once.
func TestQuota(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, `{}`) })
		c := b.client(t, inBoth(wide, daily))
		for range 3 {
			if kind := kindOf(t.Context(), c, "a"); kind != 0 {
				t.Fatal(kind)
			}
		}
		begin := time.Now()
		if kind := kindOf(t.Context(), c, "a"); kind != upstream.Paced || time.Since(begin) > 0 {
			t.Errorf("%v after %s, want paced at once", kind, time.Since(begin))
		}
		if kind := kindOf(t.Context(), c, "b"); kind != 0 {
			t.Errorf("another account: %v", kind)
		}
		time.Sleep(25 * time.Hour)
		if kind := kindOf(t.Context(), c, "a"); kind != 0 {
			t.Errorf("a day later: %v", kind)
		}
		if got := len(b.arrivals()); got != 5 {
			t.Errorf("%d calls arrived, want 5", got)
		}
	})
}

// TestQuotaIsGivenBack: a call that its bucket refuses was never sent, and must not count for the day.
func TestQuotaIsGivenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, `{}`) })
		c := b.client(t, inBoth(upstream.Bucket{Kind: upstream.FixedWindow, Size: 1, Window: 10 * time.Second}, daily))
		for i := range 3 {
			if kind := kindOf(t.Context(), c, "a"); kind != 0 {
				t.Fatalf("call %d: %v", i, kind)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if kind := kindOf(ctx, c, "a"); kind != upstream.Paced {
				t.Errorf("%v, want paced", kind)
			}
			cancel()
			time.Sleep(11 * time.Second)
		}
	})
}

// TestLimitedAllTheSame: a 429 rests the bucket and counts for the day.
func TestLimitedAllTheSame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, 429, `{}`) })
		c := b.client(t, inBoth(wide, daily))
		for range 3 {
			if kind := kindOf(t.Context(), c, "a"); kind != upstream.RateLimited {
				t.Fatal(kind)
			}
			time.Sleep(time.Minute)
		}
		if kind := kindOf(t.Context(), c, "a"); kind != upstream.Paced {
			t.Errorf("%v, want paced", kind)
		}
	})
}

func TestQuotaIsValidated(t *testing.T) {
	t.Parallel()
	_, err := upstream.NewClient(upstream.Config{
		Backend: "b", BaseURL: "http://b.invalid", General: wide, Quota: upstream.Bucket{Kind: upstream.DailyQuota},
	})
	if err == nil {
		t.Error("a quota of no calls is taken")
	}
}
