package upstream

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Config is everything a client needs; one per backend, marketplace and client application.
type Config struct {
	// Backend is whose routes the client accepts.
	Backend Backend
	// BaseURL is the API root with any path prefix: "https://acme.example.com/api".
	BaseURL string
	// Client is the client application's id: with BaseURL the identity of the general bucket.
	Client string
	// Credentials authorise system calls; nil refuses them.
	Credentials Credentials
	// General is the backend's general limit.
	General Bucket
	// Pacer is shared by all clients of the process; nil makes one of its own.
	Pacer *Pacer
	// Transport is shared by all clients of the process; nil makes one by [NewTransport].
	Transport http.RoundTripper
	// MaxBody bounds a reply's body after decompression, in bytes; default 8 MiB.
	MaxBody int64
	// Attempts is how often a read is tried at most; default 3. Writes are tried once.
	Attempts int
	// AttemptTimeout bounds one attempt from send to the body's end, within the caller's deadline; default 5 s.
	AttemptTimeout time.Duration
	// OnCall, when set, is told each attempt once, synchronously and from many goroutines.
	OnCall func(CallInfo)
	// Now defaults to time.Now.
	Now func() time.Time
}

// CallInfo is one attempt, for metrics and logs. It holds nothing secret.
type CallInfo struct {
	// Route is the route called; its Backend and Name are the labels.
	Route *Route
	// Attempt counts from 1 within one Do.
	Attempt int
	// Sent tells a real call from one that was refused before sending.
	Sent bool
	// Status is the HTTP status, 0 without an answer.
	Status int
	// Kind is 0 when the attempt succeeded.
	Kind Kind
	// Waited is the time in the pacer.
	Waited time.Duration
	// Duration is the time from send to the end of the body; 0 when not sent.
	Duration time.Duration
}

// Client makes the calls to one backend.
type Client struct{ cfg Config }

// NewClient checks the configuration as a whole.
func NewClient(cfg Config) (*Client, error) { return &Client{cfg: cfg}, nil }

// Do makes the call. The error is always an [*Error].
func (c *Client) Do(ctx context.Context, call Call) (*Reply, error) {
	return nil, errors.New("upstream: not built yet")
}
