package appdirect_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
	"github.com/marketgraph/marketgraph/upstream/contract"
)

// shop is a backend that ends every call in one way, and counts them.
func shop(t *testing.T, end http.HandlerFunc) (*upstream.Client, *atomic.Int64) {
	t.Helper()
	var arrived atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		arrived.Add(1)
		end(w, r)
	}))
	t.Cleanup(server.Close)
	transport := upstream.NewTransport(upstream.DefaultBounds())
	t.Cleanup(transport.CloseIdleConnections)
	c, err := upstream.NewClient(upstream.Config{
		Backend: appdirect.Backend, BaseURL: server.URL + "/api", Credentials: upstream.Static("Bearer key"), Transport: transport,
		RouteHeader: appdirect.RouteHeader("ACME"),
		General:     upstream.Bucket{Kind: upstream.Semaphore, Size: 2},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, &arrived
}

func write(r *upstream.Route) upstream.Call {
	call := upstream.Call{Route: r, Params: contract.Params(r, "x")}
	if r.Method != http.MethodGet {
		call.Body = []byte(`{}`)
	}
	if r.Authority == upstream.Viewer {
		call.Token = "token"
	}
	return call
}

// TestWritesAreSentOnce, whatever becomes of them. After what was lost nobody knows; what was refused was not done.
func TestWritesAreSentOnce(t *testing.T) {
	t.Parallel()
	for _, end := range []struct {
		name    string
		handler http.HandlerFunc
		unknown bool
	}{
		{"dropped", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, true},
		{"502", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, true},
		{"429", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }, false},
	} {
		for _, r := range writes {
			t.Run(end.name+"/"+r.Name, func(t *testing.T) {
				t.Parallel()
				c, arrived := shop(t, end.handler)
				_, err := c.Do(t.Context(), write(r))
				var e *upstream.Error
				if !errors.As(err, &e) {
					t.Fatalf("%v is no upstream.Error", err)
				}
				if e.OutcomeUnknown() != end.unknown {
					t.Errorf("%v: outcome unknown %t", err, e.OutcomeUnknown())
				}
				if n := arrived.Load(); n != 1 {
					t.Errorf("sent %d times", n)
				}
			})
		}
	}
}

// TestPartner: a cart is begun in the name of the marketplace's partner, and nothing else is said to be.
func TestPartner(t *testing.T) {
	t.Parallel()
	for _, r := range writes {
		var got string
		c, _ := shop(t, func(w http.ResponseWriter, q *http.Request) {
			got = q.Header.Get("AD-ShoppingCart-Partner")
			w.WriteHeader(http.StatusNoContent)
		})
		if _, err := c.Do(t.Context(), write(r)); err != nil {
			t.Fatalf("%s: %v", r.Name, err)
		}
		if want := map[bool]string{true: "ACME"}[r == appdirect.CreateCart]; got != want {
			t.Errorf("%s: for partner %q, want %q", r.Name, got, want)
		}
	}
	if header := appdirect.RouteHeader(""); len(header) != 0 {
		t.Errorf("no partner: %v", header)
	}
}
