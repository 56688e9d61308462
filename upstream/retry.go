package upstream

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
)

// The pause before a retry doubles from backoffFirst to backoffMost; half of it is chance, so that callers who failed
// together do not return together.
const (
	backoffFirst = 100 * time.Millisecond
	backoffMost  = 2 * time.Second
)

// retrying tries a read until it succeeds, fails for good, or has no time, calls or attempts left. Each attempt takes a
// new slot and a new call of the budget.
func (x *exchange) retrying(ctx context.Context) (*Reply, error) {
	plan := &retryPlan{ctx: ctx, exchange: x}
	policy := retrypolicy.NewBuilder[*Reply]().
		HandleIf(plan.again).
		WithMaxAttempts(-1).
		WithDelayFunc(plan.delayFunc).
		ReturnLastFailure().
		Build()
	var last error
	reply, err := failsafe.With(policy).WithContext(ctx).Get(func() (reply *Reply, err error) {
		reply, err = x.try(ctx)
		last = err
		return reply, err
	})
	var e *Error
	switch {
	case err == nil || errors.As(err, &e):
		return reply, err
	case last == nil || errors.Is(err, context.Canceled):
		return nil, x.fail(endKind(ctx), "", err)
	}
	return nil, last // the policy puts the ended context in its place
}

// retryPlan decides after each failure of one Do whether it pays to go on; the policy waits.
type retryPlan struct {
	ctx      context.Context
	exchange *exchange
	failures int
	delay    time.Duration
}

// again fixes the next delay, and says no when the deadline comes before it: then the error, not the wait, is the
// caller's answer.
func (p *retryPlan) again(_ *Reply, err error) bool {
	var e *Error
	if !errors.As(err, &e) || p.exchange.stop {
		return false
	}
	// A refusal by our own pacer, breaker or budget is final here: another try would only find the same again.
	switch e.Kind {
	case Unavailable, Timeout, RateLimited:
	default:
		return false
	}
	p.delay = max(backoff(p.failures), e.RetryAfter)
	p.failures++
	deadline, ok := p.ctx.Deadline()
	inTime := p.ctx.Err() == nil && (!ok || time.Now().Add(p.delay).Before(deadline))
	return inTime && p.failures < p.exchange.client.cfg.Attempts && p.exchange.client.retries.spend()
}

// delayFunc hands over the delay that again has fixed; the policy calls it right afterwards, in the same goroutine.
func (p *retryPlan) delayFunc(failsafe.ExecutionAttempt[*Reply]) time.Duration { return p.delay }

// backoff is the pause after so many earlier failures.
func backoff(failures int) time.Duration {
	most := backoffMost
	if failures < 10 { // before the shift could overflow
		most = min(most, backoffFirst<<failures)
	}
	return most/2 + rand.N(most/2+1)
}
