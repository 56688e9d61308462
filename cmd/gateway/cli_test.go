package main

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/marketgraph/marketgraph/sandbox"
)

// command runs the binary's main without the process.
func command(t *testing.T, args ...string) (exit int, out, err string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	exit = run(context.WithoutCancel(t.Context()), args, streams{&stdout, &stderr})
	return exit, stdout.String(), stderr.String()
}

func TestCommandVersion(t *testing.T) {
	t.Parallel()
	if exit, out, err := command(t, "version"); exit != exitOK || out != version+"\n" || err != "" {
		t.Errorf("version: %d %q %q", exit, out, err)
	}
}

func TestCommandHelp(t *testing.T) {
	t.Parallel()
	exit, out, _ := command(t, "--help")
	for _, word := range []string{"serve", "token", "schema", "version"} {
		if exit != exitOK || !strings.Contains(out, word) {
			t.Errorf("--help: %d, without %q:\n%s", exit, word, out)
		}
	}
}

// A token that the command prints is one that a gateway in front of the same
// sandbox accepts.
func TestCommandToken(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	g := b.start(t)
	for _, tenant := range sandbox.Tenants() {
		for _, persona := range tenant.Personas {
			exit, out, told := command(t, "token", "--tenant", tenant.Name, "--as", persona.Name, "--sandbox", b.server.URL)
			if exit != exitOK || told != "" || strings.Count(out, "\n") != 1 || strings.ContainsAny(strings.TrimSpace(out), " \t") {
				t.Errorf("token of %s's %s: %d %q %q, want the token and nothing else", tenant.Name, persona.Name, exit, out, told)
			}
			header := http.Header{"Authorization": {"Bearer " + strings.TrimSpace(out)}}
			got := g.must(t, ask{tenant: tenant.Name, header: header, doc: `{ me { email } companies(first: 1) { totalCount } }`})
			if text(got, "me", "email") != persona.Email || at(got, "companies") == nil {
				t.Errorf("as %s of %s: %v", persona.Name, tenant.Name, got)
			}
		}
	}
}

func TestCommandTokenRefuses(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	away := "http://" + freeAddress(t)
	for _, test := range []struct {
		args []string
		exit int
		want string
	}{
		{[]string{"--as", "king"}, exitUsage, "--as: there is no \"king\"; choose one of admin, "},
		{[]string{"--tenant", "initech"}, exitUsage, "--tenant: there is no \"initech\"; choose one of acme, globex"},
		{[]string{"--sandbox", "::"}, exitUsage, "--sandbox: "},
		{[]string{"--sandbox", away}, exitFailed, "no sandbox answers at " + away + ": start one with `gateway serve`"},
		{[]string{"--sandbox", b.server.URL + "/nowhere"}, exitFailed, "gave no token: status 404"},
	} {
		exit, out, told := command(t, append([]string{"token"}, test.args...)...)
		if exit != test.exit || out != "" || !strings.Contains(told, test.want) {
			t.Errorf("token %q: %d %q %q, want %d and %q", test.args, exit, out, told, test.exit, test.want)
		}
	}
}

func TestBadFlags(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args []string
		want []string
	}{
		{[]string{}, []string{"expected one of"}},
		{[]string{"sing"}, []string{"unexpected argument sing"}},
		{[]string{"serve", "--lisen", ":1"}, []string{"unknown flag --lisen"}},
		{[]string{"serve", "--log-format", "xml"}, []string{"--log-format"}},
		{[]string{"serve", "--log-level", "loud"}, []string{"--log-level"}},
		{[]string{"serve", "--seed", "many"}, []string{"--seed"}},
		{
			[]string{"serve", "--listen", "here", "--sandbox-listen", "there", "--config", "missing.yaml"},
			[]string{"--listen: ", "--sandbox-listen: ", "missing.yaml"}, // all of them at once
		},
	} {
		exit, out, told := command(t, test.args...)
		if exit != exitUsage || out != "" {
			t.Errorf("%q: %d %q, want %d and nothing started", test.args, exit, out, exitUsage)
		}
		for _, want := range test.want {
			if !strings.Contains(told, want) {
				t.Errorf("%q tells %q, want %q", test.args, told, want)
			}
		}
	}
}

// goodConfig is a configuration without a fault; each broken one changes some of it.
const goodConfig = `listen: 127.0.0.1:0
defaultTenant: acme
tenants:
  - name: acme
    hosts: [shop.acme.example]
    appdirect: {url: "https://acme.example", clientId: gateway, clientSecret: {file: SECRET}}
`

func TestBadConfiguration(t *testing.T) {
	for _, test := range []struct {
		name     string
		old, new string
		want     []string
	}{
		{"not YAML", "tenants:", "tenants: [", []string{"["}},
		{"unknown setting", "listen:", "lissen:", []string{"lissen"}},
		{"setting in the wrong case", "defaultTenant:", "defaulttenant:", []string{"defaulttenant"}},
		{"wrong type", "tenants:", "cache: {maxBytes: plenty}\ntenants:", []string{"maxBytes"}},
		{"no duration", "tenants:", "limits: {deadline: soon}\ntenants:", []string{"deadline"}},
		{"negative limit", "tenants:", "limits: {calls: -1}\ntenants:", []string{"limits: ", "calls"}},
		{"bounds of calls", "tenants:", "calls: {attempts: -1, breakerShare: 1.5}\ntenants:", []string{"attempts must be above 0", "breakerShare must be at most 1"}},
		{"too long a deadline", "- name: acme", "- name: acme\n    deadline: 11s", []string{"tenants[0].deadline: must be above 0 and at most limits.deadline, 10s"}},
		{"negative size", "tenants:", "cache: {maxBytes: -1}\ntenants:", []string{"cache.maxBytes: must be positive"}},
		{"a patient gateway", "tenants:", "redisTimeout: 2s\ntenants:", []string{"redisTimeout: must be above 0 and at most 500ms"}},
		{"every fault of Redis", "tenants:", "redisTimeout: -1s\nredis: {env: NO_SUCH_VARIABLE_HERE}\ntenants:", []string{"redisTimeout: ", "redis: "}},
		{"roles of yesterday", "tenants:", "cache: {staleRoles: 24h}\ntenants:", []string{"cache.staleRoles: must be between 0s, for never, and 1h0m0s"}},
		{"no address", "127.0.0.1:0", "somewhere", []string{`listen: "somewhere" is no address`}},
		{"no default", "defaultTenant: acme", "defaultTenant: globex", []string{`defaultTenant: there is no tenant "globex"`}},
		{"bad name", "- name: acme", "- name: Acme Inc", []string{"tenants[0].name: ", "defaultTenant: "}},
		{"no host", "hosts: [shop.acme.example]", "hosts: []", []string{"tenants[0].hosts: name at least one host"}},
		{"no URL", "https://acme.example", "acme.example", []string{"tenants[0].appdirect.url: "}},
		{"a password in the URL", "https://acme", "https://user:secret@acme", []string{"tenants[0].appdirect.url: "}},
		{"no client", "clientId: gateway, ", "", []string{"tenants[0].appdirect.clientId: is missing"}},
		{"no secret", ", clientSecret: {file: SECRET}", "", []string{"tenants[0].appdirect.clientSecret: is missing"}},
		{"a secret from two places", "{file: SECRET}", "{file: SECRET, env: HOME}", []string{"tenants[0].appdirect.clientSecret: give env or file, not both"}},
		{"an empty variable", "{file: SECRET}", "{env: NO_SUCH_VARIABLE_HERE}", []string{"NO_SUCH_VARIABLE_HERE is empty"}},
		{"a file that is not there", "{file: SECRET}", "{file: /no/such/file}", []string{"tenants[0].appdirect.clientSecret: ", "/no/such/file"}},
		{"a secret in the file", "{file: SECRET}", "letmein", []string{"clientSecret"}},
		{"nobody we know", "    hosts:", "    introspection: friends\n    hosts:", []string{"tenants[0].introspection: is one of [everyone signedIn off]"}},
		{
			"introspection", "    hosts:", "    tokens: {introspection: {clientId: x}, jwksUrl: ftp://keys}\n    hosts:",
			[]string{"tenants[0].tokens.jwksUrl: ", "tenants[0].tokens.introspection.url: is missing", "tenants[0].tokens.introspection.clientSecret: is missing"},
		},
		{
			"a limit without its leak", "clientId: gateway,", "clientId: gateway, limits: {general: {size: 0}, routes: {appdirect.readNothing: {size: 5}}},",
			[]string{
				"tenants[0].appdirect.limits.general.size: must be at least 1 call", "tenants[0].appdirect.limits.general.perSecond: must be above 0",
				"tenants[0].appdirect.limits.routes[appdirect.readNothing]: there is no such route",
			},
		},
		{
			"kazoo without credentials", "    hosts:", "    kazoo: {url: https://voice.acme.example/v2}\n    hosts:",
			[]string{"tenants[0].kazoo.user: is missing: give apiKey, or user and password"},
		},
		{
			"kazoo with two", "    hosts:", "    kazoo: {url: voice, apiKey: {file: SECRET}, user: gateway}\n    hosts:",
			[]string{"tenants[0].kazoo.url: ", "tenants[0].kazoo.user: give apiKey, or user and password, not both"},
		},
		{
			"kazoo without an account", "    hosts:", "    kazoo: {url: https://voice.acme.example/v2, user: gateway}\n    hosts:",
			[]string{"tenants[0].kazoo.password: is missing", "tenants[0].kazoo.accountName: say whose user it is"},
		},
		{
			"twilio and leadconnector without credentials", "    hosts:", "    twilio: {apiUrl: api}\n    leadconnector: {url: lc}\n    hosts:",
			[]string{
				"tenants[0].twilio.apiUrl: ", "tenants[0].twilio.accountSid: is missing", "tenants[0].twilio.authToken: is missing",
				"tenants[0].leadconnector.url: ", "tenants[0].leadconnector.companyId: is missing", "tenants[0].leadconnector.agencyToken: is missing",
			},
		},
		{
			"links to nowhere", "    hosts:", "    links: {table: [{company: a, kazooAccount: k1}], attributes: {twilioAccount: sid}}\n    hosts:",
			[]string{"tenants[0].links: lead to kazoo accounts, and the tenant has no setting kazoo", "lead to twilio accounts"},
		},
		{
			"an account of two companies", "    hosts:",
			"    links: {table: [{company: a, kazooAccount: k1}, {company: b, kazooAccount: k1}, {company: a}, {}]}\n    hosts:",
			[]string{
				`tenants[0].links.table[1].kazooAccount: another entry has "k1" too`, `tenants[0].links.table[2].company: another entry has "a" too`,
				"tenants[0].links.table[3].company: is missing",
			},
		},
		{"nobody", goodConfig, "listen: 127.0.0.1:0\n", []string{"tenants: name at least one"}},
		{"two of a name", "tenants:\n", "tenants:\n  - {name: acme}\n", []string{"tenants[0].hosts", "tenants[0].appdirect.url", `tenants[1].name: there are two tenants "acme"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(goodConfig, test.old, test.new, 1)
			if text == goodConfig {
				t.Fatalf("the configuration has no %q", test.old)
			}
			path := writeConfig(t, text)
			exit, out, told := command(t, "serve", "--config", path)
			if exit != exitUsage || out != "" || strings.Contains(told, "letmein") || strings.Contains(told, "user:secret") {
				t.Errorf("%d %q %q, want %d and nothing started", exit, out, told, exitUsage)
			}
			for _, want := range append(test.want, path) {
				if !strings.Contains(told, want) {
					t.Errorf("it tells\n%swant %q", told, want)
				}
			}
		})
	}
}

func writeConfig(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	secret, path := filepath.Join(dir, "secret"), filepath.Join(dir, "gateway.yaml")
	if err := os.WriteFile(secret, []byte("acme-gateway-secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "SECRET", secret)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A secret prints as its place, in whatever way it is printed.
func TestSecretSaysItsPlace(t *testing.T) {
	t.Parallel()
	s := Secret{Env: "GATEWAY_SECRET", value: "letmein"}
	if got := []string{s.String(), s.GoString()}; !slices.Equal(got, []string{"$GATEWAY_SECRET", "$GATEWAY_SECRET"}) {
		t.Errorf("it prints %q", got)
	}
}
