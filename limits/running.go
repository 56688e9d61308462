package limits

import "sync"

// Running counts the operations that run at this moment in this process. The
// zero value counts none; it is safe for concurrent use.
type Running struct {
	mu     sync.Mutex
	counts map[runner]int
}

// runner is who runs: a viewer of a tenant, or all of a tenant's together.
type runner struct {
	tenant, viewer string
	together       bool
}

// Crowded is a refusal for now: too many operations run at a time. Its text is
// safe for clients.
type Crowded struct {
	// Limit is the field's name as docs/limits.md has it.
	Limit string
	// Most is what is allowed.
	Most int
}

// Error names the limit.
func (c *Crowded) Error() string {
	return (&Exceeded{Limit: c.Limit, Most: c.Most, Got: c.Most + 1}).Error()
}

// Enter counts an operation of a tenant and a viewer until leave is called,
// once. The error is a [*Crowded], and nothing is counted.
func (r *Running) Enter(c Config, tenant, viewer string) (leave func(), err error) {
	all, one := runner{tenant: tenant, together: true}, runner{tenant: tenant, viewer: viewer}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.counts[all] >= c.TenantOperations:
		return nil, &Crowded{Limit: "tenantOperations", Most: c.TenantOperations}
	case r.counts[one] >= c.ViewerOperations:
		return nil, &Crowded{Limit: "viewerOperations", Most: c.ViewerOperations}
	}
	if r.counts == nil {
		r.counts = map[runner]int{}
	}
	r.counts[all]++
	r.counts[one]++
	return func() { r.leave(all, one) }, nil
}

// leave forgets whoever runs nothing any more, so the counts stay as few as the operations.
func (r *Running) leave(keys ...runner) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, key := range keys {
		if r.counts[key]--; r.counts[key] == 0 {
			delete(r.counts, key)
		}
	}
}
