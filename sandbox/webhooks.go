package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"time"
)

// maxDelivery is how long a receiver may take.
const maxDelivery = 30 * time.Second

// pauses are the times before an event is sent again, after each attempt that failed: eleven attempts in all. The documents
// print the first six, and that there are ten; the rest goes on doubling.
func pauses() []time.Duration {
	out := []time.Duration{5 * time.Minute, 10 * time.Minute, 20 * time.Minute, 40 * time.Minute, time.Hour, 2 * time.Hour}
	for len(out) < 10 {
		out = append(out, 2*out[len(out)-1])
	}
	return out
}

// delivery is one event on its way to one webhook.
type delivery struct {
	box    *Sandbox
	tenant *tenantState
	world  *world
	hook   string // uuid
	url    string
	token  string
	body   []byte
}

// tell sends events to the webhooks that are registered for them. It does not wait.
func (s *Sandbox) tell(x *exchange, events []event) {
	for _, e := range events {
		for _, hook := range x.world.webhooks.all() {
			actions, _ := hook.Facts["actions"].([]string)
			if hook.text("type") != e.resource || len(actions) > 0 && !slices.Contains(actions, e.action) {
				continue
			}
			d := delivery{
				box: s, tenant: x.site.tenant, world: x.world, hook: hook.ID, url: hook.text("url"), token: hook.text("token"), body: e.notification(x),
			}
			go d.attempt(0)
		}
	}
}

// notification is the body that is posted, the same at each attempt.
func (e event) notification(x *exchange) []byte {
	resource := Document{"type": e.resource, "uuid": e.uuid, "url": e.at}
	if e.content != nil {
		resource["content"] = e.content
	}
	body, err := json.Marshal(absolute(Document{
		"uuid": newUUID(), "timestamp": millis(x.now), "resource": resource, "resourceAction": e.action,
	}, x.site.base))
	if err != nil {
		return nil // documents are JSON already
	}
	return body
}

// attempt posts the event, and comes back later when it was not taken. What was registered before a reset, or is no longer,
// is sent nothing.
func (d delivery) attempt(failed int) {
	if d.tenant.world.Load() != d.world || d.world.webhooks.Get(d.hook) == nil || d.post() {
		return
	}
	if wait := pauses(); failed < len(wait) {
		d.box.opts.After(wait[failed], func() { d.attempt(failed + 1) })
		return
	}
	d.box.opts.Logger.Warn("sandbox webhook given up", "webhook", d.hook)
}

// post reports whether the receiver answered with a 2xx.
func (d delivery) post() bool {
	ctx, cancel := context.WithTimeout(context.Background(), maxDelivery)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url, bytes.NewReader(d.body))
	if err != nil {
		return false
	}
	r.Header.Set("Content-Type", "application/json")
	if d.token != "" {
		r.Header.Set("AppDirect-Webhook-Token", d.token)
	}
	r.Close = true // nothing is left open between events
	response, err := d.box.courier.Do(r)
	if err != nil {
		return false
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxControlBytes))
	return response.StatusCode/100 == 2
}
