package main

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/marketgraph/marketgraph/sandbox"
	"github.com/marketgraph/marketgraph/upstream"
)

// checked is a configuration of acme in files, as a person would write it.
type checked struct {
	*backends
	dir    string
	top    map[string]any // settings above the tenants
	tenant map[string]any
}

// toCheck writes a configuration that is right, with its links.
func toCheck(t *testing.T, b *backends) *checked {
	t.Helper()
	c := &checked{backends: b, dir: t.TempDir()}
	who, _ := tenantNamed("acme")
	at := func(backend string) string { return b.box.BackendURL(b.server.URL, "acme", backend) }
	app := who.Gateway()
	c.tenant = map[string]any{
		"name": "acme", "hosts": []string{"acme.localhost"},
		"appdirect": map[string]any{"url": at(sandbox.BackendAppDirect), "clientId": app.ID, "clientSecret": c.secret(t, "app", app.Secret)},
		"kazoo": map[string]any{
			"url": at(sandbox.BackendKazoo) + "/v2", "user": who.Kazoo.User, "accountName": who.Kazoo.AccountName,
			"password": c.secret(t, "kazoo", who.Kazoo.Password),
		},
		"twilio": map[string]any{
			"marketplaceUrl": at(sandbox.BackendTwilio) + "/marketplace", "apiUrl": at(sandbox.BackendTwilio) + "/api",
			"accountSid": who.Twilio.AccountSID, "authToken": c.secret(t, "twilio", who.Twilio.AuthToken),
		},
		"leadconnector": map[string]any{
			"url": at(sandbox.BackendLeadConnector), "companyId": who.LeadConnector.CompanyID,
			"agencyToken": c.secret(t, "agency", who.LeadConnector.AgencyToken),
		},
	}
	var table []map[string]any
	for _, l := range b.box.Links("acme") {
		table = append(table, map[string]any{
			"company": l.Company, "kazooAccount": l.KazooAccount, "twilioAccount": l.TwilioAccount,
			"leadConnectorLocation": l.LeadConnectorLocation,
		})
	}
	c.tenant["links"] = map[string]any{"table": table, "attributes": map[string]any{
		"kazooAccount": sandbox.AttributeKazooAccount, "twilioAccount": sandbox.AttributeTwilioAccount,
		"leadConnectorLocation": sandbox.AttributeLeadConnectorLocation,
	}}
	return c
}

func tenantNamed(name string) (sandbox.Tenant, bool) {
	for _, t := range sandbox.Tenants() {
		if t.Name == name {
			return t, true
		}
	}
	return sandbox.Tenant{}, false
}

// secret writes a value to a file and names it.
func (c *checked) secret(t *testing.T, name, value string) map[string]any {
	t.Helper()
	file := filepath.Join(c.dir, name)
	if err := os.WriteFile(file, []byte(value), 0o600); err != nil {
		t.Fatal(err)
	}
	return map[string]any{"file": file}
}

// of is one group of settings.
func (c *checked) of(name string) map[string]any { return c.tenant[name].(map[string]any) }

func (c *checked) entry(i int) map[string]any { return c.of("links")["table"].([]map[string]any)[i] }

// run checks, and gives the exit code and all that was printed.
func (c *checked) run(t *testing.T, flags ...string) (code int, said string) {
	t.Helper()
	return c.command(t, "check", flags...)
}

// command runs one that takes a configuration: this one.
func (c *checked) command(t *testing.T, name string, flags ...string) (code int, said string) {
	t.Helper()
	config := map[string]any{"tenants": []any{c.tenant}}
	maps.Copy(config, c.top)
	text, err := yaml.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(c.dir, "gateway.yaml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	code = run(t.Context(), append(append(strings.Fields(name), "--config", file), flags...), streams{&out, &errs})
	said = out.String() + errs.String()
	who, _ := tenantNamed("acme")
	for _, secret := range []string{who.Gateway().Secret, who.Kazoo.Password, who.Twilio.AuthToken, who.LeadConnector.AgencyToken} {
		if strings.Contains(said, secret) {
			t.Errorf("the check tells a secret:\n%s", said)
		}
	}
	return code, said
}

func TestCheckFindsNothingWrong(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	code, said := toCheck(t, b).run(t)
	if code != exitOK || strings.Contains(said, "FAIL") {
		t.Fatalf("exit code %d:\n%s", code, said)
	}
	for _, line := range []string{"tokens", "appdirect", "kazoo", "twilio", "leadconnector", "links"} {
		if !strings.Contains(said, "\n  "+line+" ") {
			t.Errorf("nothing is said of %s:\n%s", line, said)
		}
	}
	if n := b.calls(t).Violations; n != 0 {
		t.Errorf("it hit the rate limits %d times", n)
	}
}

// What is wrong is named, with a word on what to do.
func TestCheckNamesFaults(t *testing.T) {
	const nobody = "00000000-0000-4000-8000-000000000000"
	b := startBackends(t, 1)
	b.enforce(t, false) // each check thinks that it calls alone
	for _, test := range []struct {
		name  string
		spoil func(t *testing.T, c *checked)
		want  []string
	}{
		{
			"client secret",
			func(t *testing.T, c *checked) { c.of("appdirect")["clientSecret"] = c.secret(t, "wrong", "x") },
			[]string{"appdirect      FAIL  refused the credentials (status 401)", "appdirect.clientId", "not looked at"},
		},
		{
			"kazoo password",
			func(t *testing.T, c *checked) { c.of("kazoo")["password"] = c.secret(t, "wrong", "x") },
			[]string{"kazoo          FAIL  refused the credentials", "tenants[0].kazoo.user"},
		},
		{
			"kazoo key",
			func(t *testing.T, c *checked) {
				c.tenant["kazoo"] = map[string]any{"url": c.of("kazoo")["url"], "apiKey": c.secret(t, "wrong", "x")}
			},
			[]string{"kazoo          FAIL  refused the credentials", "tenants[0].kazoo.apiKey"},
		},
		{
			"twilio token",
			func(t *testing.T, c *checked) { c.of("twilio")["authToken"] = c.secret(t, "wrong", "x") },
			[]string{"twilio         FAIL  refused the credentials", "authToken"},
		},
		{
			"twilio host",
			func(_ *testing.T, c *checked) { c.of("twilio")["marketplaceUrl"] = c.of("twilio")["apiUrl"] },
			[]string{"twilio         FAIL  has no such resource", "twilio.apiUrl and marketplaceUrl"},
		},
		{
			"agency token",
			func(t *testing.T, c *checked) { c.of("leadconnector")["agencyToken"] = c.secret(t, "wrong", "x") },
			[]string{"leadconnector  FAIL  refused the credentials", "agencyToken"},
		},
		{
			"key set",
			func(_ *testing.T, c *checked) {
				c.tenant["tokens"] = map[string]any{"jwksUrl": c.server.URL + "/_sandbox"}
			},
			[]string{"tokens         FAIL  no signing keys", "tokens.jwksUrl", "appdirect      ok"},
		},
		{
			"company",
			func(_ *testing.T, c *checked) { c.entry(3)["company"] = nobody },
			[]string{"the marketplace has no company " + nobody, "correct or remove tenants[0].links.table[3]"},
		},
		{
			"accounts",
			func(_ *testing.T, c *checked) {
				c.entry(0)["kazooAccount"], c.entry(1)["twilioAccount"] = "ab", "AC12"
				c.entry(2)["leadConnectorLocation"] = "xyz"
			},
			[]string{
				"kazoo has no account ab", "correct tenants[0].links.table[0]", "twilio has no account AC12",
				"leadconnector has no account xyz", "correct tenants[0].links.table[2]", "found 3 faults",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := toCheck(t, b)
			test.spoil(t, c)
			code, said := c.run(t)
			if code != exitFailed {
				t.Errorf("exit code %d, want %d", code, exitFailed)
			}
			for _, want := range test.want {
				if !strings.Contains(said, want) {
					t.Errorf("it does not say %q:\n%s", want, said)
				}
			}
		})
	}
}

// An account of two companies shows each what is the other's, and only a look at
// the custom attributes finds it.
func TestCheckFindsSharedAccounts(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	c := toCheck(t, b)
	var byAttribute string
	b.withoutLimits(t, func() {
		page := walk{b, "acme"}.get(t, "/account/v2/companies", "size", "100", "includeCustomAttributes", "true")
		for _, company := range list(page, "content") {
			for _, a := range list(company, "customAttributes") {
				if text(a, "name") == sandbox.AttributeKazooAccount {
					byAttribute = text(a, "value")
				}
			}
		}
	})
	if byAttribute == "" {
		t.Fatal("no company has its telephony account in an attribute")
	}
	c.entry(0)["kazooAccount"] = byAttribute
	code, said := c.run(t)
	if code != exitFailed || !strings.Contains(said, "the kazoo account "+byAttribute+" belongs to two companies") {
		t.Errorf("exit code %d:\n%s", code, said)
	}
}

func TestCheckWithoutLinks(t *testing.T) {
	t.Parallel()
	c := toCheck(t, startBackends(t, 1))
	for _, name := range []string{"kazoo", "twilio", "leadconnector", "links"} {
		delete(c.tenant, name)
	}
	if code, said := c.run(t); code != exitOK || !strings.Contains(said, "links          -     none are configured") {
		t.Errorf("exit code %d:\n%s", code, said)
	}
}

// A backend that hangs costs no more than the time that was given.
func TestCheckEndsInTime(t *testing.T) {
	t.Parallel()
	b := startBackends(t, 1)
	b.control(t, http.MethodPut, "/faults", `{"backend":"kazoo","latencyMs":60000}`)
	began := time.Now()
	code, said := toCheck(t, b).run(t, "--timeout", "3s")
	if code != exitFailed || !strings.Contains(said, "kazoo          FAIL  gave no answer in time") {
		t.Errorf("exit code %d:\n%s", code, said)
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestCheckRefusesBadFlags(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"check"}, {"check", "--config", "nowhere.yaml"}, {"check", "--config", "x", "--timeout", "0s"}} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), args, streams{&out, &errs}); code != exitUsage {
			t.Errorf("%v: exit code %d, want %d: %s", args, code, exitUsage, errs.String())
		}
	}
}

// Every kind of failure has words of its own, and none quotes the backend.
func TestDiagnose(t *testing.T) {
	t.Parallel()
	at := target{address: "ADDRESS", credentials: "CREDENTIALS", rights: "RIGHTS"}
	for kind, want := range map[upstream.Kind]string{
		upstream.Unauthenticated: "CREDENTIALS", upstream.Forbidden: "RIGHTS", upstream.NotFound: "ADDRESS",
		upstream.Refused: "ADDRESS", upstream.RateLimited: "later", upstream.Unavailable: "runs", upstream.Timeout: "--timeout",
		upstream.MalformedReply: "something else", upstream.TooLarge: "something else", upstream.Paced: "--timeout",
		upstream.Canceled: "--timeout",
	} {
		got := diagnose(&upstream.Error{Backend: "kazoo", Kind: kind, Status: 418}, at)
		if got.problem == "" || !strings.Contains(got.advice, want) {
			t.Errorf("%s: %+v, want advice with %q", kind, got, want)
		}
	}
	refused := &upstream.CredentialsError{Kind: upstream.Unavailable, Status: 503}
	if got := diagnose(refused, at); !strings.Contains(got.problem, "status 503") {
		t.Errorf("credentials that could not be had: %+v", got)
	}
}

func TestReason(t *testing.T) {
	t.Parallel()
	_, closed := (&net.Dialer{}).DialContext(t.Context(), "tcp", "127.0.0.1:1")
	for _, test := range []struct {
		err  error
		want string
	}{
		{&net.DNSError{Name: "nowhere.example"}, "the name nowhere.example does not resolve"},
		{closed, "nothing listens there"},
		{context.DeadlineExceeded, "it took too long"},
		{errors.New("a body that says anything"), "it gives no usable answer"},
	} {
		if got := reason(test.err); got != test.want {
			t.Errorf("%v: %q, want %q", test.err, got, test.want)
		}
	}
}
