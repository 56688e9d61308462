package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

const (
	controlPath     = "/_sandbox" // no marketplace has such a path
	maxControlBytes = 1 << 20     // of a control request's body
)

// control is the API by which tests and people steer the sandbox. It asks for no
// token: the sandbox belongs on loopback.
func (s *Sandbox) control() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, do func(*http.Request) (any, error)) {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" "+controlPath+path, func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, maxControlBytes)
			answer, err := do(r)
			if err != nil {
				writeJSON(w, http.StatusBadRequest, Document{"error": err.Error()})
				return
			}
			writeJSON(w, http.StatusOK, answer)
		})
	}
	handle("GET ", s.describe)
	handle("GET /faults", func(*http.Request) (any, error) { return Document{"faults": s.faults.list()}, nil })
	handle("PUT /faults", s.putFaults)
	handle("DELETE /faults", func(*http.Request) (any, error) { s.faults.clear(); return Document{"faults": []any{}}, nil })
	handle("GET /calls", func(*http.Request) (any, error) { return s.calls.snapshot(), nil })
	handle("DELETE /calls", func(*http.Request) (any, error) { s.calls.clear(); return s.calls.snapshot(), nil })
	handle("GET /shoppers", func(*http.Request) (any, error) {
		return s.perTenant(func(w *world) Document { return w.shop.shoppers }), nil
	})
	handle("GET /purchases", func(*http.Request) (any, error) {
		return s.perTenant(func(w *world) Document { return w.shop.purchasesByCart() }), nil
	})
	handle("PUT /limits", s.putLimits)
	handle("POST /reset", s.postReset)
	return mux
}

// describe tells what is here; secrets of the demo are part of the demo, but
// this answer leaves them to the documentation.
func (s *Sandbox) describe(r *http.Request) (any, error) {
	tenants := make([]any, len(s.tenants))
	for i, t := range s.tenants {
		personas := make([]any, len(t.Personas))
		for j, p := range t.Personas {
			personas[j] = Document{"name": p.Name, "email": p.Email, "client": p.ClientID, "scopes": p.Scopes}
		}
		tenants[i] = Document{
			"name": t.Name, "title": t.Title, "hosts": t.Hosts, "issuer": t.Issuer, "personas": personas,
			"backends": s.addresses(r.Host, t.Name),
		}
	}
	return Document{
		"seed": s.seed.Load(), "limits": s.limitsNow(), "tenants": tenants, "implemented": s.implemented(),
		"control": []string{
			"GET,PUT,DELETE " + controlPath + "/faults", "GET,DELETE " + controlPath + "/calls",
			"GET " + controlPath + "/shoppers", "GET " + controlPath + "/purchases", "PUT " + controlPath + "/limits", "POST " + controlPath + "/reset",
		},
	}, nil
}

// addresses are a tenant's backends on a host.
func (s *Sandbox) addresses(host, tenant string) Document {
	out := Document{}
	for _, b := range s.backends {
		out[b.name()] = s.BackendURL(host, tenant, b.name())
	}
	return out
}

// implemented lists what each backend answers.
func (s *Sandbox) implemented() Document {
	out := Document{}
	for _, b := range s.backends {
		out[b.name()] = b.implemented()
	}
	return out
}

// perTenant gathers something of each tenant's data.
func (s *Sandbox) perTenant(of func(*world) Document) Document {
	out := Document{}
	for _, t := range s.tenants {
		out[t.Name] = of(t.world.Load())
	}
	return out
}

// limitsNow tells whose calls over a limit are refused.
func (s *Sandbox) limitsNow() Document {
	each := Document{}
	for _, b := range s.backends {
		each[b.name()] = s.limits.enforced(b.name())
	}
	return Document{"enforce": s.limits.enforced(""), "byBackend": each}
}

// backend finds a backend by name; an error lists those there are.
func (s *Sandbox) backend(name string) (backend, error) {
	names := make([]string, len(s.backends))
	for i, b := range s.backends {
		if names[i] = b.name(); names[i] == name {
			return b, nil
		}
	}
	return nil, fmt.Errorf("backend: must be one of %s", strings.Join(names, ", "))
}

// putFaults takes one fault or a list of them.
func (s *Sandbox) putFaults(r *http.Request) (any, error) {
	var raw json.RawMessage
	if err := decodeControl(r, &raw); err != nil {
		return nil, err
	}
	faults := make([]fault, 1)
	var into any = &faults[0]
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) {
		into = &faults
	}
	if err := strictDecode(bytes.NewReader(raw), into); err != nil {
		return nil, err
	}
	for _, f := range faults {
		if err := s.checkFault(f); err != nil {
			return nil, err
		}
	}
	if err := s.faults.put(faults); err != nil {
		return nil, err
	}
	return Document{"faults": s.faults.list()}, nil
}

// checkFault names the field that cannot be what it is.
func (s *Sandbox) checkFault(f fault) error {
	to, err := s.backend(f.Backend)
	if err != nil {
		return err
	}
	inRange := func(ms int) bool { return ms >= 0 && ms <= maxFaultLatencyMs }
	switch {
	case f.Route != "" && !slices.Contains(to.routeKeys(), f.Route):
		return fmt.Errorf("route: %q is no printed endpoint of %s; write it as %q", f.Route, to.name(), to.implemented()[0])
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return errors.New("status: must be from 200 to 599")
	case !inRange(f.LatencyMs):
		return fmt.Errorf("latencyMs: must be from 0 to %d", maxFaultLatencyMs)
	case !inRange(f.JitterMs):
		return fmt.Errorf("jitterMs: must be from 0 to %d", maxFaultLatencyMs)
	}
	return nil
}

// putLimits switches the refusal of calls over their limit on or off, for one
// backend when it is named and else for all.
func (s *Sandbox) putLimits(r *http.Request) (any, error) {
	var body struct {
		Enforce *bool  `json:"enforce"`
		Backend string `json:"backend"`
	}
	if err := decodeControl(r, &body); err != nil {
		return nil, err
	}
	if body.Enforce == nil {
		return nil, errors.New("enforce: must be true or false")
	}
	if body.Backend != "" {
		if _, err := s.backend(body.Backend); err != nil {
			return nil, err
		}
	}
	s.limits.setEnforce(body.Backend, *body.Enforce)
	return s.limitsNow(), nil
}

// postReset answers once the new data is served and OnReset has returned.
func (s *Sandbox) postReset(r *http.Request) (any, error) {
	var body struct {
		Seed *uint64 `json:"seed"`
	}
	if err := decodeControl(r, &body); err != nil {
		return nil, err
	}
	if body.Seed == nil || *body.Seed == 0 {
		return nil, errors.New("seed: must be a positive integer")
	}
	if err := s.reset(*body.Seed); err != nil {
		return nil, err
	}
	return Document{"seed": *body.Seed}, nil
}

// decodeControl reads the body of a control request.
func decodeControl(r *http.Request, into any) error { return strictDecode(r.Body, into) }

// strictDecode reads exactly one JSON value and names the field it stumbles on.
func strictDecode(from io.Reader, into any) error {
	dec := json.NewDecoder(from)
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return controlError(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("body: more than one JSON value")
	}
	return nil
}

// controlError words a decoding error for whoever wrote the body.
func controlError(err error) error {
	var kind *json.UnmarshalTypeError
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		return fmt.Errorf("%s: a JSON %s does not belong here", kind.Field, kind.Value)
	case errors.As(err, &large):
		return fmt.Errorf("body: larger than %d bytes", large.Limit)
	case errors.Is(err, io.EOF):
		return errors.New("body: missing")
	default:
		return fmt.Errorf("body: %w", err)
	}
}
