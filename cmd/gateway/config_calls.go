package main

import (
	"time"

	"github.com/marketgraph/marketgraph/upstream"
)

// CallsConfig mirrors upstream.Bounds; zero is the default.
type CallsConfig struct {
	// ConnectTimeout is for dialling, and for the TLS handshake once more.
	ConnectTimeout time.Duration `yaml:"connectTimeout"`
	// HeaderTimeout is a read's, until the answer's header.
	HeaderTimeout time.Duration `yaml:"headerTimeout"`
	// WriteTimeout is a write's, until the answer's header.
	WriteTimeout time.Duration `yaml:"writeTimeout"`
	// BodyTimeout is from the answer's header to its end.
	BodyTimeout time.Duration `yaml:"bodyTimeout"`
	// MaxBody is bytes of a reply.
	MaxBody int64 `yaml:"maxBody"`
	// Attempts is how often a read is sent.
	Attempts int `yaml:"attempts"`
	// RetryShare is how many retries a call earns that succeeds.
	RetryShare float64 `yaml:"retryShare"`
	// PerHost is calls to one host at a time.
	PerHost int `yaml:"perHost"`
	// BreakerShare of a route's calls has to fail.
	BreakerShare float64 `yaml:"breakerShare"`
	// BreakerCalls is how many there have to be.
	BreakerCalls int `yaml:"breakerCalls"`
	// BreakerWindow is how far back calls count.
	BreakerWindow time.Duration `yaml:"breakerWindow"`
	// BreakerRest is how long an open breaker refuses.
	BreakerRest time.Duration `yaml:"breakerRest"`
}

func (c CallsConfig) bounds() upstream.Bounds { return upstream.Bounds(c) }
