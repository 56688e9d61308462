package server

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/marketgraph/marketgraph/upstream"
)

// openBreaker is one breaker that is not closed, as /readyz tells of it. Whose it is of the tenants is not told: anybody
// may ask.
type openBreaker struct {
	Backend    upstream.Backend `json:"backend"`
	Route      string           `json:"route"`
	State      string           `json:"state"`
	RetryAfter int              `json:"retryAfterSeconds"`
}

// openBreakers is nil when all is well.
func openBreakers(b *upstream.Breakers) (out []openBreaker) {
	for _, one := range b.Tripped() {
		out = append(out, openBreaker{Backend: one.Backend, Route: one.Route, State: stateOf(one), RetryAfter: inSeconds(one.Rest)})
	}
	return out
}

// stateOf is "half-open" from when a call may try whether the backend is back.
func stateOf(b upstream.BreakerState) string {
	if b.Rest > 0 {
		return "open"
	}
	return "half-open"
}

// breakerGauge counts the breakers that are not closed when it is asked.
type breakerGauge struct {
	breakers *upstream.Breakers
	desc     *prometheus.Desc
}

// watch makes the metrics tell of breakers.
func (m *Metrics) watch(b *upstream.Breakers) {
	m.registry.MustRegister(breakerGauge{breakers: b, desc: prometheus.NewDesc(
		"marketgraph_breakers", "Circuit breakers that are not closed, by state.", []string{"backend", "route", "state"}, nil,
	)})
}

// Describe implements prometheus.Collector.
func (g breakerGauge) Describe(to chan<- *prometheus.Desc) { to <- g.desc }

// Collect implements prometheus.Collector. Tenants have breakers of their own, so there may be more than one of a route.
func (g breakerGauge) Collect(to chan<- prometheus.Metric) {
	counts := map[[3]string]float64{}
	for _, one := range g.breakers.Tripped() {
		counts[[3]string{string(one.Backend), one.Route, stateOf(one)}]++
	}
	for labels, n := range counts {
		to <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, n, labels[:]...)
	}
}
