package leadconnector_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/contract"
	"github.com/marketgraph/marketgraph/upstream/leadconnector"
)

const (
	agency      = "company123"
	agencyToken = "agency-s3cret"
	location    = "location123"
)

// backend issues a location's token number 1, 2, … and takes the last one only.
type backend struct {
	*httptest.Server

	mu     sync.Mutex
	issued map[string]int
	reply  string // when set, the answer to every exchange
	status int    // when set, its status
	calls  []string
	faults []string
}

func newBackend(t *testing.T) *backend {
	b := &backend{issued: map[string]int{}}
	b.Server = httptest.NewServer(http.HandlerFunc(b.serve))
	t.Cleanup(b.Close)
	t.Cleanup(func() {
		for _, fault := range b.faults {
			t.Error(fault)
		}
	})
	return b
}

func (b *backend) serve(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls = append(b.calls, r.Method+" "+r.URL.Path)
	if got := r.Header.Get("Version"); got != leadconnector.Version {
		b.faults = append(b.faults, fmt.Sprintf("%s with version %q", r.URL.Path, got))
	}
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path == leadconnector.IssueLocationToken.Path {
		b.issue(w, r)
		return
	}
	if r.Header.Get("Authorization") != b.header(location) {
		w.WriteHeader(http.StatusUnauthorized)
		io.WriteString(w, `{"statusCode":401,"message":"Invalid token: access token is invalid","error":"Unauthorized"}`)
		return
	}
	io.WriteString(w, `{"hasFunds":true}`)
}

func (b *backend) header(of string) string {
	return fmt.Sprintf("Bearer %s-s3cret-%d", of, b.issued[of])
}

// issue takes a form from the agency and from nobody else.
func (b *backend) issue(w http.ResponseWriter, r *http.Request) {
	of := r.PostFormValue("locationId")
	if r.Header.Get("Authorization") != "Bearer "+agencyToken || r.PostFormValue("companyId") != agency ||
		r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || of == "" || len(r.PostForm) != 2 {
		b.faults = append(b.faults, fmt.Sprintf("asked for a token with %v", r.PostForm))
	}
	switch {
	case b.status != 0:
		w.WriteHeader(b.status)
		io.WriteString(w, `{"statusCode":`+fmt.Sprint(b.status)+`,"message":"`+secret+`"}`)
	case b.reply != "":
		io.WriteString(w, b.reply)
	default:
		b.issued[of]++
		token := strings.TrimPrefix(b.header(of), "Bearer ")
		fmt.Fprintf(w, `{"access_token":%q,"token_type":"Bearer","expires_in":86399,"locationId":%q,"userId":"u"}`, token, of)
	}
}

func (b *backend) set(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f()
}

func (b *backend) seen() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.calls)
}

// client calls as the agency.
func client(t *testing.T, b *backend) *upstream.Client {
	t.Helper()
	c, err := upstream.NewClient(upstream.Config{
		Backend: leadconnector.Backend, BaseURL: b.URL, Client: "app", Bounds: upstream.Bounds{Attempts: 1}, General: leadconnector.General(), Quota: leadconnector.Quota(),
		Credentials: leadconnector.AgencyCredentials(agencyToken), Header: leadconnector.Header(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func locations(t *testing.T, b *backend, now func() time.Time) *upstream.Accounts {
	t.Helper()
	return leadconnector.LocationCredentials(leadconnector.LocationsConfig{Client: client(t, b), CompanyID: agency, Now: now})
}

func hasFunds(t *testing.T, c *upstream.Client, of *upstream.Accounts) error {
	t.Helper()
	_, err := c.Do(t.Context(), upstream.Call{Route: leadconnector.HasFunds, Account: location, Credentials: of.For(location)})
	return err
}

const (
	exchange = "POST /oauth/locationToken"
	funds    = "GET /marketplace/billing/charges/has-funds"
)

// TestLocationTokens: one exchange serves all calls, and a 401 is answered with one more.
func TestLocationTokens(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	c, of := client(t, b), locations(t, b, nil)
	for range 2 {
		if err := hasFunds(t, c, of); err != nil {
			t.Fatal(err)
		}
	}
	b.set(func() { b.issued[location] = 7 }) // somebody else was given tokens: ours is void
	if err := hasFunds(t, c, of); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{exchange, funds, funds, funds, exchange, funds}, b.seen()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLocationTokenIsSharedByAllWhoWait(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	of := locations(t, b, nil)
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if _, err := of.For(location).Authorize(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if diff := cmp.Diff([]string{exchange}, b.seen()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestLocationsAreApart: each its own token.
func TestLocationsAreApart(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	of := locations(t, b, nil)
	for _, id := range []string{"l1", "l2"} {
		if got, err := of.For(id).Authorize(t.Context()); err != nil || got != "Bearer "+id+"-s3cret-1" {
			t.Errorf("%s: %q, %v", id, got, err)
		}
	}
}

// TestLifeOfAToken: as stated, at most as documented, and five minutes where nothing sensible is stated.
func TestLifeOfAToken(t *testing.T) {
	t.Parallel()
	const day = 86_399 * time.Second
	if want := time.Duration(contract.Facts[facts](t, room).AccessTokenSeconds) * time.Second; want != day {
		t.Errorf("documented life %s", want)
	}
	for _, c := range []struct {
		states string
		life   time.Duration
	}{
		{`86399`, day},
		{`"86399"`, day},
		{`600`, 10 * time.Minute},
		{`600.9`, 10 * time.Minute},
		{`1e60`, day},
		{`9223372036854775807`, day},
		{`null`, 5 * time.Minute},
		{`0`, 5 * time.Minute},
		{`-1e60`, 5 * time.Minute},
	} {
		t.Run(c.states, func(t *testing.T) {
			t.Parallel()
			b, now := newBackend(t), time.Now()
			b.set(func() { b.reply = `{"access_token":"a","expires_in":` + c.states + `}` })
			at := now
			of := locations(t, b, func() time.Time { return at })
			for _, step := range []struct {
				after time.Duration
				calls int
			}{{0, 1}, {c.life - 61*time.Second, 1}, {c.life + time.Second, 2}} {
				at = now.Add(step.after)
				if _, err := of.For(location).Authorize(t.Context()); err != nil {
					t.Fatal(err)
				}
				if got := len(b.seen()); got != step.calls {
					t.Errorf("%d exchanges after %s, want %d", got, step.after, step.calls)
				}
			}
		})
	}
}

// TestUnusableGrants: each is a fault of the credentials, never an answer to the call that needed them, and says nothing
// of what the backend wrote.
func TestUnusableGrants(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		status int
		reply  string
		want   upstream.Kind
	}{
		{"another location", 0, `{"access_token":"` + secret + `","locationId":"other"}`, upstream.MalformedReply},
		{"no token", 0, `{"locationId":"` + location + `"}`, upstream.MalformedReply},
		{"a header in it", 0, `{"access_token":"a\r\nX: ` + secret + `"}`, upstream.MalformedReply},
		{"no grant", 0, `["` + secret + `"]`, upstream.MalformedReply},
		{"not of this agency", http.StatusBadRequest, "", upstream.Unauthenticated},
		{"agency's token void", http.StatusUnauthorized, "", upstream.Unauthenticated},
		{"unprocessable", http.StatusUnprocessableEntity, "", upstream.Unauthenticated},
		{"limited", http.StatusTooManyRequests, "", upstream.RateLimited},
		{"away", http.StatusInternalServerError, "", upstream.Unavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t)
			b.set(func() { b.status, b.reply = c.status, c.reply })
			err := hasFunds(t, client(t, b), locations(t, b, nil))
			var e *upstream.Error
			if !errors.As(err, &e) || e.Kind != c.want || e.Route != leadconnector.HasFunds.Name {
				t.Errorf("%v, want %s", err, c.want)
			}
			if strings.Contains(err.Error(), "s3cret") || slices.Contains(b.seen(), funds) {
				t.Errorf("%v, after %v", err, b.seen())
			}
		})
	}
}

func TestAgencyWithoutToken(t *testing.T) {
	t.Parallel()
	if _, err := leadconnector.AgencyCredentials("").Authorize(t.Context()); err == nil {
		t.Error("nobody is authorised")
	}
}

func TestTokensAreNotPrinted(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	of := locations(t, b, nil)
	if _, err := of.For(location).Authorize(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{of, of.For(location), leadconnector.AgencyCredentials(agencyToken)} {
		for _, verb := range []string{"%v", "%+v", "%#v"} {
			if text := fmt.Sprintf(verb, v); strings.Contains(text, "s3cret") {
				t.Errorf("%s of %T prints %s", verb, v, text)
			}
		}
	}
}

// TestPrintedGrant reads the sample of the exchange.
func TestPrintedGrant(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.set(func() { b.reply = string(room.Sample(t, "location-token")) })
	got, err := locations(t, b, nil).For("l1C08ntBrFjLS0elLIYU").Authorize(t.Context())
	if err != nil || got != "Bearer ab12dc0ae1234a7898f9ff06d4f69gh" {
		t.Errorf("%q, %v", got, err)
	}
}
