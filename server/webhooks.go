package server

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/limits"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// PathWebhook is where AppDirect posts its events, on each host of a tenant.
const PathWebhook = "/webhooks/appdirect"

// What a tenant's events may at most be. docs/webhooks.md tells why so.
const (
	webhookBytes  = 1 << 20 // of one event: products come whole
	webhookEvents = 50      // a second, on all replicas together
	webhookBurst  = 200     // at once
)

// The headers that carry the token of a webhook: that of webhooks made by the REST interface, and the newer one.
const (
	headerWebhookToken = "AppDirect-Webhook-Token"   //nolint:gosec // a header's name
	headerNewerToken   = "X-AppDirect-Webhook-Token" //nolint:gosec // a header's name
)

// Webhook says how a tenant's marketplace is known when it tells of changes. The zero value knows nobody, and there is no
// such endpoint then. It holds no secret, only what compares with one.
type Webhook struct {
	token  [sha256.Size]byte
	client string
	root   string
	ours   bool
}

// NewWebhook admits events with this token in their head, and those with a bearer token of this client application, unless
// it is "". root is that of the marketplace's API, which the addresses of resources begin with. Without a token it is the
// zero value.
func NewWebhook(token, client, root string) Webhook {
	if token == "" {
		return Webhook{}
	}
	return Webhook{token: sha256.Sum256([]byte(token)), client: client, root: root, ours: true}
}

// The outcomes of an event, as metrics and the log have them.
const (
	webhookEvicted   = "evicted"   // what depends on the resource was dropped
	webhookUnused    = "unused"    // nothing here depends on it
	webhookReplayed  = "replayed"  // it was taken before
	webhookRefused   = "refused"   // whose it is nobody can tell
	webhookThrottled = "throttled" // too many
	webhookMalformed = "malformed" // no event, or too large
	webhookFailed    = "failed"    // not every replica could be told
)

// receipt is what became of an event. AppDirect sends again what is not answered with a 2xx.
type receipt struct {
	status  int
	outcome string
	text    string
	wait    time.Duration // until it may be sent again; 0 is not said
	event   appdirect.Event
	dropped int // tags
}

// serveWebhook answers one event.
func (s *Server) serveWebhook(w http.ResponseWriter, r *http.Request) {
	req := requestFrom(r.Context())
	if !req.tenant.Webhook.ours {
		http.NotFound(w, r)
		return
	}
	got := s.receive(w, r, req.tenant)
	s.recordWebhook(r.Context(), req, got)
	if got.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	if got.wait > 0 {
		w.Header().Set(headerRetryAfter, strconv.Itoa(inSeconds(got.wait)))
	}
	writeStatus(w, got.status, health{Status: cmp.Or(got.text, got.outcome)})
}

// receive takes an event from whoever may send one. Its body is read last: nobody else is listened to.
func (s *Server) receive(w http.ResponseWriter, r *http.Request, t *Tenant) receipt {
	if !t.sends(r) {
		return receipt{status: http.StatusUnauthorized, outcome: webhookRefused}
	}
	_, err := s.throttle.Charge(r.Context(), "webhooks:{"+t.Name+"}", limits.Bucket{Size: webhookBurst, PerSecond: webhookEvents}, 1)
	if later, ok := errors.AsType[*limits.Throttled](err); ok {
		text := fmt.Sprintf("the limit `webhookEvents` is %d events a second", webhookEvents)
		return receipt{status: http.StatusTooManyRequests, outcome: webhookThrottled, text: text, wait: later.Wait()}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, webhookBytes))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		text := fmt.Sprintf("the body exceeds the limit `webhookBytes` of %d bytes", webhookBytes)
		return receipt{status: http.StatusRequestEntityTooLarge, outcome: webhookMalformed, text: text}
	}
	event, decodeErr := appdirect.DecodeEvent(body)
	if err := cmp.Or(err, decodeErr); err != nil {
		return receipt{status: http.StatusBadRequest, outcome: webhookMalformed, text: appdirect.ErrMalformedEvent.Error()}
	}
	return s.apply(r.Context(), t, event)
}

// sends reports whether a request is the tenant's marketplace's.
func (t *Tenant) sends(r *http.Request) bool {
	if token := cmp.Or(r.Header.Get(headerWebhookToken), r.Header.Get(headerNewerToken)); token != "" {
		given := sha256.Sum256([]byte(token))
		return subtle.ConstantTimeCompare(given[:], t.Webhook.token[:]) == 1
	}
	if t.Webhook.client == "" {
		return false
	}
	viewer, err := t.Auth.Authenticate(r.Context(), r.Header)
	return err == nil && viewer.IsService() && viewer.ClientID() == t.Webhook.client
}

// apply drops what an event makes old, once. It is remembered only afterwards: one that failed comes again.
func (s *Server) apply(ctx context.Context, t *Tenant, event appdirect.Event) receipt {
	got := receipt{status: http.StatusOK, event: event}
	if s.events != nil {
		if _, known := s.events.Get(ctx, t.Name, sha256.Sum256([]byte(event.UUID))); known {
			got.outcome = webhookReplayed
			return got
		}
	}
	path, _ := event.Resource.Path(t.Webhook.root) // of another's resources nothing is kept here
	dropped, err := t.Loaders.Changed(ctx, loaders.Change{Type: event.Resource.Type, ID: event.Resource.UUID, Path: path})
	switch got.dropped = dropped; {
	case err != nil:
		got.status, got.outcome, got.wait = http.StatusServiceUnavailable, webhookFailed, cache.DefaultTierLease
		return got
	case dropped == 0:
		got.outcome = webhookUnused
	default:
		got.outcome = webhookEvicted
	}
	if s.events != nil {
		s.events.Put(ctx, t.Name, []byte(event.UUID))
	}
	return got
}

// recordWebhook writes the one log event of an event, and counts it. Ids are left out: they may be people's.
func (s *Server) recordWebhook(ctx context.Context, r *request, got receipt) {
	s.metrics.webhook(got.outcome)
	s.log.LogAttrs(ctx, level(got.status), "webhook",
		slog.String("requestId", r.id), slog.String("tenant", r.tenant.Name), slog.Int("status", got.status), slog.String("outcome", got.outcome),
		slog.String("resource", got.event.Resource.Type), slog.String("action", got.event.Action), slog.Int("dropped", got.dropped),
		slog.Duration("took", s.now().Sub(r.started).Round(time.Microsecond)))
}
