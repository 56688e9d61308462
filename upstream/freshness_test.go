package upstream_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/marketgraph/marketgraph/upstream"
)

func TestFreshness(t *testing.T) {
	t.Parallel()
	for control, want := range map[string]struct {
		fresh time.Duration
		said  bool
	}{
		"":                       {},
		"public":                 {},
		"max-age=60":             {60 * time.Second, true},
		"private, Max-Age=\"7\"": {7 * time.Second, true},
		"max-age=0":              {0, true},
		"max-age=soon":           {0, true},
		"max-age=-1":             {0, true},
		"max-age=99999999999999": {365 * 24 * time.Hour, true},
		"max-age=4000000000":     {365 * 24 * time.Hour, true},
		"max-age=60, no-store":   {0, true},
		"no-cache":               {0, true},
		// What stands on every documented reply of AppDirect says nothing of this one.
		"no-cache, no-store, max-age=0, must-revalidate": {},
		"no-cache, no-store":                             {0, true},
	} {
		fresh, said := upstream.Freshness(http.Header{"Cache-Control": {control}})
		if fresh != want.fresh || said != want.said {
			t.Errorf("%q: %v, %t; want %v, %t", control, fresh, said, want.fresh, want.said)
		}
	}
	for age, want := range map[string]time.Duration{"": time.Minute, "20": 40 * time.Second, "60": 0, "600": 0, "odd": time.Minute} {
		if fresh, said := upstream.Freshness(http.Header{"Cache-Control": {"max-age=60"}, "Age": {age}}); fresh != want || !said {
			t.Errorf("with an age of %q: %v, %t; want %v", age, fresh, said, want)
		}
	}
}

func TestGrace(t *testing.T) {
	t.Parallel()
	for _, r := range []struct{ fresh, hard, want time.Duration }{
		{0, 0, 0}, {time.Minute, time.Hour, 4 * time.Minute}, {time.Minute, 3 * time.Minute, 2 * time.Minute}, {time.Minute, time.Minute, 0},
	} {
		if got := (&upstream.Route{Fresh: r.fresh, Hard: r.hard}).Grace(); got != r.want {
			t.Errorf("fresh for %v, kept for %v: grace %v, want %v", r.fresh, r.hard, got, r.want)
		}
	}
}
