package upstream

import (
	"errors"
	"fmt"
	"time"
)

// Bounds are the limits of calls that are not a backend's own. The zero value of a field means its default; there is no
// way to say "unlimited".
type Bounds struct {
	// ConnectTimeout bounds dialling, and the TLS handshake after it once more. It is a bound apart, because a host that is
	// away should not use up the whole time of an attempt.
	ConnectTimeout time.Duration
	// HeaderTimeout bounds one attempt of a read from its send to the answer's header, within the caller's deadline.
	HeaderTimeout time.Duration
	// WriteTimeout is a write's. It is longer, since a write that is given up may have been done.
	WriteTimeout time.Duration
	// BodyTimeout bounds the time from an answer's header to its body's end, within the caller's deadline.
	BodyTimeout time.Duration
	// MaxBody bounds a reply's body after decompression, in bytes.
	MaxBody int64
	// Attempts is how often a read is sent at most. Writes are sent once.
	Attempts int
	// RetryShare is how many retries each call that succeeds earns its client, at most 1. It begins with ten.
	RetryShare float64
	// PerHost is how many calls one host gets at a time; more wait.
	PerHost int
	// BreakerShare of a route's calls has to fail before its breaker opens, at most 1.
	BreakerShare float64
	// BreakerCalls is how many calls have to have ended within the window before that says anything.
	BreakerCalls int
	// BreakerWindow is how far back calls count.
	BreakerWindow time.Duration
	// BreakerRest is how long an open breaker refuses all calls before it lets one try, give or take a fifth.
	BreakerRest time.Duration
}

// DefaultBounds are the bounds that apply where nothing else is configured.
func DefaultBounds() Bounds {
	return Bounds{
		ConnectTimeout: 2 * time.Second,
		HeaderTimeout:  5 * time.Second,
		WriteTimeout:   30 * time.Second,
		BodyTimeout:    5 * time.Second,
		MaxBody:        8 << 20,
		Attempts:       3,
		RetryShare:     0.2,
		PerHost:        maxIdlePerHost,
		BreakerShare:   0.5,
		BreakerCalls:   10,
		BreakerWindow:  30 * time.Second,
		BreakerRest:    5 * time.Second,
	}
}

// WithDefaults fills what is zero. The error names every field that is out of range.
func (b Bounds) WithDefaults() (Bounds, error) {
	d := DefaultBounds()
	err := errors.Join(
		orDefault("connectTimeout", &b.ConnectTimeout, d.ConnectTimeout),
		orDefault("headerTimeout", &b.HeaderTimeout, d.HeaderTimeout),
		orDefault("writeTimeout", &b.WriteTimeout, d.WriteTimeout),
		orDefault("bodyTimeout", &b.BodyTimeout, d.BodyTimeout),
		orDefault("maxBody", &b.MaxBody, d.MaxBody),
		orDefault("attempts", &b.Attempts, d.Attempts),
		orDefault("retryShare", &b.RetryShare, d.RetryShare),
		orDefault("perHost", &b.PerHost, d.PerHost),
		orDefault("breakerShare", &b.BreakerShare, d.BreakerShare),
		orDefault("breakerCalls", &b.BreakerCalls, d.BreakerCalls),
		orDefault("breakerWindow", &b.BreakerWindow, d.BreakerWindow),
		orDefault("breakerRest", &b.BreakerRest, d.BreakerRest),
		atMostOne("retryShare", b.RetryShare),
		atMostOne("breakerShare", b.BreakerShare),
	)
	return b, err
}

func orDefault[N int | int64 | float64 | time.Duration](name string, value *N, def N) error {
	switch {
	case *value == 0:
		*value = def
	case !(*value > 0): // not a number is not above 0 either
		return fmt.Errorf("upstream: bounds: %s must be above 0", name)
	}
	return nil
}

func atMostOne(name string, share float64) error {
	if share > 1 {
		return fmt.Errorf("upstream: bounds: %s must be at most 1", name)
	}
	return nil
}
