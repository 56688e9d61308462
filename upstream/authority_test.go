package upstream_test

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
)

// TestInWhoseName: each call carries the header of its own authority, and of no other.
func TestInWhoseName(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		call upstream.Call
		want string
	}{
		{"system", aRead(), "Bearer system"},
		{"system, said", upstream.Call{Route: readOne, As: upstream.System, Params: map[string]string{"id": "7"}}, "Bearer system"},
		{"viewer", upstream.Call{Route: readMine, Token: "mine"}, "Bearer mine"},
		{"viewer first", upstream.Call{Route: readOurs, Token: "mine"}, "Bearer mine"},
		{"service user else", upstream.Call{Route: readOurs, As: upstream.ServiceUser}, "Bearer person"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := serve(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, `{}`) })
				c := b.client(t, func(cfg *upstream.Config) {
					cfg.Credentials, cfg.ServiceUser = upstream.Static("Bearer system"), upstream.Static("Bearer person")
				})
				if _, err := c.Do(t.Context(), tc.call); err != nil {
					t.Fatal(err)
				}
				if got := b.arrivals()[0].header.Get("Authorization"); got != tc.want {
					t.Errorf("sent as %q, want %q", got, tc.want)
				}
			})
		})
	}
}

// TestErrorsSayInWhoseName, so that whose authority was refused is known to who tells it.
func TestErrorsSayInWhoseName(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, status(http.StatusForbidden))
		c := b.client(t, func(cfg *upstream.Config) { cfg.ServiceUser = upstream.Static("Bearer person") })
		for _, tc := range []struct {
			call  upstream.Call
			as    upstream.Authority
			needs []upstream.Authority
		}{
			{aRead(), upstream.System, nil},
			{upstream.Call{Route: readMine, Token: "mine"}, upstream.Viewer, nil},
			{upstream.Call{Route: readOurs, As: upstream.ServiceUser}, upstream.ServiceUser, nil},
			{upstream.Call{Route: readOurs}, upstream.Viewer, []upstream.Authority{upstream.Viewer, upstream.ServiceUser}},
		} {
			_, err := c.Do(t.Context(), tc.call)
			failed, ok := errors.AsType[*upstream.Error](err)
			if !ok || failed.Authority != tc.as {
				t.Errorf("%v: as %q, want %q", err, failed.Authority, tc.as)
				continue
			}
			if diff := cmp.Diff(tc.needs, failed.Needs); diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		}
	})
}
