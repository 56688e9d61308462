package cache

// Source says where a value came from.
type Source uint8

// The sources of a value.
const (
	// FromNone: there is no value, Err says why.
	FromNone Source = iota
	// FromMemory: the in-process tier held it.
	FromMemory
	// FromRedis: Redis held its bytes, which were decoded for this answer.
	FromRedis
	// FromFill: this caller began the fill that fetched it.
	FromFill
	// FromFlight: another caller's fill was under way, and its value was shared.
	FromFlight
)

// String returns the source as a metric label.
func (s Source) String() string {
	names := [...]string{"none", "memory", "redis", "fill", "flight"}
	if int(s) >= len(names) {
		return "unknown"
	}
	return names[s]
}

// EventKind says what happened.
type EventKind uint8

// What can happen. Those from Hit to Undecodable concern one request.
const (
	// Hit: a tier answered; Source says which.
	Hit EventKind = iota
	// Miss: no tier answered.
	Miss
	// Filled: a fill ended well.
	Filled
	// FillFailed: a fill, or the decoding of its bytes, ended in Err.
	FillFailed
	// Shared: a request waits for another's fill.
	Shared
	// Oversized: a value was larger than [Options].MaxValue and not stored.
	Oversized
	// Late: a value was not stored since a tag was evicted while it was fetched.
	Late
	// Undecodable: what Redis held was not an entry or did not decode, and
	// counts as a miss.
	Undecodable
	// Evicted: tags were evicted; Count says how many.
	Evicted
	// RedisFailed: an exchange with Redis ended in Err.
	RedisFailed
	// RedisBypassed: Redis was not asked, since it lately failed to answer.
	RedisBypassed
	// Replayed: a write was asked for again, and answered from the ledger.
	Replayed
	// Resumed: a write was asked for again whose outcome nobody recorded.
	Resumed
	// LeaseHeld: this replica is in step with the others, and serves its
	// in-process tier.
	LeaseHeld
	// LeaseLost: it is not, for the reason Err, and serves without that tier.
	LeaseLost
	// LocalLock: a lock holds in this process only, since Redis did not answer.
	LocalLock
	// Staled: a value was served that was not fresh; Staleness says why.
	Staled
	// Refreshed: a stale value was replaced in the background.
	Refreshed
	// Followed: a fill was left to another replica.
	Followed
)

// String returns the kind as a metric label.
func (k EventKind) String() string {
	names := [...]string{
		"hit", "miss", "filled", "fill_failed", "shared", "oversized", "late",
		"undecodable", "evicted", "redis_failed", "redis_bypassed",
		"replayed", "resumed", "lease_held", "lease_lost", "local_lock",
		"stale", "refreshed", "followed",
	}
	if int(k) >= len(names) {
		return "unknown"
	}
	return names[k]
}

// Event is something that happened, for metrics. It holds neither keys nor
// tenants, so its fields are bounded labels.
type Event struct {
	// Kind says what happened.
	Kind EventKind
	// Route is the route's name, or "" where no single request is concerned.
	Route string
	// Source is the tier of a Hit.
	Source Source
	// Staleness is why a value was Staled.
	Staleness Staleness
	// Count is how many tags an Evicted names.
	Count int
	// Err is why, for the kinds that failed.
	Err error
}
