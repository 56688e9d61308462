// Command gateway is marketgraph's one binary: it serves the graph, with
// sandbox backends inside the process unless a configuration names real ones.
// It also serves the sandbox alone, checks configurations against the backends
// that they name, and fetches demo tokens. Only here are environment, files and flags read.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/redis/go-redis/v9"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // it was right to try
	exitUsage  = 2 // flags or configuration are wrong; nothing was started
)

// version is set by the linker: -X main.version=v1.2.3.
var version = "dev"

// silent drops what go-redis prints by itself: every failed dial, where the
// cache tells of an outage once.
type silent struct{}

// Printf implements go-redis's logger.
func (silent) Printf(context.Context, string, ...any) {}

func main() {
	redis.SetLogger(silent{})
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], streams{os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// streams are where a command writes: results to out, everything else to err.
type streams struct{ out, err io.Writer }

// commands is the command line.
type commands struct {
	Serve    serveCommand    `cmd:"" help:"Serve the graph; without --config with sandbox backends in the same process."`
	Sandbox  sandboxCommand  `cmd:"" help:"Serve the sandbox backends alone, for tests of other programs."`
	Check    checkCommand    `cmd:"" help:"Reach each backend of a configuration once and say what is wrong."`
	Token    tokenCommand    `cmd:"" help:"Print a demo token of a sandbox that is running."`
	Schema   schemaCommand   `cmd:"" help:"Print the GraphQL schema."`
	Webhooks webhooksCommand `cmd:"" help:"Have a marketplace tell the gateway of changes."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

// run is main without the process: it parses, runs, and says how it ended.
func run(ctx context.Context, args []string, s streams) int {
	exit, exited := exitOK, false
	parser, err := kong.New(&commands{},
		kong.Name("gateway"),
		kong.Description("One GraphQL graph over REST marketplaces."),
		kong.Writers(s.out, s.err),
		kong.Exit(func(code int) { exit, exited = code, true }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(s),
	)
	if err != nil {
		fmt.Fprintln(s.err, "gateway:", err)
		return exitFailed
	}
	parsed, err := parser.Parse(args)
	if exited { // --help
		return exit
	}
	if err != nil {
		fmt.Fprintf(s.err, "gateway: %v\nTry: gateway --help\n", err)
		return exitUsage
	}
	return report(s, parsed.Run())
}

// usageError is a fault of whoever called: every fault at once, nothing started.
type usageError struct{ faults []string }

func (e *usageError) Error() string { return strings.Join(e.faults, "\n") }

// report says what went wrong and gives the exit code.
func report(s streams, err error) int {
	var usage *usageError
	switch {
	case err == nil || errors.Is(err, context.Canceled):
		return exitOK
	case errors.As(err, &usage):
		for _, fault := range usage.faults {
			fmt.Fprintln(s.err, "gateway:", fault)
		}
		return exitUsage
	default:
		fmt.Fprintln(s.err, "gateway:", err)
		return exitFailed
	}
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(s streams) error {
	_, err := fmt.Fprintln(s.out, version)
	return err
}
