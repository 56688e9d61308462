package twilio_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/twilio"
)

const readSub = parent + " /2010-04-01/Accounts/" + sub + ".json"

func installations(t *testing.T, c *twilio.Client, accounts *upstream.Accounts, sid string) error {
	t.Helper()
	_, err := c.Do(t.Context(), upstream.Call{Route: twilio.ListInstalledAddOns, Account: sid, Credentials: accounts.For(sid)})
	return err
}

func TestAccountCredentials(t *testing.T) {
	t.Parallel()
	got, err := twilio.AccountCredentials("AC1", "token").Authorize(t.Context())
	if err != nil || got != "Basic QUMxOnRva2Vu" {
		t.Errorf("%q, %v", got, err)
	}
	for _, half := range []upstream.Credentials{twilio.AccountCredentials("", "token"), twilio.AccountCredentials("AC1", "")} {
		if _, err := half.Authorize(t.Context()); err == nil {
			t.Error("half an account is authorised")
		}
	}
}

// TestSubaccountIsReadOnce: as the parent, and then called as itself.
func TestSubaccountIsReadOnce(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	c := client(t, b, b)
	accounts := twilio.SubaccountCredentials(twilio.SubaccountsConfig{Client: c})
	for range 2 {
		if err := installations(t, c, accounts, sub); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{readSub, sub + " /v1/InstalledAddOns", sub + " /v1/InstalledAddOns"}
	if diff := cmp.Diff(want, b.seen()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSubaccountIsSharedByAllWhoWait(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	accounts := twilio.SubaccountCredentials(twilio.SubaccountsConfig{Client: client(t, b, b)})
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if _, err := accounts.For(sub).Authorize(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if seen := b.seen(); len(seen) != 1 {
		t.Errorf("read %d times", len(seen))
	}
}

// TestChangedToken: a 401 reads the account again, once, and the call succeeds.
func TestChangedToken(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	c := client(t, b, b)
	accounts := twilio.SubaccountCredentials(twilio.SubaccountsConfig{Client: c})
	if err := installations(t, c, accounts, sub); err != nil {
		t.Fatal(err)
	}
	b.set(func() { b.tokens[sub] = "sub-s3cret-2"; b.calls = nil })
	if err := installations(t, c, accounts, sub); err != nil {
		t.Fatal(err)
	}
	want := []string{sub + " /v1/InstalledAddOns", readSub, sub + " /v1/InstalledAddOns"}
	if diff := cmp.Diff(want, b.seen()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTokensAreReadAgain(t *testing.T) {
	t.Parallel()
	b, c := newBackend(t), &clock{at: time.Now()}
	accounts := twilio.SubaccountCredentials(twilio.SubaccountsConfig{Client: client(t, b, b), Now: c.now})
	for range 2 {
		if _, err := accounts.For(sub).Authorize(t.Context()); err != nil {
			t.Fatal(err)
		}
		c.pass(2 * time.Hour)
	}
	if seen := b.seen(); len(seen) != 2 {
		t.Errorf("read %d times in two hours", len(seen))
	}
}

// TestAccountsAreApart: each its own token.
func TestAccountsAreApart(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	accounts := twilio.SubaccountCredentials(twilio.SubaccountsConfig{Client: client(t, b, b)})
	one, err := accounts.For(sub).Authorize(t.Context())
	other, err2 := accounts.For("ACother").Authorize(t.Context())
	if err := errors.Join(err, err2); err != nil || one == other {
		t.Errorf("the same header for two accounts, %v", err)
	}
}

// TestUnusableAccounts: each is a fault of the credentials, never an answer to the call that needed them, and says nothing
// of what the backend wrote.
func TestUnusableAccounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		status int
		body   string
		want   upstream.Kind
	}{
		{"another account", 0, `{"sid":"ACother","auth_token":"` + secret + `"}`, upstream.MalformedReply},
		{"no token", 0, `{"sid":"` + sub + `","auth_token":""}`, upstream.MalformedReply},
		{"no sid", 0, `{"auth_token":"` + secret + `"}`, upstream.MalformedReply},
		{"no account", 0, `["` + secret + `"]`, upstream.MalformedReply},
		{"unknown", http.StatusNotFound, "", upstream.Unauthenticated},
		{"not the parent's", http.StatusForbidden, "", upstream.Unauthenticated},
		{"away", http.StatusServiceUnavailable, "", upstream.Unavailable},
		{"limited", http.StatusTooManyRequests, "", upstream.RateLimited},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t)
			b.set(func() { b.status, b.account = c.status, c.body })
			client := client(t, b, b)
			err := installations(t, client, twilio.SubaccountCredentials(twilio.SubaccountsConfig{Client: client}), sub)
			var e *upstream.Error
			if !errors.As(err, &e) || e.Kind != c.want || e.Route != twilio.ListInstalledAddOns.Name {
				t.Errorf("%v, want %s", err, c.want)
			}
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%v", err)
			}
			if slices.Contains(b.seen(), sub+" /v1/InstalledAddOns") {
				t.Error("called all the same")
			}
		})
	}
}

func TestCredentialsAreNotPrinted(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	accounts := twilio.SubaccountCredentials(twilio.SubaccountsConfig{Client: client(t, b, b)})
	if _, err := accounts.For(sub).Authorize(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{accounts.For(sub), twilio.AccountCredentials(parent, parentToken)} {
		for _, verb := range []string{"%v", "%+v", "%#v"} {
			if text := fmt.Sprintf(verb, v); strings.Contains(text, "s3cret") || strings.Contains(text, "Basic") {
				t.Errorf("%s of %T prints %s", verb, v, text)
			}
		}
	}
}
