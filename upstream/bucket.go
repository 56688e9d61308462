package upstream

import (
	"fmt"
	"time"
)

// BucketKind says how a backend counts calls.
type BucketKind int

const (
	// General means the backend's general bucket, [Config.General].
	General BucketKind = iota
	// LeakyBucket holds Size calls and leaks PerSecond.
	LeakyBucket
	// FixedWindow admits Size calls per Window.
	FixedWindow
	// DailyQuota admits Size calls per Window, which is 24 hours when it is 0.
	DailyQuota
	// Semaphore admits Size calls at the same time.
	Semaphore
)

// BucketScope says who shares a bucket. A bucket that a route prints for itself is its endpoint's in any scope.
type BucketScope int

const (
	// ScopeClient: all routes called by one client application at one base URL.
	ScopeClient BucketScope = iota
	// ScopeRoute: each route by itself, for marketplaces whose general limit turns out to be counted per endpoint.
	ScopeRoute
	// ScopeCaller: one bucket per caller, as some endpoints print it. To the backend the caller is our client application.
	ScopeCaller
)

// Bucket is a documented limit as the backend prints it; the pacer keeps its own margin below it.
type Bucket struct {
	// Kind says how calls are counted.
	Kind BucketKind
	// Size is the number of calls: held, per window, per day or at once; at least 1.
	Size int
	// PerSecond is what a LeakyBucket leaks, in calls; above 0.
	PerSecond float64
	// Window is the length of a FixedWindow or DailyQuota.
	Window time.Duration
	// Scope says who shares it.
	Scope BucketScope
}

// Validate names the first field that contradicts the kind. The zero Bucket is valid.
func (b Bucket) Validate() error {
	switch {
	case b.Kind < General || b.Kind > Semaphore:
		return fmt.Errorf("upstream: bucket: unknown kind %d", b.Kind)
	case b.Scope < ScopeClient || b.Scope > ScopeCaller:
		return fmt.Errorf("upstream: bucket: unknown scope %d", b.Scope)
	case b.Kind == General:
		return nil
	case b.Size < 1:
		return fmt.Errorf("upstream: bucket: size %d is below 1", b.Size)
	case b.Kind == LeakyBucket && !(b.PerSecond > 0):
		return fmt.Errorf("upstream: bucket: leak of %v per second is not above 0", b.PerSecond)
	case b.Kind == FixedWindow && b.Window <= 0, b.Window < 0:
		return fmt.Errorf("upstream: bucket: window %s is not above 0", b.Window)
	}
	return nil
}
