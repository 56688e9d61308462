package upstream_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/marketgraph/marketgraph/upstream"
)

func keeperOf(fetch func(context.Context) (upstream.Grant, error)) upstream.Credentials {
	return upstream.NewKeeper(upstream.KeeperConfig{Name: "account 7", Fetch: fetch})
}

// TestFetchKinds: a kind that speaks of the account must not be taken for one of the call that needed it.
func TestFetchKinds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ of, want upstream.Kind }{
		{upstream.Unauthenticated, upstream.Unauthenticated},
		{upstream.Forbidden, upstream.Unauthenticated},
		{upstream.NotFound, upstream.Unauthenticated},
		{upstream.Refused, upstream.Unauthenticated},
		{upstream.RateLimited, upstream.RateLimited},
		{upstream.Unavailable, upstream.Unavailable},
		{upstream.Paced, upstream.Paced},
		{upstream.MalformedReply, upstream.MalformedReply},
	} {
		k := keeperOf(func(context.Context) (upstream.Grant, error) {
			return upstream.Grant{}, fmt.Errorf("s3cret: %w", &upstream.Error{Kind: c.of, Status: 418})
		})
		_, err := k.Authorize(t.Context())
		var ce *upstream.CredentialsError
		if !errors.As(err, &ce) || ce.Kind != c.want || ce.Status != 418 || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v, want %s", c.of, err, c.want)
		}
	}
}

func TestFetchWithoutAKind(t *testing.T) {
	t.Parallel()
	k := keeperOf(func(context.Context) (upstream.Grant, error) { return upstream.Grant{}, errors.New("s3cret") })
	_, err := k.Authorize(t.Context())
	var ce *upstream.CredentialsError
	if !errors.As(err, &ce) || ce.Kind != upstream.Unavailable || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("%v, want unavailable", err)
	}
}

func TestUnusableHeaders(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"", "Bearer a\r\nX-Evil: 1", "Bearer a\x00", "Bearer é"} {
		k := keeperOf(func(context.Context) (upstream.Grant, error) { return upstream.Grant{Header: header}, nil })
		var ce *upstream.CredentialsError
		if _, err := k.Authorize(t.Context()); !errors.As(err, &ce) || ce.Kind != upstream.MalformedReply {
			t.Errorf("%q: %v, want malformed", header, err)
		}
		if _, err := upstream.Static(header).Authorize(t.Context()); !errors.As(err, &ce) || ce.Kind != upstream.Unauthenticated {
			t.Errorf("static %q: %v, want unauthenticated", header, err)
		}
	}
}

// TestFetchIsNobodysCall: a fetch serves many operations, so none of them pays for it, and none of them ends it.
func TestFetchIsNobodysCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begun, release := make(chan struct{}), make(chan struct{})
		k := keeperOf(func(ctx context.Context) (upstream.Grant, error) {
			if upstream.BudgetFrom(ctx) != nil {
				t.Error("the fetch has an operation's budget")
			}
			close(begun)
			select {
			case <-release:
				return upstream.Grant{Header: "Bearer 1", Life: time.Hour}, nil
			case <-ctx.Done():
				return upstream.Grant{}, ctx.Err()
			}
		})
		ctx, cancel := context.WithCancel(upstream.WithBudget(t.Context(), upstream.NewBudget(0)))
		var first error
		var wait sync.WaitGroup
		wait.Go(func() { _, first = k.Authorize(ctx) })
		<-begun
		cancel()
		wait.Wait()
		close(release)
		if got, err := k.Authorize(t.Context()); err != nil || got != "Bearer 1" {
			t.Errorf("%q, %v", got, err)
		}
		var ce *upstream.CredentialsError
		if !errors.As(first, &ce) || ce.Kind != upstream.Canceled {
			t.Errorf("the caller who left: %v", first)
		}
	})
}

func TestGrantsAreNotPrinted(t *testing.T) {
	t.Parallel()
	const secret = "Bearer s3cret"
	grant := upstream.Grant{Header: secret}
	k := keeperOf(func(context.Context) (upstream.Grant, error) { return grant, nil })
	if _, err := k.Authorize(t.Context()); err != nil {
		t.Fatal(err)
	}
	accounts := upstream.NewAccounts(0, func(string) upstream.Credentials { return upstream.Static(secret) })
	accounts.For("a")
	holder := struct{ credentials upstream.Credentials }{upstream.Static(secret)} // fmt calls no methods in here
	for _, v := range []any{grant, k, upstream.Static(secret), accounts, holder} {
		for _, text := range []string{fmt.Sprint(v), fmt.Sprintf("%+v", v), fmt.Sprintf("%#v", v)} {
			if strings.Contains(text, "s3cret") {
				t.Errorf("%T prints %s", v, text)
			}
		}
	}
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	opened := map[string]int{}
	accounts := upstream.NewAccounts(2, func(account string) upstream.Credentials {
		opened[account]++
		return upstream.Static("Bearer " + account)
	})
	for _, account := range []string{"a", "b", "a", "b"} {
		if got, err := accounts.For(account).Authorize(t.Context()); err != nil || got != "Bearer "+account {
			t.Errorf("%s: %q, %v", account, got, err)
		}
	}
	if opened["a"] != 1 || opened["b"] != 1 {
		t.Errorf("opened %v", opened)
	}
	accounts.For("c") // forgets one of the two
	accounts.For("c")
	accounts.For("a")
	accounts.For("b")
	if opened["c"] != 1 || opened["a"]+opened["b"] < 3 {
		t.Errorf("opened %v: more than two are kept", opened)
	}
}

func TestFormBodies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := serve(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, `{}`) })
		route := &upstream.Route{
			Name: "b.form", Backend: "b", Method: "POST", Path: "/things", Authority: upstream.System, Form: true,
		}
		if _, err := b.client(t).Do(t.Context(), upstream.Call{Route: route, Body: []byte("a=1")}); err != nil {
			t.Fatal(err)
		}
		got := b.arrivals()[0]
		if got.body != "a=1" || got.header.Get("Content-Type") != "application/x-www-form-urlencoded" {
			t.Errorf("sent %q as %q", got.body, got.header.Get("Content-Type"))
		}
	})
}
