package upstream

import (
	"context"
	"time"
)

// admission is the room that one call has been given: in its bucket and, where there is one, in the quota beside it.
type admission struct {
	bucket *slot
	quota  *slot // nil without a quota
}

// admit waits for room in both. The quota goes first: it is refused at once when it is spent, and its slot keeps nobody
// else from anything while the bucket's turn is waited for.
func (c *Client) admit(ctx context.Context, call Call) (*admission, *refusal) {
	var quota *slot
	if c.cfg.Quota.Kind != General {
		key := bucketKey{baseURL: c.cfg.BaseURL, client: c.cfg.Client, account: call.Account, quota: true}
		got, refused := c.cfg.Pacer.gate(key, c.cfg.Quota).acquire(ctx, call.lane())
		if refused != nil {
			return nil, refused
		}
		quota = got
	}
	bucket, refused := c.gate(call).acquire(ctx, call.lane())
	if refused != nil {
		if quota != nil {
			quota.unsent()
		}
		return nil, refused
	}
	return &admission{bucket: bucket, quota: quota}, nil
}

// waited is the time in both queues.
func (a *admission) waited() time.Duration {
	if a.quota == nil {
		return a.bucket.waited
	}
	return a.bucket.waited + a.quota.waited
}

// done ends a call that was sent.
func (a *admission) done() { a.each((*slot).done) }

// unsent gives the room back.
func (a *admission) unsent() { a.each((*slot).unsent) }

// limited ends a call that was refused with 429. The bucket rests: it is the tighter limit, and a quota that is spent
// upstream too is met again by the next call.
func (a *admission) limited(retryAfter time.Duration) {
	a.bucket.limited(retryAfter)
	if a.quota != nil {
		a.quota.done()
	}
}

func (a *admission) each(end func(*slot)) {
	end(a.bucket)
	if a.quota != nil {
		end(a.quota)
	}
}
