package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/upstream"
)

// checkCommand reaches what a configuration names, before anybody depends on it.
type checkCommand struct {
	Config  string        `help:"Configuration file to check." required:"" placeholder:"FILE"`
	Timeout time.Duration `help:"Time for everything together; a large marketplace's links take longer." default:"1m"`
}

// Run says what was found, tenant by tenant. Its error only counts what is wrong.
func (c checkCommand) Run(ctx context.Context, s streams) error {
	if c.Timeout <= 0 {
		return &usageError{[]string{"--timeout: must be above 0"}}
	}
	cfg, err := loadConfig(c.Config)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	out := &findings{out: &printer{w: s.out}}
	if err := inspectAll(ctx, cfg, out); err != nil {
		return err
	}
	if out.out.err != nil {
		return out.out.err
	}
	return out.verdict()
}

// inspectAll writes down what it finds of each tenant. Its error is of the gateway's own.
func inspectAll(ctx context.Context, cfg *Config, out *findings) error {
	b, err := newBuilder(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer b.gateway.close()
	if err := b.openStores(); err != nil { //nolint:contextcheck // a cache does not end with the call that opens it
		return err
	}
	for i, t := range cfg.Tenants {
		out.out.printf("%s\n", t.Name)
		in, err := newInspection(ctx, b, t, fmt.Sprintf("tenants[%d]", i), out)
		if err != nil {
			return err
		}
		in.run(ctx)
		in.auth.Close()
	}
	return nil
}

// findings are the lines of a report.
type findings struct {
	out    *printer
	failed int
}

// ok says what is right.
func (f *findings) ok(what, format string, args ...any) {
	f.out.printf("  %-14s ok    %s\n", what, fmt.Sprintf(format, args...))
}

// fail says what is wrong, and what a person can do.
func (f *findings) fail(what string, t trouble) {
	f.failed++
	f.out.printf("  %-14s FAIL  %s\n", what, t.problem)
	if t.advice != "" {
		f.out.printf("  %-14s       %s\n", "", t.advice)
	}
}

// skip says what could not be looked at, which is not another failure.
func (f *findings) skip(what, why string) { f.out.printf("  %-14s -     %s\n", what, why) }

func (f *findings) verdict() error {
	switch f.failed {
	case 0:
		return nil
	case 1:
		return errors.New("the check found 1 fault")
	default:
		return fmt.Errorf("the check found %d faults", f.failed)
	}
}

// inspection looks at one tenant.
type inspection struct {
	*findings
	tenant  TenantConfig
	path    string // of its settings
	auth    *auth.Authenticator
	clients *clients
	shared  bool // there is a Redis, which outlives the check
}

func newInspection(ctx context.Context, b *builder, t TenantConfig, path string, out *findings) (*inspection, error) {
	clients, err := b.clients(t)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.Name, err)
	}
	authenticator, err := b.authenticator(ctx, t)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.Name, err)
	}
	return &inspection{findings: out, tenant: t, path: path, auth: authenticator, clients: clients, shared: b.redis != nil}, nil
}

// run makes one cheap call to each backend, and then follows the links.
func (in *inspection) run(ctx context.Context) {
	in.keys(ctx)
	reached := map[upstream.Backend]bool{}
	for _, p := range in.probes() {
		found, err := p.call(ctx)
		if err != nil {
			in.fail(string(p.backend), diagnose(err, p.target))
			continue
		}
		reached[p.backend] = true
		in.ok(string(p.backend), "%s", found)
	}
	in.serviceUser(ctx)
	in.links(ctx, reached)
}

// keys fetches what viewers' tokens are verified by.
func (in *inspection) keys(ctx context.Context) {
	address := in.tenant.auth().JWKSURL
	n, err := in.auth.Keys(ctx)
	if err != nil {
		in.fail("tokens", trouble{
			fmt.Sprintf("no signing keys at %s: %s", address, reason(err)),
			fmt.Sprintf("check %s.tokens.jwksUrl; without keys nobody can sign in", in.path),
		})
		return
	}
	in.ok("tokens", "%d signing keys at %s", n, address)
}
