package auth

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestConfigNamesEveryFault(t *testing.T) {
	t.Parallel()
	keys := "https://keys.example/jwks"
	for _, tc := range []struct {
		name string
		cfg  TenantConfig
		want []string
	}{
		{"good", TenantConfig{Name: "acme", JWKSURL: keys}, nil},
		{"empty", TenantConfig{}, []string{
			"name: is empty", "jwksUrl: is empty and there is no introspection: no token could ever be checked",
		}},
		{"all wrong", TenantConfig{Name: "acme", JWKSURL: "file:///etc/passwd", Leeway: time.Hour, Introspection: &IntrospectionConfig{
			URL: "https://user:hunter2@x.example", ClientID: "g",
		}}, []string{
			"jwksUrl: " + endpointFault, "introspection.url: " + endpointFault,
			"introspection: needs a client id and a secret", "leeway: must be between 0 and 5m0s",
		}},
		{"relative", TenantConfig{Name: "acme", JWKSURL: "/jwks"}, []string{"jwksUrl: " + endpointFault}},
		{"no URL at all", TenantConfig{Name: "acme", JWKSURL: "http://[::1"}, []string{"jwksUrl: " + endpointFault}},
		{"fragment", TenantConfig{Name: "acme", JWKSURL: keys + "#x"}, []string{"jwksUrl: " + endpointFault}},
		{"negative leeway", TenantConfig{Name: "acme", JWKSURL: keys, Leeway: -1}, []string{"leeway: must be between 0 and 5m0s"}},
	} {
		err := tc.cfg.validate()
		if tc.want == nil && err == nil {
			continue
		}
		faulty, ok := errors.AsType[*ConfigError](err)
		if !ok {
			t.Errorf("%s: error = %v", tc.name, err)
			continue
		}
		if diff := cmp.Diff(tc.want, faulty.Faults); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error shows a secret", tc.name)
		}
	}
}

func TestNewAuthenticatorRefusesBadConfig(t *testing.T) {
	t.Parallel()
	a, err := NewAuthenticator(t.Context(), TenantConfig{}, Options{})
	if _, ok := errors.AsType[*ConfigError](err); !ok || a != nil {
		t.Errorf("NewAuthenticator = %v, %v", a, err)
	}
}

func TestEveryLimitHasADefault(t *testing.T) {
	t.Parallel()
	got := Limits{}.withDefaults()
	if diff := cmp.Diff(DefaultLimits(), got); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
	v := reflect.ValueOf(got)
	for i := range v.NumField() {
		if v.Field(i).Int() <= 0 {
			t.Errorf("%s has no finite default", v.Type().Field(i).Name)
		}
	}
	kept := Limits{TokenBytes: 1, KeySetRefresh: time.Hour, KeySetKeys: -1}.withDefaults()
	if kept.TokenBytes != 1 || kept.KeySetRefresh != time.Hour || kept.KeySetKeys != 100 {
		t.Errorf("limits = %+v", kept)
	}
}

func TestIntrospectionSecretIsNotShown(t *testing.T) {
	t.Parallel()
	c := IntrospectionConfig{URL: "https://x.example", ClientID: "g", ClientSecret: "hunter2"}
	cfg := TenantConfig{Name: "acme", Introspection: &c}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "c", c, "p", &c, "cfg", cfg)
	shown := log.String() + string(must(json.Marshal(cfg.Introspection))) +
		fmt.Sprintf("%v %+v %#v %s %v %+v %#v %v %+v %#v", c, c, c, c, &c, &c, &c, cfg, cfg, cfg)
	if strings.Contains(shown, "hunter2") {
		t.Errorf("the secret is shown: %s", shown)
	}
}

func TestErrorHasTwoFaces(t *testing.T) {
	t.Parallel()
	cause := errors.New("dial tcp: refused")
	for _, tc := range []struct {
		err       *Error
		text      string
		retryable bool
	}{
		{unavailable("try again", cause), "auth: UNAVAILABLE: try again: dial tcp: refused", true},
		{unauthorized("no", nil), "auth: UNAUTHORIZED: no", false},
		{&Error{Code: Forbidden, Message: "no", Rule: RuleViewer}, "auth: FORBIDDEN: no", false},
		{&Error{}, "auth: Code(0): ", false},
	} {
		if tc.err.Error() != tc.text || tc.err.Retryable() != tc.retryable {
			t.Errorf("%q, retryable %v", tc.err, tc.err.Retryable())
		}
	}
	if !errors.Is(unavailable("x", cause), cause) || strings.Contains(unavailable("x", cause).Message, "dial") {
		t.Error("the cause is lost, or shown to the client")
	}
}
