package appdirect

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// The reason behind the system calls about webhooks: the endpoints print no roles.
const oursWebhooks = "webhooks print no roles; only who runs the gateway asks, by `gateway webhooks`"

// ListWebhooks reads where the marketplace sends its events, latest first.
var ListWebhooks = &upstream.Route{
	Name:      "appdirect.listWebhooks",
	Backend:   Backend,
	Method:    http.MethodGet,
	Path:      "/channel/v1/webhooks",
	Query:     []string{"page", "size"},
	Authority: upstream.System,
	Ours:      oursWebhooks,
	PageSize:  100,
	Tags:      []string{"webhooks"},
}

// CreateWebhook makes the marketplace send the events of one type of resources to an address.
var CreateWebhook = &upstream.Route{
	Name:      "appdirect.createWebhook",
	Backend:   Backend,
	Method:    http.MethodPost,
	Path:      "/channel/v1/webhooks",
	Authority: upstream.System,
	Ours:      oursWebhooks,
}

// DeleteWebhook ends that; its answer is empty.
var DeleteWebhook = &upstream.Route{
	Name:      "appdirect.deleteWebhook",
	Backend:   Backend,
	Method:    http.MethodDelete,
	Path:      "/channel/v1/webhooks/{webhookUuid}",
	Authority: upstream.System,
	Ours:      oursWebhooks,
}

// Webhook says which events go where. What they are authenticated with stands beside it in the replies, and is not read.
type Webhook struct {
	UUID wire.Text `json:"uuid"`
	// ResourceType is that of the resources whose events are sent, see [EventResource].
	ResourceType wire.Text `json:"resourceType"`
	// Actions are those that are told of; empty for all.
	Actions []wire.Text `json:"resourceActions"`
	// URL is where they are posted.
	URL wire.Text `json:"url"`
}

// Check wants the id.
func (w *Webhook) Check() error { return wire.Identified(w.UUID) }

// TellsAll reports whether every action is told of: none is named, or each that there is.
func (w *Webhook) TellsAll() bool {
	named := func(action wire.Text) bool { return slices.Contains(w.Actions, action) }
	return len(w.Actions) == 0 || named("ADDED") && named("CHANGED") && named("REMOVED")
}

// DecodeWebhooks reads a reply of [ListWebhooks].
func DecodeWebhooks(body []byte) (Page[Webhook], error) {
	return decodePage[Webhook](ListWebhooks, body)
}

// DecodeWebhook reads a reply of [CreateWebhook].
func DecodeWebhook(body []byte) (Webhook, error) { return wire.Decode[Webhook](CreateWebhook, body) }

// WebhookRequest says what to tell of, and how the one who is told knows the marketplace.
type WebhookRequest struct {
	// ResourceType is that of the resources.
	ResourceType string `json:"resourceType"`
	// Actions are those to tell of; nil for all.
	Actions []string `json:"resourceActions,omitempty"`
	// URL is where to post.
	URL string `json:"url"`
	// Token comes back in the head of every event.
	Token string `json:"authenticationToken"`
}

// String is the request without its token.
func (r WebhookRequest) String() string { return r.ResourceType + " to " + r.URL }

// GoString is String, for %#v.
func (r WebhookRequest) GoString() string { return r.String() }

// EncodeWebhook writes the body of [CreateWebhook].
func EncodeWebhook(request WebhookRequest) ([]byte, error) { return json.Marshal(request) }
