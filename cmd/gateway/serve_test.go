package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// serving is `gateway serve` in this process, with what it prints.
type serving struct {
	*backends
	printed string
	stop    context.CancelFunc
	ended   chan int // the exit code
	log     *logBook
}

// freeAddress is a loopback address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// serve starts and returns once a line with the last words has been printed.
func serve(t *testing.T, last string, args ...string) *serving {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	out, in := io.Pipe()
	transport := &http.Transport{}
	s := &serving{
		backends: &backends{client: &http.Client{Transport: transport}, tokens: map[string]string{}},
		stop:     stop, ended: make(chan int, 1), log: &logBook{},
	}
	t.Cleanup(transport.CloseIdleConnections)
	t.Cleanup(stop)
	go func() {
		s.ended <- run(ctx, append([]string{"serve"}, args...), streams{in, s.log})
		_ = in.Close()
	}()
	var text strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		text.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), last) {
			s.printed = text.String()
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return s
		}
	}
	t.Fatalf("it ended with %d before it printed %q:\n%s%s", <-s.ended, last, text.String(), s.log)
	return nil
}

// end stops it and demands a clean exit.
func (s *serving) end(t *testing.T) {
	t.Helper()
	s.stop()
	if exit := <-s.ended; exit != exitOK {
		t.Errorf("exit code %d: %s", exit, s.log)
	}
}

// find is the first group of a pattern in what was printed.
func (s *serving) find(t *testing.T, pattern string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(s.printed)
	if found == nil {
		t.Fatalf("nothing printed looks like %s:\n%s", pattern, s.printed)
	}
	return found[1]
}

// Beside nothing else, as it serves with the limits of production.
func TestServeSandbox(t *testing.T) {
	t.Run("curl", func(t *testing.T) {
		s := serve(t, "curl -s", "--listen", "127.0.0.1:0", "--sandbox-listen", "127.0.0.1:0")
		defer s.end(t)
		want := s.asCurlWould(t)
		if len(list(want, "companies", "nodes")) != 3 || text(want, "companies", "totalCount") == "" {
			t.Errorf("the printed request is answered %v", want)
		}
		if _, err := exec.LookPath("curl"); err == nil {
			answer, err := exec.CommandContext(t.Context(), "sh", "-c", s.find(t, `(?m)^(curl .*)$`)).Output()
			if err != nil {
				t.Fatal(err)
			}
			var got struct{ Data any }
			if err := json.Unmarshal(answer, &got); err != nil || !equalJSON(t, want, got.Data) {
				t.Errorf("curl is answered %s, want %v", answer, want)
			}
		}
		s.checkEndpoints(t)
		s.checkReset(t, want)
	})
	t.Run("graceful shutdown", func(t *testing.T) {
		s := serve(t, "curl -s", "--listen", "127.0.0.1:0", "--sandbox-listen", "127.0.0.1:0")
		s.checkShutdown(t)
	})
}

func (s *serving) graph(t *testing.T) string { return s.find(t, `(?m)graph +(http://\S+)/api/graphql`) }

func (s *serving) backend(t *testing.T) string {
	return s.find(t, `(?m)backends +(http://\S+)/_sandbox`)
}

func (s *serving) question(t *testing.T) []byte { return []byte(s.find(t, `(?m)^curl .* -d '(.*)'$`)) }

// asCurlWould sends the printed request with nothing but what is printed.
func (s *serving) asCurlWould(t *testing.T) map[string]any {
	t.Helper()
	got := s.read(t, s.printedRequest(t))
	if got.status != http.StatusOK || len(got.errors) > 0 {
		t.Fatalf("the printed request is answered %d %s", got.status, got.body)
	}
	return got.data
}

func (s *serving) printedRequest(t *testing.T) *http.Request {
	t.Helper()
	r := request(t, http.MethodPost, s.find(t, `(?m)^curl -s (\S+)`), s.question(t))
	for _, header := range regexp.MustCompile(`-H '([^:]+): ([^']+)'`).FindAllStringSubmatch(s.printed, -1) {
		r.Header.Set(header[1], header[2])
	}
	return r
}

func (s *serving) checkEndpoints(t *testing.T) {
	t.Helper()
	for path, want := range map[string]string{
		"/healthz": `"ok"`, "/readyz": `"ready"`, "/schema.graphqls": "type Query", "/metrics": "marketgraph_operations_total",
	} {
		status, _, body := s.do(t, request(t, http.MethodGet, s.graph(t)+path, nil))
		if status != http.StatusOK || !bytes.Contains(body, []byte(want)) {
			t.Errorf("%s is answered %d, without %s: %.200s", path, status, want, body)
		}
	}
}

// checkReset: after the demo data was replaced nothing of the old is answered.
func (s *serving) checkReset(t *testing.T, before map[string]any) {
	t.Helper()
	r := request(t, http.MethodPost, s.backend(t)+"/_sandbox/reset", []byte(`{"seed": 2}`))
	if status, _, body := s.do(t, r); status != http.StatusOK {
		t.Fatalf("reset: %d %s", status, body)
	}
	if after := s.asCurlWould(t); equalJSON(t, before, after) {
		t.Error("after a reset the gateway answers from the data before")
	}
}

// checkShutdown: an operation in flight is answered, and only then it ends.
func (s *serving) checkShutdown(t *testing.T) {
	t.Helper()
	fault := `{"backend": "appdirect", "route": "GET /account/v2/companies", "latencyMs": 700}`
	if status, _, body := s.do(t, request(t, http.MethodPut, s.backend(t)+"/_sandbox/faults", []byte(fault))); status != http.StatusOK {
		t.Fatalf("fault: %d %s", status, body)
	}
	answered := make(chan reply, 1)
	r := s.printedRequest(t)
	go func() { answered <- s.read(t, r) }()
	s.awaitCall(t, routeCompanies)
	s.stop()
	if got := <-answered; got.status != http.StatusOK || len(got.errors) > 0 || len(list(got.data, "companies", "nodes")) != 3 {
		t.Errorf("the operation in flight was answered %d %s", got.status, got.body)
	}
	if exit := <-s.ended; exit != exitOK {
		t.Errorf("exit code %d: %s", exit, s.log)
	}
	if _, err := s.client.Get(s.graph(t) + "/healthz"); err == nil { //nolint:bodyclose // there is none
		t.Error("it still answers")
	}
}

// awaitCall polls until the sandbox has seen a call of the route.
func (s *serving) awaitCall(t *testing.T, route string) {
	t.Helper()
	for range 5000 {
		var seen calls
		_, _, body := s.do(t, request(t, http.MethodGet, s.backend(t)+"/_sandbox/calls", nil))
		if err := json.Unmarshal(body, &seen); err != nil {
			t.Fatal(err)
		}
		if seen.ByRoute[route] > 0 {
			return
		}
	}
	t.Fatalf("no call of %s", route)
}

// A configuration serves real marketplaces: here, a sandbox that another server runs.
func TestServeLive(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	config := strings.NewReplacer("https://acme.example", b.rest("acme"), "clientId: gateway", "clientId: acme-gateway", "defaultTenant: acme\n", "").Replace(goodConfig)
	t.Run("HTTP", func(t *testing.T) {
		s := serve(t, "live: graph at", "--config", writeConfig(t, config))
		defer s.end(t)
		s.checkHosts(t, s.find(t, `graph at (http://\S+)`), b.token(t, "acme", "admin"))
	})
	t.Run("TLS", func(t *testing.T) {
		a := newAuthority(t)
		a.sign(t, "graph", false)
		s := serve(t, "live: graph at", "--config", writeConfig(t, fmt.Sprintf("%stls: { certFile: %s, keyFile: %s }\n", config, a.file("graph.crt"), a.file("graph.key"))))
		address := s.find(t, `graph at (https://\S+)`)
		if _, err := speak(t, s.client, address); err == nil {
			t.Error("a client that knows nothing of the authority trusts it")
		}
		s.client = a.client(t, "")
		s.checkHosts(t, address, b.token(t, "acme", "admin"))
		s.end(t)
		if !strings.Contains(s.log.String(), `level=WARN msg="http: TLS handshake error`) {
			t.Errorf("of the handshake that failed the log has nothing: %s", s.log)
		}
	})
}

// checkHosts asks as an administrator of acme, at its host and at others.
func (s *serving) checkHosts(t *testing.T, address, token string) {
	t.Helper()
	for host, want := range map[string]int{"shop.acme.example": 200, "SHOP.ACME.EXAMPLE:443": 200, "localhost": 404, "acme.localhost": 404, "evil.example": 404} {
		r := request(t, http.MethodPost, address, []byte(`{"query": "{ companies(first: 1) { totalCount } }"}`))
		r.Host = host
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+token)
		got := s.read(t, r)
		if got.status != want || want == 200 && at(got.data, "companies") == nil {
			t.Errorf("host %s is answered %d %s, want %d", host, got.status, got.body, want)
		}
		if strict := got.header.Get("Strict-Transport-Security") != ""; strict != strings.HasPrefix(address, "https:") {
			t.Errorf("at %s, browsers are held to TLS: %v", address, strict)
		}
	}
}

// An address that is taken is told with the flag that changes it.
func TestServeAddressTaken(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	for _, flag := range []string{"--listen", "--sandbox-listen"} {
		other := map[string]string{"--listen": "--sandbox-listen", "--sandbox-listen": "--listen"}[flag]
		exit, out, told := command(t, "serve", flag, taken.Addr().String(), other, "127.0.0.1:0")
		if exit != exitFailed || out != "" || !strings.Contains(told, flag+" "+taken.Addr().String()) {
			t.Errorf("%s: %d %q %q", flag, exit, out, told)
		}
	}
}
