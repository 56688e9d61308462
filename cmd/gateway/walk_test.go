package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// walk reads a marketplace's REST interface with nothing of the gateway's: its
// own requests, its own decoding, another client application.
type walk struct {
	*backends
	tenant string
}

// get reads one document or list.
func (w walk) get(t testing.TB, path string, query ...string) any {
	t.Helper()
	q := url.Values{}
	for i := 0; i+1 < len(query); i += 2 {
		q.Set(query[i], query[i+1])
	}
	r := request(t, http.MethodGet, w.rest(w.tenant)+"/api"+path+"?"+q.Encode(), nil)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Authorization", "Bearer "+w.token(t, w.tenant, "partner"))
	status, _, body := w.do(t, r)
	if status != http.StatusOK {
		t.Fatalf("GET %s: %d %s", path, status, body)
	}
	var v any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("GET %s: %v", path, err)
	}
	return v
}

// paged reads a page/size list to its end, in the backend's default order.
func (w walk) paged(t testing.TB, path string, query ...string) []any {
	t.Helper()
	var all []any
	for page := 0; ; page++ {
		got := w.get(t, path, append([]string{"page", fmt.Sprint(page), "size", "50"}, query...)...)
		all = append(all, list(got, "content")...)
		if len(list(got, "content")) < 50 {
			return all
		}
	}
}

// counted reads a start/count list to its end.
func (w walk) counted(t testing.TB, path string, query ...string) []any {
	t.Helper()
	var all []any
	for {
		got := w.get(t, path, append([]string{"start", fmt.Sprint(len(all)), "count", "60"}, query...)...)
		items, ok := got.([]any)
		if !ok {
			t.Fatalf("GET %s is no list: %v", path, got)
		}
		all = append(all, items...)
		if len(items) < 60 {
			return all
		}
	}
}

func (w walk) companies(t testing.TB) []any { return w.paged(t, "/account/v2/companies") }

func (w walk) memberships(t testing.TB, company string) []any {
	return w.paged(t, "/account/v2/companies/"+company+"/memberships")
}

func (w walk) subscriptions(t testing.TB) []any { return w.counted(t, "/billing/v1/subscriptions") }

func (w walk) subscriptionsOf(t testing.TB, company string) []any {
	return w.counted(t, "/billing/v1/companies/"+company+"/subscriptions")
}

func (w walk) applications(t testing.TB) []any { return w.paged(t, "/channel/v1/applications") }

func (w walk) users(t testing.TB) []any { return w.paged(t, "/account/v2/users") }

// statuses are the documented ones; the graph says UNKNOWN for all others.
var statuses = strings.Fields(`INITIALIZED PENDING_USER_APPROVAL PENDING_REMOTE_CREATION FREE_TRIAL ACTIVE FINISHED ONE_TIME
	CANCELLED SUSPENDED FREE_TRIAL_EXPIRED FREE_TRIAL_CANCELLED DELETED FAILED UPCOMING PENDING_MIGRATION_ACTIVATION`)

func known(status string) string {
	for _, s := range statuses {
		if s == status {
			return s
		}
	}
	return "UNKNOWN"
}

// ids are what records of a list are known by.
func ids(records []any) []string {
	out := make([]string, len(records))
	for i, r := range records {
		for _, id := range []string{text(r, "uuid"), text(r, "id"), text(r, "user", "uuid")} {
			if id != "" {
				out[i] = id
				break
			}
		}
	}
	return out
}
