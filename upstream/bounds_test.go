package upstream_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
)

func TestBounds(t *testing.T) {
	t.Parallel()
	got, err := upstream.Bounds{Attempts: 7}.WithDefaults()
	want := upstream.DefaultBounds()
	want.Attempts = 7
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%v\n%s", err, d)
	}
	for _, b := range []upstream.Bounds{
		{ConnectTimeout: -1},
		{HeaderTimeout: -1},
		{WriteTimeout: -1},
		{BodyTimeout: -1},
		{MaxBody: -1},
		{Attempts: -1},
		{RetryShare: -1},
		{RetryShare: 1.1},
		{RetryShare: math.NaN()},
		{PerHost: -1},
		{BreakerShare: 1.1},
		{BreakerCalls: -1},
		{BreakerWindow: -1},
		{BreakerRest: -1},
	} {
		if _, err := b.WithDefaults(); err == nil {
			t.Errorf("%+v was taken", b)
		}
	}
}
