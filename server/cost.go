package server

import (
	"context"
	"errors"
	"slices"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/limits"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
	"github.com/marketgraph/marketgraph/upstream"
)

// headerCostOnly asks what an operation would cost, and runs nothing.
const headerCostOnly = "X-Cost-Only"

// costReport is extensions.cost of an answer.
type costReport struct {
	Requested int            `json:"requestedQueryCost"`
	Actual    int            `json:"actualQueryCost"`
	Throttle  throttleStatus `json:"throttleStatus"`
	// Fields are what each position costs; only in answers of a dry run.
	Fields []limits.FieldCost `json:"fields,omitempty"`
	// Predicted is how many calls each backend would get; only in answers of a dry run.
	Predicted map[upstream.Backend]int `json:"predictedUpstreamCalls,omitempty"`
}

// upstreamReport is extensions.upstream: what backends had to do for a request.
// It shows what is in the cache, so it is for those only who see everything.
type upstreamReport struct {
	Calls    int            `json:"calls"`
	ByRoute  map[string]int `json:"callsByRoute"`
	WaitedMs int64          `json:"waitedMs"`
}

// upstreamReport is nil for viewers whom it is not for. A selection of PUBLIC
// fields did not ask for the viewer's roles: they are read now, but only for
// who may turn out to be permitted. What that costs is not in the report, and
// if it fails there is none.
func (s *Server) upstreamReport(ctx context.Context, r *request) *upstreamReport {
	if !r.viewer.MayBeAll(auth.RuleCompanyList) {
		return nil
	}
	report := &upstreamReport{Calls: r.budget.Total(), ByRoute: r.budget.Calls(), WaitedMs: r.budget.Waited().Milliseconds()}
	viewer := r.viewer
	if viewer.UserID() == "" {
		resolved, err := viewer.Resolve(ctx, s.directory)
		if err != nil {
			return nil
		}
		viewer = resolved
	}
	if !viewer.Rows(auth.RuleCompanyList).All() {
		return nil
	}
	return report
}

// throttleStatus is the client's bucket after the operation was settled.
type throttleStatus struct {
	Maximum   int `json:"maximumAvailable"`
	Available int `json:"currentlyAvailable"`
	Restore   int `json:"restoreRate"`
}

func newThrottleStatus(l limits.Level) throttleStatus {
	return throttleStatus{Maximum: l.Size, Available: l.Available(), Restore: l.PerSecond}
}

func extensionsOf(report costReport) map[string]any { return map[string]any{"cost": report} }

// bucket is what the request's client may use.
func (r *request) bucket() limits.Bucket { return r.tenant.Cost.Of(r.viewer) }

// charge pours what the operations cost together into their client's bucket; a
// dry run only asks how full it is. The error is a limits.Exceeded or
// limits.Throttled, and about all of them; with the former comes a charge of
// nothing, which knows how full the bucket is.
func (s *Server) charge(ctx context.Context, req *request, ops []*operation, dry bool) (*limits.Charge, error) {
	points := 0
	for _, op := range ops {
		if op.response == nil {
			points += op.points()
		}
	}
	bucket := req.bucket()
	if most := min(s.limits.Cost, bucket.Size); points > most { // several, each of which is small enough
		nothing, _ := s.throttle.Charge(ctx, req.client, bucket, 0) // always fits
		return nothing, &limits.Exceeded{Limit: "cost", Most: most, Got: points}
	}
	if dry {
		points = 0
	}
	return s.throttle.Charge(ctx, req.client, bucket, points)
}

// settle gives back what was not used, and reports the cost in each response.
func (s *Server) settle(ctx context.Context, charge *limits.Charge, ops []*operation, dry bool) {
	req := requestFrom(ctx)
	for _, op := range ops {
		req.cost, req.used = req.cost+op.points(), req.used+op.used
	}
	charge.Settle(ctx, req.used)
	var spent *upstreamReport
	ran := slices.ContainsFunc(ops, func(op *operation) bool { return !op.refused })
	if ran && !dry { // nothing is called for what did not run, nor for its report
		spent = s.upstreamReport(ctx, req)
	}
	for _, op := range ops {
		report := costReport{Requested: op.points(), Actual: op.used, Throttle: newThrottleStatus(charge.Level())}
		if dry && op.estimate != nil {
			report.Fields, report.Predicted = op.estimate.Fields(), s.forecast(req, op)
		}
		op.response.Extensions = extensionsOf(report)
		if spent != nil {
			op.response.Extensions["upstream"] = spent
		}
		if len(op.stale) > 0 {
			op.response.Extensions["staleness"] = op.stale
		}
		if op.estimate != nil && !dry {
			s.metrics.cost(report.Requested, report.Actual)
		}
	}
}

// forecast predicts what backends would have to do for an operation.
func (s *Server) forecast(req *request, op *operation) map[upstream.Backend]int {
	positions := op.estimate.Positions()
	selected := make([]loaders.Selected, len(positions))
	for i, p := range positions {
		selected[i] = loaders.Selected{Path: p.Path, Field: p.Field, Type: p.Type, Parent: p.Parent, Times: p.Times, Items: p.Items}
	}
	identify := s.table.Select(op.Operation, op.Doc.Fragments).NeedsViewer() && !req.viewer.IsAnonymous() && !req.viewer.IsService()
	return req.tenant.Loaders.Forecast(req.viewer, identify, selected)
}

// refusedReport is the cost of operations that were not run, from what charge gave.
func refusedReport(charge *limits.Charge, err error, ops []*operation) (report costReport) {
	for _, op := range ops {
		report.Requested += op.points()
	}
	if throttled, ok := errors.AsType[*limits.Throttled](err); ok {
		report.Throttle = newThrottleStatus(throttled.Level)
	} else if charge != nil {
		report.Throttle = newThrottleStatus(charge.Level())
	}
	return report
}
