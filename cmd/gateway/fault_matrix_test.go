package main

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/sandbox"
)

// faultRow is one fault of testdata/faults, and what clients are told of it whichever backend has it.
type faultRow struct {
	Fault     string
	What      string         // the fault, as docs/reliability.md has it
	Put       map[string]any // into the sandbox
	Refused   bool           // nobody listens, which no sandbox can play
	Code      string
	Retryable bool
	Message   string // behind "the backend X"
}

func readFaults(t *testing.T) []faultRow {
	t.Helper()
	return readYAML[faultRow](t, "testdata/faults")["backends"]
}

// matrixDoc has something of each backend.
const matrixDoc = `query($id: ID!) { company(id: $id) { name
	memberships(first: 2) { nodes { user { email } } }
	telephonyAccount { name devices(first: 2) { nodes { name } } }
	addOnInstallations(first: 2) { nodes { id listing { name } } }
	wallet { hasFunds charges(first: 2) { nodes { id amount } } } } }`

// lostWith is what is null in the answer to matrixDoc while a backend is away, and nothing else is.
var lostWith = map[string][]string{
	sandbox.BackendAppDirect:     {"company"},
	sandbox.BackendKazoo:         {"company.telephonyAccount"},
	sandbox.BackendTwilio:        {"company.addOnInstallations"},
	sandbox.BackendLeadConnector: {"company.wallet.hasFunds", "company.wallet.charges"},
}

// matrixDeadline is nothing that a healthy gateway needs on any machine.
const matrixDeadline = 30 * time.Second

// matrix is what all cells are played on: backends, an operation, and its answer while all is well.
type matrix struct {
	*backends
	ask    ask
	well   map[string]any
	others []whole
}

// whole is a company that has accounts at all backends with something in each, and its answer while all is well.
type whole struct {
	company string
	well    map[string]any
}

// newMatrix asks while all is well.
func newMatrix(t *testing.T) *matrix {
	t.Helper()
	b := startBackends(t, 1)
	b.enforce(t, false)
	g, stop := b.startUntil(t, onMatrix)
	defer stop()
	linked := b.wellLinked(t, g)
	return &matrix{backends: b, ask: askMatrix(linked[0].company), well: linked[0].well, others: linked[1:]}
}

// askMatrix asks for a company as those who see everything.
func askMatrix(company string) ask {
	return ask{as: "partner", doc: matrixDoc, vars: map[string]any{"id": company}}
}

// TestFaultMatrix: whatever a backend does, the rest of an answer is there and right, each error says what the table
// says, nobody waits past the deadline, and as soon as the fault is gone all is as before.
func TestFaultMatrix(t *testing.T) {
	m := newMatrix(t)
	b, g := m.backends, m.start(t, onMatrix)
	for _, row := range readFaults(t) {
		for backend := range lostWith {
			t.Run(row.Fault+"/"+backend, func(t *testing.T) {
				if row.Refused {
					deaf, stop := b.startUntil(t, onMatrix, nobodyAt(t, backend))
					defer stop()
					m.play(t, deaf, row, backend)
					return
				}
				put := maps.Clone(row.Put)
				put["backend"] = backend
				b.control(t, http.MethodPut, "/faults", printedText(put))
				m.play(t, g, row, backend)
				b.control(t, http.MethodDelete, "/faults", "")
			})
		}
	}
	m.forget(t, g)
	if d := cmp.Diff(m.well, g.must(t, m.ask)); d != "" {
		t.Errorf("after all faults:\n%s", d)
	}
	if strings.Contains(g.log.String(), `"msg":"panic"`) {
		t.Errorf("something panicked:\n%s", g.log)
	}
}

// onMatrix sends each call once, gives up hung ones soon, and waits for nobody's limits. What breakers do has tests of its
// own: here they would hide one cell from the next.
func onMatrix(c *Config) {
	c.Limits.Deadline = matrixDeadline
	for i := range c.Tenants {
		c.Tenants[i].AppDirect.Limits.General = &BucketConfig{Size: 1000, PerSecond: 1000}
	}
	c.Calls = CallsConfig{Attempts: 1, HeaderTimeout: 2 * time.Second, BreakerCalls: 10_000}
}

// nobodyAt moves a backend to where nobody listens. Signing keys stay where they are.
func nobodyAt(t *testing.T, backend string) func(*Config) {
	t.Helper()
	nowhere := "http://" + freeAddress(t)
	return func(c *Config) {
		for i := range c.Tenants {
			switch tenant := &c.Tenants[i]; backend {
			case sandbox.BackendAppDirect:
				tenant.Tokens.JWKSURL, tenant.AppDirect.URL = tenant.AppDirect.root()+"/oauth2/certs", nowhere
			case sandbox.BackendKazoo:
				tenant.Kazoo.URL = nowhere
			case sandbox.BackendTwilio:
				tenant.Twilio.MarketplaceURL, tenant.Twilio.APIURL = nowhere, nowhere
			case sandbox.BackendLeadConnector:
				tenant.LeadConnector.URL = nowhere
			}
		}
	}
}

func (m *matrix) forget(t *testing.T, g *front) {
	t.Helper()
	if err := g.gateway.forget(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// play asks a cold gateway, and holds the answer to the row and to the answer while all was well.
func (m *matrix) play(t *testing.T, g *front, row faultRow, backend string) {
	t.Helper()
	m.forget(t, g)
	begin := time.Now()
	got := g.query(t, m.ask)
	if took := time.Since(begin); took > matrixDeadline {
		t.Errorf("it took %s", took)
	}
	got.checkErrorsOf(t, backend, row.Code, row.Retryable)
	for _, e := range got.errors {
		if e.Message != "the backend "+backend+" "+row.Message {
			t.Errorf("told %q, want %q", e.Message, row.Message)
		}
	}
	if d := cmp.Diff(lose(m.well, lostWith[backend]), got.data); d != "" || got.status != http.StatusOK {
		t.Errorf("status %d, the rest (-want +got):\n%s", got.status, d)
	}
}

// lose is an answer with null at these paths.
func lose(whole map[string]any, paths []string) map[string]any {
	out := maps.Clone(whole)
	for _, path := range paths {
		name, below, deeper := strings.Cut(path, ".")
		if deeper {
			out[name] = lose(out[name].(map[string]any), []string{below})
		} else {
			out[name] = nil
		}
	}
	return out
}

// wellLinked is a few companies, each of which has something at every backend.
func (b *backends) wellLinked(t *testing.T, g *front) (found []whole) {
	t.Helper()
	const few = 4
	for _, l := range b.box.Links("acme") {
		got := g.must(t, askMatrix(l.Company))
		if len(list(got, "company", "memberships", "nodes")) > 0 && len(list(got, "company", "telephonyAccount", "devices", "nodes")) > 0 &&
			len(list(got, "company", "addOnInstallations", "nodes")) > 0 && len(list(got, "company", "wallet", "charges", "nodes")) > 0 {
			found = append(found, whole{l.Company, got})
		}
		if len(found) == few {
			return found
		}
	}
	t.Fatalf("the demo data has %d such companies, want %d", len(found), few)
	return nil
}
