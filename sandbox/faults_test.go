package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// tryRead makes a call that may break, and tells how.
func tryRead(t *testing.T, f *fixture, path string) (answer, error) {
	t.Helper()
	r := request(t, http.MethodGet, f.base("acme")+"/api"+path, "")
	r.Header.Set("Authorization", "Bearer "+f.token(t, "acme", "admin"))
	r.Header.Set("Accept", "application/json")
	return try(r)
}

// try makes a call that may fail.
func try(r *http.Request) (answer, error) {
	// On a kept connection the client would quietly try a dropped call again.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header, body}, err
}

func TestFaultsOfEachKind(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	tests := []struct {
		name, fault string
		check       func(*testing.T, answer, error)
	}{
		{"status", `{"backend":"appdirect","status":503}`, func(t *testing.T, a answer, err error) {
			if err != nil || a.status != 503 || a.object(t)["code"] != "SERVICE_UNAVAILABLE" {
				t.Errorf("%d %s %v", a.status, a.body, err)
			}
		}},
		{"cut body", `{"backend":"appdirect","cutBody":true}`, func(t *testing.T, a answer, err error) {
			if !errors.Is(err, io.ErrUnexpectedEOF) || a.status != 200 || len(a.body) == 0 {
				t.Errorf("%d, %d bytes, %v", a.status, len(a.body), err)
			}
		}},
		{"bad JSON", `{"backend":"appdirect","badJSON":true}`, func(t *testing.T, a answer, err error) {
			if err != nil || a.status != 200 || json.Valid(a.body) {
				t.Errorf("%d, valid JSON %t, %v", a.status, json.Valid(a.body), err)
			}
		}},
		{"wrong type", `{"backend":"appdirect","wrongType":true}`, func(t *testing.T, a answer, err error) {
			first, _ := a.object(t)["content"].([]any)
			if err != nil || a.status != 200 || len(first) != 3 {
				t.Fatalf("%d %s %v", a.status, a.body, err)
			}
			for name, value := range first[0].(map[string]any) {
				if _, text := value.(string); text {
					t.Errorf("%s is a text still: %v", name, value)
				}
			}
		}},
		{"oversized", `{"backend":"appdirect","oversized":true}`, func(t *testing.T, a answer, err error) {
			if err != nil || a.status != 200 || len(a.body) <= oversize || !json.Valid(a.body) {
				t.Errorf("%d, %d bytes, valid JSON %t, %v", a.status, len(a.body), json.Valid(a.body), err)
			}
		}},
		{"drop", `{"backend":"appdirect","drop":true}`, func(t *testing.T, _ answer, err error) {
			if err == nil {
				t.Error("an answer came")
			}
		}},
		{"latency and jitter", `{"backend":"appdirect","latencyMs":1,"jitterMs":1}`, func(t *testing.T, a answer, err error) {
			if err != nil || a.status != 200 {
				t.Errorf("%d %v", a.status, err)
			}
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f.steer(t, http.MethodPut, "/faults", test.fault)
			a, err := tryRead(t, f, "/account/v2/companies?size=3")
			test.check(t, a, err)
			f.steer(t, http.MethodDelete, "/faults", "")
			if a, err := tryRead(t, f, "/account/v2/companies?size=3"); err != nil || a.status != 200 {
				t.Errorf("after the fault: %d %v", a.status, err)
			}
		})
	}
	if got := f.calls(t).Total; got != int64(2*len(tests)) {
		t.Errorf("%d calls counted, want %d: broken ones count too", got, 2*len(tests))
	}
}

// TestFaultOfARouteHitsOnlyIt and wins over the one of its backend.
func TestFaultOfARouteHitsOnlyIt(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	f.steer(t, http.MethodPut, "/faults", `[{"backend":"appdirect","status":500},
		{"backend":"appdirect","route":"GET /account/v2/companies/{companyUuid}","status":418},
		{"backend":"appdirect","route":"POST /oauth2/token","status":502}]`)
	company := f.acme().companies.all()[0].ID
	token := f.post(t, "acme", "acme-gateway", "acme-gateway-secret", machineForm(""))
	if token.status != http.StatusBadGateway {
		t.Errorf("token: %d", token.status)
	}
	f.steer(t, http.MethodPut, "/faults", `{"backend":"appdirect","route":"POST /oauth2/token"}`)
	for path, want := range map[string]int{"/account/v2/companies": 500, "/account/v2/companies/" + company: 418} {
		if a := f.call(t, http.MethodGet, "acme", "admin", path); a.status != want {
			t.Errorf("%s: %d, want %d", path, a.status, want)
		}
	}
}

// TestLatencyEndsWithTheCaller measures in simulated time.
func TestLatencyEndsWithTheCaller(t *testing.T) {
	tests := []struct {
		name             string
		deadline, lasted time.Duration
		answered         bool
	}{
		{"patient", time.Minute, 10 * time.Second, true},
		{"impatient", 3 * time.Second, 3 * time.Second, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), test.deadline)
				defer cancel()
				r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
				begun, answered := time.Now(), false
				fault{LatencyMs: 10_000}.inject(httptest.NewRecorder(), r, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { answered = true }), refuseByStatus)
				if lasted := time.Since(begun); lasted != test.lasted || answered != test.answered {
					t.Errorf("lasted %v, answered %t", lasted, answered)
				}
			})
		})
	}
}

func TestJitterStaysWithinItsBounds(t *testing.T) {
	t.Parallel()
	f := fault{LatencyMs: 5, JitterMs: 3}
	for range 200 {
		if d := f.delay(); d < 5*time.Millisecond || d > 8*time.Millisecond {
			t.Fatalf("delay of %v", d)
		}
	}
}

// TestDropWithoutConnection has a writer that cannot be taken over.
func TestDropWithoutConnection(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	hangUp(w)
	if w.Code != http.StatusBadGateway {
		t.Errorf("status %d", w.Code)
	}
}

func TestFaultBoardIsBounded(t *testing.T) {
	t.Parallel()
	var b faultBoard
	many := make([]fault, maxFaults+1)
	if err := b.put(many); err == nil || len(b.list()) != 0 {
		t.Errorf("error %v, %d faults", err, len(b.list()))
	}
	if err := b.put(many[:maxFaults]); err != nil {
		t.Error(err)
	}
	if err := b.put(many[:1]); err != nil || len(b.list()) != 1 {
		t.Errorf("the same fault again: %v, %d faults", err, len(b.list()))
	}
}

// A slow answer to a caller with a body ends with the caller too: else a sandbox
// would hold on to those who left for as long as the fault says.
func TestSlownessEndsWithTheCaller(t *testing.T) {
	t.Parallel()
	begun, ended := make(chan struct{}), make(chan struct{})
	slow := fault{LatencyMs: maxFaultLatencyMs}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(ended)
		close(begun)
		slow.inject(w, r, http.NotFoundHandler(), nil)
	}))
	defer server.Close()
	ctx, leave := context.WithCancel(t.Context())
	go func() { <-begun; leave() }()
	r := request(t, http.MethodPut, server.URL, `{"data":{}}`).WithContext(ctx)
	if _, err := http.DefaultClient.Do(r); !errors.Is(err, context.Canceled) { //nolint:bodyclose // there is no answer
		t.Fatalf("answered %v, want that the caller left", err)
	}
	<-ended
}

// The wait before it must not take anything out of a body.
func TestSlownessKeepsTheBody(t *testing.T) {
	t.Parallel()
	const body = `{"data":{"name":"x"}}`
	r := request(t, http.MethodPut, "http://sandbox.example/", body)
	var got []byte
	next := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got, _ = io.ReadAll(r.Body) })
	fault{LatencyMs: 1}.inject(httptest.NewRecorder(), r, next, nil)
	if string(got) != body {
		t.Errorf("the handler read %q, want %q", got, body)
	}
}
