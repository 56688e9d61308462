package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/marketgraph/marketgraph/sandbox"
)

// Time-outs of the listeners. An answer may take as long as an operation's
// deadline; everything else is quick.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 15 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 32 << 10
	shutdownTimeout   = 15 * time.Second
)

// serveCommand serves the graph.
type serveCommand struct {
	Config        string        `help:"Configuration file of real marketplaces. Without it: sandbox mode." placeholder:"FILE"`
	Listen        string        `help:"Address of the graph (127.0.0.1:8080 when neither this nor the configuration says)." placeholder:"ADDR"`
	SandboxListen string        `help:"Address of the sandbox backends, in sandbox mode." default:"127.0.0.1:8090" placeholder:"ADDR"`
	Seed          uint64        `help:"Seed of the sandbox's demo data." default:"1"`
	Drain         time.Duration `help:"How long requests are still taken after a signal to stop, while /readyz says no. A second signal ends it." default:"0s"`
	logFlags
}

const defaultListen = "127.0.0.1:8080"

// Run serves until the context ends.
func (c serveCommand) Run(ctx context.Context, s streams) error {
	log := c.logger(s)
	check := &checker{}
	if c.Listen != "" {
		check.address("--listen", c.Listen)
	}
	check.address("--sandbox-listen", c.SandboxListen)
	if c.Drain < 0 {
		check.add("--drain", "must not be below 0")
	}
	var cfg *Config
	if c.Config != "" {
		var err error
		if cfg, err = loadConfig(c.Config); err != nil {
			var usage *usageError
			if !errors.As(err, &usage) {
				return err
			}
			check.faults = append(check.faults, usage.faults...)
		}
	}
	if len(check.faults) > 0 {
		return &usageError{check.faults}
	}
	if cfg == nil {
		return c.sandboxMode(ctx, s, log)
	}
	return c.liveMode(ctx, s, cfg, log)
}

// liveMode serves the configured marketplaces.
func (c serveCommand) liveMode(ctx context.Context, s streams, cfg *Config, log *slog.Logger) error {
	listener, err := listen("--listen", first(c.Listen, cfg.Listen, defaultListen))
	if err != nil {
		return err
	}
	listener, err = cfg.TLS.secured(listener, log)
	if err != nil {
		return err
	}
	g, err := build(ctx, cfg, log)
	if err != nil {
		_ = listener.Close()
		return err
	}
	defer g.close()
	fmt.Fprintf(s.out, "live: graph at %s://%s/api/graphql\n", cfg.TLS.scheme(), listener.Addr())
	return serveAll(ctx, g, c.Drain, site{listener, g.server.Handler()})
}

// sandboxMode serves demo marketplaces whose backends run in this process.
func (c serveCommand) sandboxMode(ctx context.Context, s streams, log *slog.Logger) error {
	graphListener, err := listen("--listen", first(c.Listen, defaultListen))
	if err != nil {
		return err
	}
	backendListener, err := listen("--sandbox-listen", c.SandboxListen)
	if err != nil {
		_ = graphListener.Close()
		return err
	}
	var g *gateway
	backends, err := sandbox.New(sandbox.Options{Seed: c.Seed, Logger: log, OnReset: func() {
		if err := g.forget(ctx); err != nil {
			log.Warn("the cache still holds the demo data before the reset", "cause", err)
		}
	}})
	if err == nil {
		g, err = build(ctx, sandboxConfig(backends, backendListener.Addr().String()), log)
	}
	if err != nil {
		_, _ = graphListener.Close(), backendListener.Close()
		return err
	}
	defer g.close()
	return serveAll(ctx, g, c.Drain,
		site{backendListener, backends.Handler()},
		site{graphListener, announced(ctx, s, g.server.Handler(), graphListener.Addr().String(), backendListener.Addr().String())})
}

// announced prints the banner once the sandbox answers, beside serving.
func announced(ctx context.Context, s streams, h http.Handler, graph, backends string) http.Handler {
	go func() {
		if err := banner(ctx, s.out, graph, backends); err != nil && ctx.Err() == nil {
			fmt.Fprintln(s.err, "gateway: no demo token:", err)
		}
	}()
	return h
}

// site is a listener and what answers there.
type site struct {
	listener net.Listener
	handler  http.Handler
}

func listen(flag, address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w (choose another address with %s)", flag, address, err, flag)
	}
	return listener, nil
}

// serveAll serves until the context ends, then drains: whoever spreads requests is
// told by /readyz to send none here, and has the drain's time to hear it; operations
// in flight are answered before the process leaves. The gateway is nil where there is none.
func serveAll(ctx context.Context, g *gateway, drain time.Duration, sites ...site) error {
	failed := make(chan error, len(sites))
	servers := make([]*http.Server, len(sites))
	for i, at := range sites {
		servers[i] = &http.Server{
			Handler: at.handler, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout,
			WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		}
		if g != nil {
			servers[i].ErrorLog = slog.NewLogLogger(g.log.Handler(), slog.LevelWarn) // of handshakes that fail, for one
		}
		go func() { failed <- servers[i].Serve(at.listener) }()
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	if g != nil {
		g.server.Drain()
		if err == nil {
			linger(ctx, drain)
		}
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	for i := len(servers) - 1; i >= 0; i-- { // the graph first: it still needs the backends
		err = errors.Join(err, servers[i].Shutdown(end))
	}
	return err
}

// linger returns after a time, or at a signal, the second to this process.
func linger(ctx context.Context, d time.Duration) {
	hurry, stop := signal.NotifyContext(context.WithoutCancel(ctx), os.Interrupt, syscall.SIGTERM)
	defer stop()
	select {
	case <-hurry.Done():
	case <-time.After(d):
	}
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
