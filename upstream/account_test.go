package upstream

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// fixed are credentials that never change.
type fixed string

func (f fixed) Authorize(context.Context) (string, error) { return string(f), nil }
func (f fixed) Invalidate(string)                         {}

func TestAccountCredentials(t *testing.T) {
	t.Parallel()
	var got []http.Header
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Clone())
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{}`))
	}))
	t.Cleanup(backend.Close)
	client, err := NewClient(Config{
		Backend: "telephony", BaseURL: backend.URL, Credentials: fixed("ours"), AuthHeader: "X-Auth-Token",
		Header:  http.Header{"version": {"2021-07-28"}},
		General: Bucket{Kind: LeakyBucket, Size: 10, PerSecond: 10},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	route := &Route{Name: "telephony.read", Backend: "telephony", Method: http.MethodGet, Path: "/x", Authority: System}
	for _, call := range []Call{{Route: route}, {Route: route, Account: "7", Credentials: fixed("theirs")}} {
		if _, err := client.Do(t.Context(), call); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []string{"ours", "theirs"} {
		if token := got[i].Get("X-Auth-Token"); token != want {
			t.Errorf("call %d was authorised by %q, want %q", i, token, want)
		}
		if got[i].Get("Version") != "2021-07-28" || got[i].Get("Authorization") != "" {
			t.Errorf("call %d: headers %v", i, got[i])
		}
	}
}

func TestOnlySystemCallsTakeAnAccount(t *testing.T) {
	t.Parallel()
	client, err := NewClient(Config{
		Backend: "b", BaseURL: "http://b.invalid", General: Bucket{Kind: LeakyBucket, Size: 1, PerSecond: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	route := &Route{Name: "b.read", Backend: "b", Method: http.MethodGet, Path: "/x", Authority: Viewer, Else: ServiceUser}
	for _, call := range []Call{
		{Route: route, Token: "t", Account: "7"},
		{Route: route, Token: "t", Credentials: fixed("theirs")},
		{Route: route, As: ServiceUser, Account: "7"},
		{Route: route, As: ServiceUser, Credentials: fixed("theirs")},
	} {
		if _, err := client.Do(t.Context(), call); KindOf(err) != Misused {
			t.Errorf("%v, want misused", err)
		}
	}
}

func TestGrantedBuckets(t *testing.T) {
	t.Parallel()
	own := &Route{Name: "b.own", Bucket: Bucket{Kind: FixedWindow, Size: 5, Window: time.Second}}
	plain := &Route{Name: "b.plain"}
	client := func(buckets map[string]Bucket) (*Client, error) {
		return NewClient(Config{
			Backend: "b", BaseURL: "http://b.invalid", Buckets: buckets,
			General: Bucket{Kind: LeakyBucket, Size: 20, PerSecond: 4},
		})
	}
	c, err := client(map[string]Bucket{own.Name: {}, plain.Name: {Kind: Semaphore, Size: 1}})
	if err != nil {
		t.Fatal(err)
	}
	third := &Route{Name: "b.third"}
	if c.gate(Call{Route: own}) != c.gate(Call{Route: third}) {
		t.Error("a route without a limit of its own does not share the general bucket")
	}
	if c.gate(Call{Route: plain}) == c.gate(Call{Route: third}) {
		t.Error("a granted limit is not the route's own")
	}
	if _, err := client(map[string]Bucket{own.Name: {Kind: LeakyBucket}}); err == nil {
		t.Error("a bucket without a size was accepted")
	}
}
