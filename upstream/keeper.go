package upstream

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	defaultTokenTimeout = 5 * time.Second
	defaultTokenMargin  = time.Minute
	// unstatedLife is how long a token is kept whose endpoint does not say.
	unstatedLife = 5 * time.Minute
	// refusalMemory is how long refused credentials are not presented again: a wrong secret stays wrong, and token
	// endpoints lock clients that insist.
	refusalMemory = 5 * time.Second
)

// Grant is what a backend gave for a secret: a header, and how long it is good.
type Grant struct {
	// Header is the header's whole value: "Bearer …". It must be printable ASCII and not empty.
	Header string
	// Life is counted from the answer; 0 where the backend does not say, which is taken as 5 minutes.
	Life time.Duration
}

// String leaves the header out.
func (g Grant) String() string { return "grant" }

// GoString is String, for %#v.
func (g Grant) GoString() string { return g.String() }

// KeeperConfig says how a header is obtained and how long it is kept.
type KeeperConfig struct {
	// Name is what is printed of the credentials: whose they are. It must hold nothing secret.
	Name string
	// Fetch obtains a header; required. It is never called twice at a time, nor for an operation: its calls are not taken
	// from anybody's [Budget]. An [*Error] or [*CredentialsError] keeps its kind, as far as it is one of credentials.
	Fetch func(ctx context.Context) (Grant, error)
	// Timeout bounds one fetch; default 5 s.
	Timeout time.Duration
	// Margin is how long before its end a header is replaced; default 1 minute, at most half of its life.
	Margin time.Duration
	// Now defaults to time.Now.
	Now func() time.Time
}

// keeper keeps one header in memory. The lock is held for looking and storing, never during a fetch; the flight alone
// writes current and refused, apart from Invalidate.
type keeper struct {
	cfg    KeeperConfig
	flight singleflight.Group

	mu           sync.Mutex
	current      held
	refused      error
	refusedUntil time.Time
}

// held is one header: replaced from renew on, used until expires when it cannot be.
type held struct {
	header         string
	renew, expires time.Time
}

// NewKeeper gives credentials that are fetched when first needed, shared by all who wait, and replaced before they end.
// A fetch outlives the caller who began it, since others wait for it; its own time-out bounds it.
func NewKeeper(cfg KeeperConfig) Credentials {
	cfg.Timeout = cmp.Or(cfg.Timeout, defaultTokenTimeout)
	cfg.Margin = cmp.Or(cfg.Margin, defaultTokenMargin)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &keeper{cfg: cfg}
}

// Authorize waits for a fetch only when there is no usable header. One within its margin is handed out at once, while
// the fetch goes on without anybody waiting: a renewal then costs no call its time.
func (k *keeper) Authorize(ctx context.Context) (string, error) {
	header, state := k.look()
	if state == fresh {
		return header, nil
	}
	fetch := WithBudget(context.WithoutCancel(ctx), nil)
	done := k.flight.DoChan("", func() (any, error) { return k.renewed(fetch) })
	if state == ageing {
		return header, nil // the flight goes on without us
	}
	select {
	case <-ctx.Done():
		return "", &CredentialsError{Kind: endKind(ctx), cause: ctx.Err()}
	case r := <-done:
		if r.Err != nil {
			return "", r.Err
		}
		return r.Val.(string), nil
	}
}

// Invalidate compares, because many calls learn of one bad token at the same time: the first drops it, and the others
// must not drop its successor.
func (k *keeper) Invalidate(header string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.current.header == header {
		k.current = held{}
	}
}

// String leaves the header out.
func (k *keeper) String() string { return k.cfg.Name }

// GoString is String, for %#v.
func (k *keeper) GoString() string { return k.cfg.Name }

// age is what a header is still good for.
type age int

const (
	expired age = iota
	ageing      // usable, but within the margin: to be renewed by the way
	fresh
)

// look is the current header and what it is good for; "" when it is good for nothing.
func (k *keeper) look() (string, age) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch now := k.cfg.Now(); {
	case now.Before(k.current.renew):
		return k.current.header, fresh
	case now.Before(k.current.expires):
		return k.current.header, ageing
	}
	return "", expired
}

// renewed runs in the flight. It looks again first: the flight before may just have landed.
func (k *keeper) renewed(ctx context.Context) (string, error) {
	if header, state := k.look(); state == fresh {
		return header, nil
	}
	if err := k.stillRefused(); err != nil {
		return "", err
	}
	h, err := k.fetch(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	if err == nil {
		k.current = h
		return h.header, nil
	}
	later := k.cfg.Now().Add(refusalMemory)
	if later.Before(k.current.expires) {
		k.current.renew = later // an ageing token is not renewed at every call of an outage
	}
	if err.Kind == Unauthenticated {
		k.refused, k.refusedUntil = err, later
	}
	return "", err
}

// stillRefused is the last refusal while it is remembered, nil afterwards.
func (k *keeper) stillRefused() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.cfg.Now().Before(k.refusedUntil) {
		return k.refused
	}
	return nil
}

// fetch is one fetch under its own time-out.
func (k *keeper) fetch(ctx context.Context) (held, *CredentialsError) {
	ctx, cancel := context.WithTimeout(ctx, k.cfg.Timeout)
	defer cancel()
	grant, err := k.cfg.Fetch(ctx)
	if err != nil {
		return held{}, fetchError(ctx, err)
	}
	if !isHeader(grant.Header) {
		return held{}, &CredentialsError{Kind: MalformedReply}
	}
	life := cmp.Or(grant.Life, unstatedLife)
	now := k.cfg.Now()
	return held{
		header:  grant.Header,
		renew:   now.Add(life - min(k.cfg.Margin, life/2)),
		expires: now.Add(life),
	}, nil
}

// fetchError keeps a kind that says something of the credentials. The others would say it of the wrong thing: what is
// not found here is the account, not what its call asks for.
func fetchError(ctx context.Context, err error) *CredentialsError {
	var (
		ce *CredentialsError
		e  *Error
	)
	switch {
	case errors.As(err, &ce):
		return ce
	case ctx.Err() != nil:
		return &CredentialsError{Kind: endKind(ctx), cause: err}
	case !errors.As(err, &e):
		return &CredentialsError{Kind: Unavailable, cause: err}
	}
	kind := e.Kind
	if kind == Forbidden || kind == NotFound || kind == Refused {
		kind = Unauthenticated
	}
	return &CredentialsError{Kind: kind, Status: e.Status, cause: err}
}

// isHeader keeps header injection out, as isToken does where there is no space before the token.
func isHeader(header string) bool {
	return header != "" && strings.IndexFunc(header, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}
