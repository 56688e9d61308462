package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// receiver is where events are sent to; it answers with the statuses in their order, and then with 200.
type receiver struct {
	*httptest.Server
	got      chan notified
	statuses chan int
}

// notified is one event as it came.
type notified struct {
	token, body string
}

func newReceiver(t *testing.T, statuses ...int) *receiver {
	t.Helper()
	r := &receiver{got: make(chan notified, 32), statuses: make(chan int, len(statuses))}
	for _, status := range statuses {
		r.statuses <- status
	}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		status := http.StatusOK
		select {
		case status = <-r.statuses:
		default:
		}
		w.WriteHeader(status)
		r.got <- notified{req.Header.Get("AppDirect-Webhook-Token"), string(body)}
	}))
	t.Cleanup(r.Close)
	return r
}

// next is the next event that comes.
func (r *receiver) next(t *testing.T) notified {
	t.Helper()
	select {
	case n := <-r.got:
		return n
	case <-t.Context().Done():
		t.Fatal("no event came")
		return notified{}
	}
}

// send makes a call with a JSON body as the partner.
func (f *fixture) send(t *testing.T, method, path string, body any) answer {
	t.Helper()
	return f.callWith(t, method, "acme", "partner", path, body)
}

func (f *fixture) register(t *testing.T, hook map[string]any) (uuid string) {
	t.Helper()
	a := f.send(t, http.MethodPost, "/channel/v1/webhooks", hook)
	if a.status != http.StatusCreated {
		t.Fatalf("%d %s", a.status, a.body)
	}
	return factText(field(a.json(t), "uuid"))
}

// An event says what was written, where it is read and what it is now, with the token in its head.
func TestWritesAreTold(t *testing.T) {
	t.Parallel()
	f, r := start(t, Options{}), newReceiver(t)
	f.steer(t, http.MethodPut, "/limits", `{"enforce":false}`)
	f.register(t, map[string]any{"resourceType": "MEMBERSHIP", "url": r.URL, "authenticationToken": "t"})
	f.register(t, map[string]any{"resourceType": "COMPANY", "url": r.URL, "resourceActions": []string{"CHANGED"}})
	f.register(t, map[string]any{"resourceType": "COMPANY", "url": r.URL, "resourceActions": []string{"ADDED", "REMOVED"}, "authenticationToken": "none of it"})
	m := f.acme().memberships.all()[0]
	company, user := m.text("company"), m.text("user")
	f.send(t, http.MethodPatch, "/account/v2/companies/"+company+"/memberships/"+user, map[string]any{"enabled": false})
	got := r.next(t)
	var body map[string]any
	if err := json.Unmarshal([]byte(got.body), &body); err != nil || got.token != "t" {
		t.Fatalf("%v: %+v", err, got)
	}
	resource, _ := body["resource"].(map[string]any)
	content, _ := resource["content"].(map[string]any)
	delete(resource, "content")
	want := map[string]any{"type": "MEMBERSHIP", "uuid": user, "url": f.base("acme") + "/api/account/v1/companies/" + company + "/users/" + user}
	if diff := cmp.Diff(want, resource); diff != "" || content["enabled"] != false || body["resourceAction"] != "CHANGED" || len(factText(body["uuid"])) != 36 {
		t.Errorf("%v (-want +got):\n%s", body, diff)
	}
	a := f.send(t, http.MethodPatch, "/account/v2/companies/"+company, map[string]any{"name": "Renamed"})
	if a.status != http.StatusOK || field(a.json(t), "name") != "Renamed" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if got := r.next(t); got.token != "" || !strings.Contains(got.body, `"Renamed"`) || !strings.Contains(got.body, "/api/account/v1/companies/"+company) {
		t.Errorf("%+v", got)
	}
	if name := field(field(f.send(t, http.MethodGet, "/account/v2/companies/"+company+"/memberships/"+user, nil).json(t), "company"), "name"); name != "Renamed" {
		t.Errorf("the membership is of %v", name)
	}
}

// What is not taken comes again, with the same id, at the printed times; and no more than eleven times.
func TestEventsComeAgain(t *testing.T) {
	t.Parallel()
	waits := make(chan time.Duration, 16)
	f := start(t, Options{After: func(d time.Duration, again func()) { waits <- d; go again() }})
	failing := make([]int, 11)
	for i := range failing {
		failing[i] = []int{http.StatusServiceUnavailable, http.StatusFound, http.StatusUnauthorized}[i%3]
	}
	r := newReceiver(t, failing...)
	f.register(t, map[string]any{"resourceType": "COMPANY", "url": r.URL})
	company := f.acme().companies.all()[0].ID
	f.send(t, http.MethodPatch, "/account/v2/companies/"+company, map[string]any{"enabled": true})
	first := r.next(t)
	var waited []time.Duration
	for range 10 {
		waited = append(waited, <-waits)
		if again := r.next(t); again != first {
			t.Errorf("it came again as %v, was %v", again, first)
		}
	}
	const m, h = time.Minute, time.Hour
	if diff := cmp.Diff([]time.Duration{5 * m, 10 * m, 20 * m, 40 * m, h, 2 * h, 4 * h, 8 * h, 16 * h, 32 * h}, waited); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	f.send(t, http.MethodPatch, "/account/v2/companies/"+company, map[string]any{"enabled": true})
	if next := r.next(t); next == first || len(waits) > 0 {
		t.Errorf("after eleven attempts it came once more: %v", next)
	}
}

// Whoever is no longer registered is told nothing, not even what failed before.
func TestDeletedWebhooksAreToldNothing(t *testing.T) {
	t.Parallel()
	later := make(chan func(), 1)
	f := start(t, Options{After: func(_ time.Duration, again func()) { later <- again }})
	r := newReceiver(t, http.StatusServiceUnavailable)
	hook := f.register(t, map[string]any{"resourceType": "COMPANY", "url": r.URL})
	path := "/account/v2/companies/" + f.acme().companies.all()[0].ID
	f.send(t, http.MethodPatch, path, map[string]any{"enabled": true})
	r.next(t)
	again := <-later
	if a := f.send(t, http.MethodDelete, "/channel/v1/webhooks/"+hook, nil); a.status != http.StatusNoContent {
		t.Errorf("%d %s", a.status, a.body)
	}
	again()
	f.send(t, http.MethodPatch, path, map[string]any{"enabled": true})
	if len(r.got) > 0 {
		t.Errorf("%v", <-r.got)
	}
}

func TestWebhooksAreKept(t *testing.T) {
	t.Parallel()
	now := newClock()
	f := start(t, Options{Now: now.now})
	first := f.register(t, map[string]any{"resourceType": "USER", "url": "https://one.example/in", "authenticationToken": "abc"})
	now.advance(time.Minute)
	second := f.register(t, map[string]any{"resourceType": "ORDER", "url": "https://two.example/in"})
	list := field(f.send(t, http.MethodGet, "/channel/v1/webhooks?size=10", nil).json(t), "content").([]any)
	if len(list) != 2 || field(list[0], "uuid") != second || field(list[1], "authenticationToken") != "abc" {
		t.Errorf("%v", list)
	}
	a := f.send(t, http.MethodPut, "/channel/v1/webhooks/"+first, map[string]any{"resourceType": "LEAD", "url": "https://one.example/in", "resourceActions": []string{"ADDED"}})
	if a.status != http.StatusOK || field(a.json(t), "resourceType") != "LEAD" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := f.send(t, http.MethodGet, "/channel/v1/webhooks/"+first, nil); field(a.json(t), "resourceType") != "LEAD" {
		t.Errorf("%d %s", a.status, a.body)
	}
	for name, c := range map[string]struct {
		hook   map[string]any
		status int
	}{
		"no type":           {map[string]any{"url": "https://x.example"}, 400},
		"an unknown type":   {map[string]any{"url": "https://x.example", "resourceType": "MOOD"}, 400},
		"no address":        {map[string]any{"resourceType": "USER"}, 400},
		"a path":            {map[string]any{"url": "/in", "resourceType": "USER"}, 400},
		"an unknown action": {map[string]any{"url": "https://x.example", "resourceType": "USER", "resourceActions": []string{"SEEN"}}, 400},
		"an unknown member": {map[string]any{"url": "https://x.example", "resourceType": "USER", "colour": "red"}, 400},
		"a login":           {map[string]any{"url": "https://x.example", "resourceType": "USER", "oauth2Config": map[string]any{"clientId": "c"}}, 501},
	} {
		if a := f.send(t, http.MethodPost, "/channel/v1/webhooks", c.hook); a.status != c.status {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}
