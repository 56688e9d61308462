package server

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/limits"
	"github.com/marketgraph/marketgraph/upstream"
)

// Metrics counts what the gateway does. Labels are closed lists only: no
// tenant, operation name or key becomes one. It is safe for concurrent use.
type Metrics struct {
	registry   *prometheus.Registry
	operations *prometheus.CounterVec
	durations  *prometheus.HistogramVec
	calls      *prometheus.CounterVec
	callTimes  *prometheus.HistogramVec
	waits      *prometheus.HistogramVec
	pacing     *prometheus.CounterVec
	cacheEvent *prometheus.CounterVec
	documents  *prometheus.CounterVec
	costs      *prometheus.HistogramVec
	refusals   *prometheus.CounterVec
	charges    *prometheus.CounterVec
	webhooks   *prometheus.CounterVec
}

// NewMetrics makes a registry of its own, with the process's and Go's figures.
func NewMetrics() *Metrics {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	f := promauto.With(registry)
	return &Metrics{
		registry: registry,
		operations: f.NewCounterVec(prometheus.CounterOpts{
			Name: "marketgraph_operations_total", Help: "GraphQL requests answered.",
		}, []string{"type", "status", "errors"}),
		durations: f.NewHistogramVec(prometheus.HistogramOpts{
			Name: "marketgraph_operation_seconds", Help: "Time from request to answer.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 14),
		}, []string{"type"}),
		calls: f.NewCounterVec(prometheus.CounterOpts{
			Name: "marketgraph_upstream_calls_total", Help: "Attempts of upstream calls; kind is ok or what went wrong.",
		}, []string{"backend", "route", "kind"}),
		callTimes: f.NewHistogramVec(prometheus.HistogramOpts{
			Name: "marketgraph_upstream_call_seconds", Help: "Time from sending a call to the end of its reply.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 14),
		}, []string{"backend", "route"}),
		waits: f.NewHistogramVec(prometheus.HistogramOpts{
			Name: "marketgraph_upstream_wait_seconds", Help: "Time that calls waited for room in their bucket.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 17), // to the longest wait, a minute
		}, []string{"backend", "lane"}),
		pacing: f.NewCounterVec(prometheus.CounterOpts{
			Name: "marketgraph_pacing_exchanges_total", Help: "Exchanges with the buckets that replicas share; alone counts those that failed.",
		}, []string{"kind"}),
		cacheEvent: f.NewCounterVec(prometheus.CounterOpts{
			Name: "marketgraph_cache_events_total", Help: "What the cache did, by kind.",
		}, []string{"kind"}),
		costs: f.NewHistogramVec(prometheus.HistogramOpts{
			Name: "marketgraph_operation_cost_points", Help: "Cost of operations that were run: as requested before, and as used.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 11),
		}, []string{"kind"}),
		refusals: f.NewCounterVec(prometheus.CounterOpts{
			Name: "marketgraph_limit_errors_total", Help: "Errors that say which limit was exceeded, by its name.",
		}, []string{"limit"}),
		charges: f.NewCounterVec(prometheus.CounterOpts{
			Name: "marketgraph_cost_buckets_total", Help: "What happened at the clients' buckets; alone counts decisions without the shared ones.",
		}, []string{"kind"}),
		webhooks: f.NewCounterVec(prometheus.CounterOpts{
			Name: "marketgraph_webhook_events_total", Help: "Events of marketplaces, by what became of them.",
		}, []string{"outcome"}),
		documents: f.NewCounterVec(prometheus.CounterOpts{
			Name: "marketgraph_documents_total", Help: "Documents asked for by id, and those that no manifest has, by outcome.",
		}, []string{"outcome"}),
	}
}

// Call counts one attempt of an upstream call; it is an upstream.Config's OnCall.
func (m *Metrics) Call(info upstream.CallInfo) {
	backend, kind := string(info.Route.Backend), "ok"
	if info.Kind != 0 {
		kind = info.Kind.String()
	}
	m.calls.WithLabelValues(backend, info.Route.Name, kind).Inc()
	m.waits.WithLabelValues(backend, info.Lane.String()).Observe(info.Waited.Seconds())
	if info.Sent {
		m.callTimes.WithLabelValues(backend, info.Route.Name).Observe(info.Duration.Seconds())
	}
}

// Pacing counts one exchange with the shared buckets; it is an upstream.PacerConfig's OnExchange.
func (m *Metrics) Pacing(err error) {
	kind := "shared"
	if err != nil {
		kind = "alone"
	}
	m.pacing.WithLabelValues(kind).Inc()
}

// Cache counts one event of the cache; it is a cache.Options' OnEvent.
func (m *Metrics) Cache(event cache.Event) {
	m.cacheEvent.WithLabelValues(event.Kind.String()).Inc()
}

// The outcomes of looking a document up.
const (
	documentFound     = "found"     // by its id
	documentMissing   = "missing"   // the id is not known
	documentUntrusted = "untrusted" // no manifest has it, and it ran
	documentRefused   = "refused"   // no manifest has it, and one must
)

func (m *Metrics) document(outcome string) { m.documents.WithLabelValues(outcome).Inc() }

func (m *Metrics) webhook(outcome string) { m.webhooks.WithLabelValues(outcome).Inc() }

// Charge counts one event of the clients' buckets; it is a limits.ThrottleOptions' OnEvent.
func (m *Metrics) Charge(event limits.Event) {
	m.charges.WithLabelValues(event.String()).Inc()
}

// cost notes what an operation was charged, and what it used.
func (m *Metrics) cost(requested, used int) {
	m.costs.WithLabelValues("requested").Observe(float64(requested))
	m.costs.WithLabelValues("used").Observe(float64(used))
}

// refused counts an error by the limit that it names.
func (m *Metrics) refused(limit string) {
	m.refusals.WithLabelValues(limit).Inc()
}

func (m *Metrics) operation(operationType string, status int, faulty bool, took time.Duration) {
	if operationType == "" {
		operationType = "none"
	}
	m.operations.WithLabelValues(operationType, strconv.Itoa(status), strconv.FormatBool(faulty)).Inc()
	m.durations.WithLabelValues(operationType).Observe(took.Seconds())
}

func (m *Metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
