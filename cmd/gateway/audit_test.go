package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/server"
)

// audited is a request and what it leaves in the audit trail, as testdata/audit has it.
type audited struct {
	Name      string
	Tenant    string // "" is acme
	As        string // persona of From; "" sends no token
	From      string // tenant of the persona; "" is Tenant
	Token     string // sent as it is
	Document  string
	Variables map[string]any
	Events    []map[string]any
}

// TestAudit: each write and each refused access is one event in the file, and
// nothing of what was sent is in it.
func TestAudit(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	b.enforce(t, false)
	file := filepath.Join(t.TempDir(), "audit.log")
	g := b.start(t, func(cfg *Config) {
		cfg.Audit = file
		cfg.Tenants[1].Introspection = string(server.IntrospectionOff)
	})
	s := newShopper(t, g, "acme", "buyer")
	s.empty(t)
	cart, _ := s.add(t, "Harbor Storage", nil)
	known := strings.NewReplacer("$cart", cart, "$user", s.user, "$company", s.company)
	for _, c := range readYAML[audited](t, "testdata/audit")["access"] {
		t.Run(c.Name, func(t *testing.T) {
			if err := os.Truncate(file, 0); err != nil {
				t.Fatal(err)
			}
			header := g.send(t, c, known)
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			c.check(t, string(text), header.Get("X-Request-Id"), known)
		})
	}
	if strings.Contains(g.log.String(), `"msg":"audit"`) {
		t.Error("an event is in the log, too")
	}
}

// send sends the request, whatever is answered.
func (g *front) send(t *testing.T, c audited, known *strings.Replacer) http.Header {
	t.Helper()
	out := ask{tenant: c.Tenant, doc: known.Replace(c.Document), header: http.Header{}, vars: fillIn(t, c.Variables, known)}
	if c.Token != "" {
		out.header.Set("Authorization", "Bearer "+c.Token)
	}
	if c.As != "" {
		out.header.Set("Authorization", "Bearer "+g.token(t, first(c.From, c.Tenant, "acme"), c.As))
	}
	return g.query(t, out).header
}

// fillIn is a value of the file with what is known.
func fillIn[T any](t *testing.T, value T, known *strings.Replacer) (out T) {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(known.Replace(string(text))), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func (c audited) check(t *testing.T, trail, requestID string, known *strings.Replacer) {
	t.Helper()
	if strings.Contains(trail, "MARK") {
		t.Errorf("something that was sent is in the trail: %s", trail)
	}
	var got []map[string]any
	for line := range strings.Lines(trail) {
		var event map[string]any
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatal(err)
		}
		c.checkWho(t, event, requestID)
		for _, checked := range []string{"time", "level", "msg", "requestId", "tenant", "viewer", "subject"} {
			delete(event, checked)
		}
		got = append(got, event)
	}
	slices.SortFunc(got, func(a, b map[string]any) int { return strings.Compare(text(a, "field"), text(b, "field")) })
	if diff := cmp.Diff(fillIn(t, c.Events, known), got); diff != "" {
		t.Errorf("the trail (-want +got):\n%s", diff)
	}
}

// checkWho checks what an event says of the viewer: who sends a token that is no
// good is nobody.
func (c audited) checkWho(t *testing.T, event map[string]any, requestID string) {
	t.Helper()
	if event["msg"] != "audit" || event["requestId"] != requestID || event["tenant"] != first(c.Tenant, "acme") || event["time"] == nil {
		t.Errorf("of request %s: %v", requestID, event)
	}
	kind, client := "anonymous", ""
	if c.As != "" {
		kind, client = "user", first(c.Tenant, "acme")+"-cli"
	}
	if c.Token != "" || c.From != "" {
		kind = ""
	}
	subject := text(event, "subject")
	if text(event, "viewer", "kind") != kind || text(event, "viewer", "client") != client && kind != "" || !strings.HasPrefix(subject, kind) {
		t.Errorf("by a viewer of kind %q: %v", kind, event)
	}
	if strings.Contains(subject, "@") || kind != "" && subject == "" {
		t.Errorf("by the subject %q", subject)
	}
}

// TestAuditSinks: the trail goes to the log whatever its level, to a file of our own,
// or nowhere; a file that cannot be opened keeps the gateway from starting.
func TestAuditSinks(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	file := filepath.Join(t.TempDir(), "audit.log")
	for sink, inLog := range map[string]bool{"": true, "stderr": true, "off": false, file: false} {
		g := b.start(t, func(cfg *Config) { cfg.Audit = sink })
		g.query(t, ask{doc: "{ me { id } }"})
		if got := strings.Contains(g.log.String(), `"msg":"audit"`); got != inLog {
			t.Errorf("%q: in the log: %v", sink, got)
		}
	}
	if info, err := os.Stat(file); err != nil || info.Size() == 0 || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v %v", info, err)
	}
	for _, level := range []string{"warn", "error"} {
		var told logBook
		log := logFlags{LogFormat: "json", LogLevel: level}.logger(streams{err: &told})
		cfg := sandboxConfig(b.box, strings.TrimPrefix(b.server.URL, "http://"))
		trail, err := (&builder{cfg: cfg, log: log}).audit()
		if err != nil {
			t.Fatal(err)
		}
		if trail.Info("audit"); !strings.Contains(told.String(), `"msg":"audit"`) {
			t.Errorf("at level %s an event is lost", level)
		}
		cfg.Audit = filepath.Join(t.TempDir(), "no", "such", "folder")
		if _, err := (&builder{cfg: cfg, log: log}).audit(); err == nil {
			t.Error("a file that cannot be opened is no fault")
		}
	}
}

// TestAuditThatCannotBeWritten is told in the log.
func TestAuditThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	var log logBook
	b := &builder{cfg: &Config{Audit: "/dev/full"}, log: logFlags{LogFormat: "json", LogLevel: "info"}.logger(streams{err: &log}), gateway: &gateway{}}
	trail, err := b.audit()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.gateway.close)
	if trail.Info("audit"); !strings.Contains(log.String(), "could not be written") {
		t.Errorf("logged: %s", &log)
	}
}
