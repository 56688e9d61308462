package appdirect

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
)

// What an event may at most have, in bytes. Ids are uuids; the rest is generous.
const (
	maxEventID   = 128
	maxEventText = 256
	maxEventURL  = 2048
)

// The types of resources that events are about, as far as the gateway keeps something of them.
const (
	ResourceCompany           = "COMPANY"
	ResourceUser              = "USER"
	ResourceMembership        = "MEMBERSHIP"
	ResourceSubscription      = "SUBSCRIPTION"
	ResourceOrder             = "ORDER"
	ResourceInvoice           = "INVOICE"
	ResourceCatalogProduct    = "CATALOG_PRODUCT"
	ResourceStagingProduct    = "STAGING_PRODUCT"
	ResourceDiscount          = "DISCOUNT"
	ResourcePaymentInstrument = "PAYMENT_INSTRUMENT"
	ResourceSalesLead         = "SALES_LEAD"
	ResourceLead              = "LEAD"
)

// Event says that something at the marketplace is other than it was. It comes as a POST, in the shape that
// https://developer.appdirect.com/webhooks/working-with-webhooks/payload/ prints. What the resource has become stands in
// it too, as "content", and is not read: nobody need believe an event more than that it is time to ask again.
type Event struct {
	// UUID is the event's own id, the same each time it is sent again.
	UUID string `json:"uuid"`
	// Resource is what has changed.
	Resource EventResource `json:"resource"`
	// Action is ADDED, CHANGED or REMOVED.
	Action string `json:"resourceAction"`
}

// EventResource names a resource in two ways, either of which may say nothing.
type EventResource struct {
	// Type is one of the Resource… names, or another; "" where URL says all.
	Type string `json:"type"`
	// UUID is the resource's id, "" where it has none of its own.
	UUID string `json:"uuid"`
	// URL is where it can be read: absolute, and not always an endpoint that the gateway calls.
	URL string `json:"url"`
}

// ErrMalformedEvent is the one fault of [DecodeEvent]: what was sent is not repeated.
var ErrMalformedEvent = errors.New("appdirect: this is no event: it has a uuid, and a resource with a type or a url")

// DecodeEvent reads the body of a webhook's POST. Members that are not known are skipped. The error is [ErrMalformedEvent].
func DecodeEvent(body []byte) (Event, error) {
	var e Event
	if err := json.Unmarshal(body, &e); err != nil || !e.sound() {
		return Event{}, ErrMalformedEvent
	}
	return e, nil
}

func (e *Event) sound() bool {
	r := e.Resource
	return e.UUID != "" && len(e.UUID) <= maxEventID && (r.Type != "" || r.URL != "") &&
		len(r.Type) <= maxEventText && len(r.UUID) <= maxEventText && len(e.Action) <= maxEventText && len(r.URL) <= maxEventURL
}

// Path is the resource's address below the root of an API, such as "https://acme.example/api", escaped and without its
// query. It is false for an address of another host or root.
func (r EventResource) Path(root string) (path string, ok bool) {
	at, err := url.Parse(r.URL)
	below, rootErr := url.Parse(root)
	if err != nil || rootErr != nil || r.URL == "" || !strings.EqualFold(at.Host, below.Host) {
		return "", false
	}
	path, ok = strings.CutPrefix(at.EscapedPath(), strings.TrimSuffix(below.EscapedPath(), "/"))
	return path, ok && strings.HasPrefix(path, "/")
}
