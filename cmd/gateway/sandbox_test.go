package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// The backends alone: what is printed leads to each of them, and the links can
// be pasted into a configuration.
func TestSandboxCommand(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"sandbox", "--listen", "127.0.0.1:0", "--links"}, streams{writer, io.Discard})
		_ = writer.Close()
	}()
	said := readUntil(t, reader, "globex", "leadConnectorLocation: leadconnector_location_id")
	for _, what := range []string{"/acme/appdirect/api", "/acme/kazoo/v2", "/acme/twilio/api", "/acme/leadconnector"} {
		if !strings.Contains(said, what) {
			t.Errorf("it does not say %s:\n%s", what, said)
		}
	}
	_, address, _ := strings.Cut(said, "steer them at ")
	address, _, _ = strings.Cut(address, "\n")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request(t, http.MethodGet, address, nil))
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("%s answers %d", address, response.StatusCode)
	}
	printedLinks(t, said)
	stop()
	if code := <-ended; code != exitOK {
		t.Errorf("exit code %d", code)
	}
}

// printedLinks reads the links of acme back.
func printedLinks(t *testing.T, said string) {
	t.Helper()
	_, block, _ := strings.Cut(said, "\n  links:\n")
	block, _, _ = strings.Cut(block, "\n\n")
	var links LinksConfig
	if err := yaml.UnmarshalWithOptions([]byte(block), &links, yaml.Strict()); err != nil {
		t.Fatalf("%v:\n%s", err, block)
	}
	if len(links.Table) < 20 || links.Attributes.KazooAccount == "" {
		t.Errorf("%d links were printed, by the attributes %+v", len(links.Table), links.Attributes)
	}
}

// readUntil reads until both texts have come, in this order.
func readUntil(t *testing.T, r io.Reader, first, last string) string {
	t.Helper()
	var said strings.Builder
	piece := make([]byte, 4096)
	for {
		n, err := r.Read(piece)
		said.Write(piece[:n])
		_, after, found := strings.Cut(said.String(), first)
		if found && strings.Contains(after, last) {
			return said.String()
		}
		if err != nil {
			t.Fatalf("it ended early: %v\n%s", err, said.String())
		}
	}
}

func TestSandboxCommandRefusesBadAddress(t *testing.T) {
	t.Parallel()
	if code := run(t.Context(), []string{"sandbox", "--listen", "here"}, streams{io.Discard, io.Discard}); code != exitUsage {
		t.Errorf("exit code %d, want %d", code, exitUsage)
	}
}
