package kazoo_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/kazoo"
	"github.com/marketgraph/marketgraph/upstream/wire"
)

// refusedWith is the error that the real client makes of an answer.
func refusedWith(t *testing.T, status int, body []byte) error {
	t.Helper()
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write(body)
	}))
	defer backend.Close()
	client, err := upstream.NewClient(upstream.Config{
		Backend: kazoo.Backend, BaseURL: backend.URL + "/v2", AuthHeader: kazoo.AuthHeader,
		Credentials: upstream.Static("token"), General: kazoo.General(), Bounds: upstream.Bounds{Attempts: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer client.CloseIdleConnections()
	_, err = client.Do(t.Context(), upstream.Call{Route: kazoo.ReadAccount, Params: map[string]string{"accountId": "a"}, Account: "a"})
	if err == nil {
		t.Fatalf("%d is no refusal", status)
	}
	return err
}

func TestFailureSamples(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]kazoo.Failure{
		400: {Name: "validation error", Fields: []kazoo.Field{{Path: "name", Rules: []string{"required"}}}},
		401: {Name: "invalid_credentials"},
		402: {
			Name: "accept charges", Activation: num("1.0"),
			Charges: []kazoo.Charge{{Category: "limits", Item: "inbound_trunks", Quantity: num("11"), Rate: num("6.99"), Activation: num("1.0")}},
		},
		403: {Name: "forbidden"},
		404: {Name: "bad_identifier"},
		409: {Name: "datastore_conflict"},
		429: {Name: "too_many_requests"},
		500: {Name: "unspecified_fault"},
		503: {Name: "datastore_unreachable"},
	} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			want.Status = status
			err := refusedWith(t, status, room.Sample(t, fmt.Sprintf("error-%d", status)))
			got, ok := kazoo.FailureOf(fmt.Errorf("wrapped: %w", err))
			if diff := cmp.Diff(want, got); diff != "" || !ok {
				t.Errorf("%t (-want +got):\n%s", ok, diff)
			}
			if strings.Contains(err.Error(), "eyJ") {
				t.Errorf("the error quotes the token: %v", err)
			}
		})
	}
}

// TestFailuresInOtherShapes: what is wrong inside data must not cost the refusal its name.
func TestFailuresInOtherShapes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		body string
		want kazoo.Failure
		ok   bool
	}{
		{`{"message":"no_credit","status":"error","data":{}}`, kazoo.Failure{Name: kazoo.NameNoCredit}, true},
		{`{"message":"accept charges","data":{"users":7,"activation_charges":"free"}}`, kazoo.Failure{Name: kazoo.NameAcceptCharges}, true},
		{`{"message":"accept charges","data":{"a":{"y":{"item":"y","rate":"2"},"x":{"item":"x"}}}}`, kazoo.Failure{
			Name: kazoo.NameAcceptCharges, Charges: []kazoo.Charge{{Item: "x"}, {Item: "y", Rate: num("2")}},
		}, true},
		{`{"message":"validation error","data":{"sip.username":{"unique":{},"type":{}},"b":"odd","c":{}}}`, kazoo.Failure{
			Name: kazoo.NameValidation, Fields: []kazoo.Field{{Path: "sip.username", Rules: []string{"type", "unique"}}},
		}, true},
		{`{"message":"","status":"error"}`, kazoo.Failure{}, false},
		{`{"message":"odd","status":"success"}`, kazoo.Failure{}, false},
		{`{"message":["odd"]}`, kazoo.Failure{}, false},
		{`{"message":"cut o`, kazoo.Failure{}, false},
		{`<html>`, kazoo.Failure{}, false},
		{``, kazoo.Failure{}, false},
	} {
		got, ok := kazoo.FailureOf(refusedWith(t, http.StatusPaymentRequired, []byte(c.body)))
		if c.ok {
			c.want.Status = http.StatusPaymentRequired
		}
		if diff := cmp.Diff(c.want, got); diff != "" || ok != c.ok {
			t.Errorf("%s: %t (-want +got):\n%s", c.body, ok, diff)
		}
	}
	for _, err := range []error{nil, errors.New("other"), upstream.Malformed(kazoo.ReadAccount, errors.New("odd"))} {
		if got, ok := kazoo.FailureOf(err); ok {
			t.Errorf("%v: %+v", err, got)
		}
	}
}

// TestNamesOf402: all four names of a 402 are told apart by name, since the status is the same.
func TestNamesOf402(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, name := range []string{kazoo.NameAcceptCharges, kazoo.NameNoPaymentToken, kazoo.NameNoCredit, kazoo.NameBillingIssue} {
		got, ok := kazoo.FailureOf(refusedWith(t, http.StatusPaymentRequired, []byte(`{"message":"`+name+`"}`)))
		if !ok || got.Name != name || seen[name] || got.Activation != (wire.Number{}) {
			t.Errorf("%s: %+v, %t", name, got, ok)
		}
		seen[name] = true
	}
}
