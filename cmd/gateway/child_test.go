package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/sandbox"
)

// childVariable in the environment makes the test binary a gateway: its value is a childOrder as JSON.
const childVariable = "MARKETGRAPH_TEST_CHILD"

// childOrder is what a child is told. Each child is told of acme's webhooks too.
type childOrder struct {
	Sandbox string               // where the backends are: host and port
	Redis   string               // "" for none
	Points  *PointsConfig        // the bucket of each client of globex; nil for one that never fills
	Service *sandbox.ServiceUser // acme's, whose session all children of one Redis share; nil for none
}

// config is that of the sandbox's marketplaces, as the order wants it.
func (o childOrder) config() (*Config, error) {
	box, err := sandbox.New(sandbox.Options{Seed: 1, Today: demoDay})
	if err != nil {
		return nil, err
	}
	cfg := sandboxConfig(box, o.Sandbox)
	withRedis(o.Redis)(cfg)
	cfg.Pacing.Replicas = 3 // as many as any test starts
	cfg.VaultKey.value = base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{1}, cache.VaultKeyBytes))
	cfg.easy()
	withWebhooks(cfg)
	acme, globex := &cfg.Tenants[0], &cfg.Tenants[1]
	acme.AppDirect.ServiceUser = nil
	if u := o.Service; u != nil {
		acme.AppDirect.ServiceUser = &ServiceUserConfig{
			ClientID: u.ClientID, ClientSecret: Secret{value: u.ClientSecret}, RefreshToken: Secret{value: u.RefreshToken},
		}
	}
	if o.Points != nil {
		globex.Cost.Each = o.Points
	}
	return cfg, nil
}

// serveChild is a gateway in a process of its own, for tests that need several, or kill one. It gives the exit code.
func serveChild(told string) int {
	var o childOrder
	err := json.Unmarshal([]byte(told), &o)
	if err == nil {
		err = o.serve()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// serve prints the gateway's address and serves until it is told to end, as `gateway serve` does.
func (o childOrder) serve() error {
	cfg, err := o.config()
	if err != nil {
		return err
	}
	g, err := build(context.Background(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer g.close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("http://" + listener.Addr().String())
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	return serveAll(ctx, g, patience, site{listener, g.server.Handler()})
}

// child is a gateway that can be killed.
type child struct {
	*front
	process *os.Process
}

// startChild starts one child on a Redis, "" for none.
func (b *backends) startChild(t *testing.T, redis string) child {
	t.Helper()
	return b.startChildren(t, 1, redis)[0]
}

// startChildren starts so many children of the same order side by side. They are killed with the test at the latest.
func (b *backends) startChildren(t *testing.T, n int, redis string, adjust ...func(*childOrder)) []child {
	t.Helper()
	o := childOrder{Sandbox: strings.TrimPrefix(b.server.URL, "http://"), Redis: redis}
	for _, f := range adjust {
		f(&o)
	}
	told, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	children, printed := make([]child, n), make([]io.Reader, n)
	for i := range children {
		children[i].process, printed[i] = launch(t, string(told))
	}
	for i := range children {
		address := bufio.NewScanner(printed[i])
		if !address.Scan() {
			t.Fatal("the child did not start")
		}
		children[i].front = &front{backends: b, url: address.Text()}
	}
	return children
}

// launch starts this binary as a child, and gives what it prints.
func launch(t *testing.T, told string) (*os.Process, io.Reader) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childVariable+"="+told)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd.Process, out
}
