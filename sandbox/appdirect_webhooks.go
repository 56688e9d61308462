package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// The actions that a webhook may tell of.
const (
	actionAdded   = "ADDED"
	actionChanged = "CHANGED"
	actionRemoved = "REMOVED"
)

// webhookBody is what registering and changing a webhook read.
type webhookBody struct {
	Token     string         `json:"authenticationToken"`
	CreatedOn float64        `json:"createdOn"`    // printed, and the server's to say
	Modified  float64        `json:"lastModified"` // likewise
	OAuth2    map[string]any `json:"oauth2Config"`
	Partner   string         `json:"partner"`
	Actions   []string       `json:"resourceActions"` // empty for all
	Resource  string         `json:"resourceType"`
	Scope     string         `json:"scope"`
	ScopeID   string         `json:"scopeId"`
	URL       string         `json:"url"`
	UUID      string         `json:"uuid"` // the server's to say
}

// check refuses what no event could be sent to.
func (b webhookBody) check() error {
	to, err := url.Parse(b.URL)
	if err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https" {
		return &apiError{Status: http.StatusBadRequest, Message: "url is no absolute address."}
	}
	for _, action := range b.Actions {
		if !slices.Contains([]string{actionAdded, actionChanged, actionRemoved}, action) {
			return &apiError{Status: http.StatusBadRequest, Message: fmt.Sprintf("resourceActions: %.100s is none of ADDED, REMOVED, CHANGED.", action)}
		}
	}
	if b.OAuth2 != nil || b.Scope == "COMPANY" {
		return &apiError{Status: http.StatusNotImplemented, Message: "The sandbox sends events with a token in their head, and of the whole marketplace."}
	}
	return nil
}

// record makes the webhook's document. What sends events reads the facts.
func (b webhookBody) record(uuid string, created, modified int64) *Record {
	return &Record{
		ID: uuid,
		Body: Document{
			"uuid": uuid, "createdOn": created, "lastModified": modified, "resourceType": b.Resource, "resourceActions": texts(b.Actions...),
			"url": b.URL, "partner": "APPDIRECT", "authenticationToken": nullable(b.Token), "oauth2Config": nil,
			"links": []any{link("self", "/api/channel/v1/webhooks/"+href(uuid))},
		},
		Facts: map[string]any{"created": created, "type": b.Resource, "actions": b.Actions, "url": b.URL, "token": b.Token},
	}
}

// webhook reads the body of a write.
func (x *exchange) webhook() (webhookBody, error) {
	var b webhookBody
	if err := x.decode(&b); err != nil {
		return b, err
	}
	return b, b.check()
}

// createWebhook answers POST /channel/v1/webhooks.
func createWebhook(x *exchange) (reply, error) {
	b, err := x.webhook()
	if err != nil {
		return reply{}, err
	}
	r := b.record(newUUID(), millis(x.now), millis(x.now))
	return reply{status: http.StatusCreated, body: r.Body}, x.world.webhooks.Put(r)
}

// webhookNamed finds the webhook that the path names.
func (x *exchange) webhookNamed() (*Record, error) {
	return x.named(x.world.webhooks, "webhookUuid", "Webhook not found with id %s.")
}

// updateWebhook answers PUT /channel/v1/webhooks/{webhookUuid}.
func updateWebhook(x *exchange) (reply, error) {
	old, err := x.webhookNamed()
	if err != nil {
		return reply{}, err
	}
	b, err := x.webhook()
	if err != nil {
		return reply{}, err
	}
	created, _ := old.Facts["created"].(int64)
	r := b.record(old.ID, created, millis(x.now))
	return reply{body: r.Body}, x.world.webhooks.Put(r)
}

// deleteWebhook answers DELETE /channel/v1/webhooks/{webhookUuid}.
func deleteWebhook(x *exchange) (reply, error) {
	r, err := x.webhookNamed()
	if err == nil {
		x.world.webhooks.Remove(r.ID)
	}
	return done, err
}

// webhookRoutes are those about webhooks; webhooks.go sends the events.
func webhookRoutes() map[string]handler {
	const hooks = " /channel/v1/webhooks"
	return map[string]handler{
		http.MethodGet + hooks: listing{
			records: everything(func(w *world) *Collection { return w.webhooks }), sorts: map[string]string{"DATE": "created"}, paging: pages(asStored, false),
		}.serve,
		http.MethodPost + hooks:                      createWebhook,
		http.MethodGet + hooks + "/{webhookUuid}":    reads((*exchange).webhookNamed),
		http.MethodPut + hooks + "/{webhookUuid}":    updateWebhook,
		http.MethodDelete + hooks + "/{webhookUuid}": deleteWebhook,
	}
}

// event says what a write did to a resource, in the words of webhooks.
type event struct {
	resource, action, uuid string
	at                     href // where the resource is read
	content                any  // as it is read now; nil when it is gone
}

// companyEvent is of a company.
func companyEvent(action string, r *Record) event {
	return event{"COMPANY", action, r.ID, href("/api/account/v1/companies/" + r.ID + "?isExternalId=false"), r.Body}
}

// membershipEvent is of a membership, which has no address but below both ends.
func membershipEvent(action string, r *Record) event {
	company, user := r.text("company"), r.text("user")
	return event{"MEMBERSHIP", action, user, href("/api/account/v1/companies/" + company + "/users/" + user), r.Body}
}

// soldEvents are of a new subscription and its order.
func soldEvents(w *world, s *subscriptionSpec) []event {
	number := strconv.FormatInt(s.order.number, 10)
	return []event{
		{"SUBSCRIPTION", actionAdded, s.uuid, href("/api/billing/v1/subscriptions/" + s.uuid), w.subscriptions.Get(s.uuid).Body},
		{"ORDER", actionAdded, number, href("/api/billing/v1/orders/" + number), w.orders.Get(number).Body},
	}
}

// paymentEvent is of a payment method, of which the documents print no removal.
func paymentEvent(action string, m *paymentMethod) event {
	return event{"PAYMENT_INSTRUMENT", action, m.id, href("/api/appMarket/v2/paymentMethods/" + m.id), m.document()}
}
