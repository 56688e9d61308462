package loaders

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// Routes of this test: what only viewers may ask, and what a service user may ask in their stead.
var (
	mine = &upstream.Route{
		Name: "appdirect.mine", Backend: appdirect.Backend, Method: http.MethodGet, Path: "/mine",
		Query: []string{"n"}, Authority: upstream.Viewer, Fresh: time.Minute, Hard: time.Minute, Tags: []string{"mine"},
	}
	orOurs = &upstream.Route{
		Name: "appdirect.either", Backend: appdirect.Backend, Method: http.MethodGet, Path: "/either",
		Query: []string{"n"}, Authority: upstream.Viewer, Else: upstream.ServiceUser, Fresh: time.Minute, Hard: time.Minute, Tags: []string{"mine"},
	}
	ourUser = &upstream.Route{
		Name: "appdirect.ours", Backend: appdirect.Backend, Method: http.MethodGet, Path: "/ours",
		Query: []string{"n"}, Authority: upstream.ServiceUser, Fresh: time.Minute, Hard: time.Minute, Tags: []string{"mine"},
	}
)

// whoami gives whose token a reply was fetched with.
func whoami(route *upstream.Route) source[string] {
	return source[string]{route, func(body []byte) (string, error) { return strings.Trim(string(body), "\"\n"), nil }}
}

// mirror answers everything with the token that it was asked with.
func mirror(t testing.TB, serviceUser bool) *Tenant {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reply(w, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	}))
	t.Cleanup(server.Close)
	client := newClient(t, server, appdirect.Backend, func(cfg *upstream.Config) {
		if serviceUser {
			cfg.ServiceUser = upstream.Static("Bearer person")
		}
	})
	tenant := newTenant(t, client)
	tenant.backends.ServiceUser = serviceUser
	return tenant
}

// TestAuthorityOrder: the first authority of a route that is at hand asks, and where none is, the refusal names them.
func TestAuthorityOrder(t *testing.T) {
	t.Parallel()
	ann := viewer(t, "ann")
	for _, tc := range []struct {
		name        string
		route       *upstream.Route
		viewer      *auth.Viewer
		serviceUser bool
		want        string // whose token; "" for a refusal
		needs       []upstream.Authority
	}{
		{"a person", mine, ann, true, ann.AccessToken(), nil},
		{"a person first", orOurs, ann, true, ann.AccessToken(), nil},
		{"a person, for whom another is configured", ourUser, ann, true, "person", nil},
		{"a service has no person's token", orOurs, service(t), true, "person", nil},
		{"a visitor has none", orOurs, auth.Anonymous("acme"), true, "person", nil},
		{"a service without a service user", orOurs, service(t), false, "", []upstream.Authority{upstream.Viewer, upstream.ServiceUser}},
		{"a service's token is not forwarded", mine, service(t), true, "", []upstream.Authority{upstream.Viewer}},
		{"a visitor", mine, auth.Anonymous("acme"), true, "", []upstream.Authority{upstream.Viewer}},
		{"no service user", ourUser, ann, false, "", []upstream.Authority{upstream.ServiceUser}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := whoami(tc.route).get(t.Context(), New(mirror(t, tc.serviceUser), tc.viewer), ask{})
			var needs []upstream.Authority
			if failed, ok := errors.AsType[*upstream.Error](err); ok && failed.Kind == upstream.NoAuthority {
				needs = failed.Needs
			}
			if got != tc.want || (err == nil) != (tc.needs == nil) {
				t.Errorf("asked as %q, %v; want %q", got, err, tc.want)
			}
			if diff := cmp.Diff(tc.needs, needs); diff != "" {
				t.Errorf("(-needs +got):\n%s", diff)
			}
		})
	}
}

// TestServiceUsersRepliesAreShared in the tenant, and apart from the system's and from viewers'.
func TestServiceUsersRepliesAreShared(t *testing.T) {
	t.Parallel()
	tenant := mirror(t, true)
	scopes := map[string]bool{}
	for _, l := range []*Loaders{New(tenant, service(t)), New(tenant, auth.Anonymous("acme"))} {
		if got := l.scope(orOurs); got != tenant.serviceUser {
			t.Errorf("kept under %v", got)
		}
	}
	for _, route := range []*upstream.Route{mine, ourUser, appdirect.ReadCompany} {
		scopes[New(tenant, viewer(t, "ann")).scope(route).Authority()] = true
	}
	if len(scopes) != 3 {
		t.Errorf("three authorities keep under %v", scopes)
	}
}

// someone draws what a token says, out of so little that many say the same.
func someone(rt *rapid.T) (claims doc, authority string) {
	claims = doc{"active": true}
	for claim, values := range map[string][]string{
		"sub": {"ann", "bob"}, "client_id": {"shop", "app"}, "company": {"", "a", "b"}, "scope": {"ROLE_USER", "ROLE_USER ROLE_RESELLER"},
	} {
		claims[claim] = rapid.SampledFrom(values).Draw(rt, claim)
	}
	return claims, fmt.Sprint(claims["sub"], "/", claims["client_id"], "/", claims["company"], "/", claims["scope"])
}

// TestNoTwoViewersShareWhatTheirTokensFetched: whatever they ask at the same time or one after the other, through cache
// and flights, each is answered with what a token of the very same authority has fetched.
func TestNoTwoViewersShareWhatTheirTokensFetched(t *testing.T) {
	t.Parallel()
	tenant, owner := mirror(t, true), map[string]string{} // authorities by token
	rapid.Check(t, func(rt *rapid.T) {
		viewers := make([]*auth.Viewer, rapid.IntRange(2, 6).Draw(rt, "viewers"))
		for i := range viewers {
			claims, authority := someone(rt)
			token := fmt.Sprintf("opaque-token-%08d", len(owner)) // another session of its own for each
			viewers[i], owner[token] = authenticatedBy(t, token, claims), authority
		}
		n := strconv.Itoa(rapid.IntRange(1, 3).Draw(rt, "n"))
		var wg sync.WaitGroup
		for _, v := range viewers {
			for _, route := range []*upstream.Route{mine, orOurs} {
				wg.Go(func() {
					got, err := whoami(route).get(t.Context(), New(tenant, v), ask{query: url.Values{"n": {n}}})
					if want := owner[v.AccessToken()]; err != nil || owner[got] != want {
						t.Errorf("%s was answered what %q fetched: %v", want, owner[got], err)
					}
				})
			}
		}
		wg.Wait()
	})
}
