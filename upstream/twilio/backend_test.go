package twilio_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/twilio"
)

const (
	parent      = "ACparent"
	parentToken = "parent-s3cret"
	sub         = "ACsub"
)

// backend answers as one of the hosts: any account with its token, and its installations for the token that is good.
type backend struct {
	*httptest.Server

	mu      sync.Mutex
	tokens  map[string]string // by account
	account string            // when set, the body of every account
	status  int               // when set, the status of every account
	calls   []string          // user and path
}

func newBackend(t *testing.T) *backend {
	b := &backend{tokens: map[string]string{parent: parentToken, sub: "sub-s3cret-1", "ACother": "other-s3cret"}}
	b.Server = httptest.NewServer(http.HandlerFunc(b.serve))
	t.Cleanup(b.Close)
	return b
}

func (b *backend) serve(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	user, password, _ := r.BasicAuth()
	b.calls = append(b.calls, user+" "+r.URL.Path)
	w.Header().Set("Content-Type", "application/json")
	sid, isAccount := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/2010-04-01/Accounts/"), ".json")
	switch {
	case b.tokens[user] != password:
		w.WriteHeader(http.StatusUnauthorized)
		io.WriteString(w, `{"code":20003,"message":"Authenticate","status":401}`)
	case !isAccount:
		io.WriteString(w, `{"installed_add_ons":[],"usage_records":[],"meta":{"next_page_url":null},"next_page_uri":null}`)
	case b.status != 0:
		w.WriteHeader(b.status)
		io.WriteString(w, `{"code":20404,"message":"`+secret+`"}`)
	case b.account != "":
		io.WriteString(w, b.account)
	default:
		io.WriteString(w, `{"sid":"`+sid+`","auth_token":"`+b.tokens[sid]+`"}`)
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
	return append([]string(nil), b.calls...)
}

// client calls both hosts as the parent; the same server stands for either unless two are given.
func client(t *testing.T, marketplace, api *backend) *twilio.Client {
	t.Helper()
	c, err := twilio.NewClient(twilio.Hosts{Marketplace: marketplace.URL, API: api.URL}, upstream.Config{
		Client: parent, Credentials: twilio.AccountCredentials(parent, parentToken), Bounds: upstream.Bounds{Attempts: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// clock is a time that a test sets.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}
