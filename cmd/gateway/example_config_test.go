package main

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"github.com/marketgraph/marketgraph/limits"
	"github.com/marketgraph/marketgraph/upstream"
)

// TestExampleConfig: whoever starts from deploy/gateway.yaml starts from a
// configuration that is right.
func TestExampleConfig(t *testing.T) {
	t.Setenv("REDIS_URL", "redis://127.0.0.1:6379")
	for _, name := range []string{
		"ACME_CLIENT_SECRET", "ACME_KAZOO_PASSWORD", "ACME_TWILIO_TOKEN", "ACME_AGENCY_TOKEN",
		"ACME_SERVICE_SECRET", "ACME_SERVICE_REFRESH_TOKEN", "GLOBEX_CLIENT_SECRET", "GLOBEX_INTROSPECTION_SECRET",
	} {
		t.Setenv(name, "secret of "+name)
	}
	t.Setenv("VAULT_KEY", strings.Repeat("A", 43)+"=")
	cfg, err := loadConfig("../../deploy/gateway.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, tenant := range cfg.Tenants {
		if tenant.AppDirect.ClientSecret.value == "" {
			t.Errorf("%s: the client secret was not read", tenant.Name)
		}
	}
	acme := cfg.Tenants[0]
	if acme.AppDirect.ServiceUser == nil || acme.Kazoo == nil || acme.Twilio == nil || acme.LeadConnector == nil || len(acme.Links.Table) != 1 ||
		acme.AppDirect.Limits.Routes["appdirect.listCompanies"].Size != 40 {
		t.Errorf("the example's first tenant was read as %+v", acme)
	}
	if cfg.Limits.Deadline != 8*time.Second || len(cfg.Tenants) != 2 || cfg.Tenants[1].Tokens.Introspection == nil {
		t.Errorf("the example was read as %+v", cfg)
	}
}

// TestConfigurationIsWritten: docs/configuration.md has a row for every flag
// and every setting, and none for one that is gone.
func TestConfigurationIsWritten(t *testing.T) {
	t.Parallel()
	rows := configurationRows(t)
	known := append(flags(t), settings(reflect.TypeFor[Config](), "")...)
	slices.Sort(known)
	for _, name := range slices.Compact(known) { // commands share flags
		if _, ok := rows[name]; !ok {
			t.Errorf("docs/configuration.md has no row for `%s`", name)
		}
		delete(rows, name)
	}
	for name := range rows {
		t.Errorf("docs/configuration.md has a row for `%s`, which does not exist", name)
	}
}

// TestDefaultsAreWritten compares the defaults that the rooms have.
func TestDefaultsAreWritten(t *testing.T) {
	t.Parallel()
	rows := configurationRows(t)
	checkDefaults(t, rows, "limits.", reflect.TypeFor[LimitsConfig](), reflect.ValueOf(limits.Default()))
	checkDefaults(t, rows, "calls.", reflect.TypeFor[CallsConfig](), reflect.ValueOf(upstream.DefaultBounds()))
}

func checkDefaults(t *testing.T, rows map[string][]string, path string, config reflect.Type, defaults reflect.Value) {
	t.Helper()
	for i := range config.NumField() {
		field := config.Field(i)
		name := path + field.Tag.Get("yaml")
		value := fmt.Sprint(defaults.FieldByName(field.Name))
		// Unit, default, and what it is.
		if row := rows[name]; len(row) != 3 || strings.Trim(row[1], "`") != value {
			t.Errorf("docs/configuration.md: the default of %s is %s in code, and the row is %q", name, value, row)
		}
	}
}

// configurationRows reads the page's tables: the cells behind each name.
func configurationRows(t *testing.T) map[string][]string {
	t.Helper()
	page, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][]string{}
	for line := range strings.Lines(string(page)) {
		name, rest, ok := strings.Cut(strings.TrimPrefix(line, "| `"), "` | ")
		if ok && strings.HasPrefix(line, "| `") {
			rows[name] = strings.Split(rest, " | ")
		}
	}
	return rows
}

// flags are the flags of all commands, save help.
func flags(t *testing.T) (names []string) {
	t.Helper()
	parser, err := kong.New(&commands{})
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range parser.Model.Leaves(true) {
		for _, flag := range command.Flags {
			names = append(names, "--"+flag.Name)
		}
	}
	return names
}

// settings are the paths of a configuration's settings. A secret is one, and a
// list or map of structs leads on without an index or key.
func settings(of reflect.Type, path string) (names []string) {
	for i := range of.NumField() {
		field := of.Field(i)
		name := field.Tag.Get("yaml")
		if name == "" {
			continue
		}
		kind := field.Type
		isList := (kind.Kind() == reflect.Slice || kind.Kind() == reflect.Map) && kind.Elem().Kind() == reflect.Struct
		if isList {
			names = append(names, path+name)
		}
		if isList || kind.Kind() == reflect.Pointer {
			kind = kind.Elem()
		}
		if kind.Kind() == reflect.Struct && kind != reflect.TypeFor[Secret]() {
			names = append(names, settings(kind, path+name+".")...)
			continue
		}
		names = append(names, path+name)
	}
	return names
}
