package server

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/limits"
	"github.com/marketgraph/marketgraph/resolvers/loaders"
)

// Tenant is one marketplace as the server needs it: wired up by cmd, unchanged afterwards.
type Tenant struct {
	// Name is the tenant's name in keys, logs and metrics.
	Name string
	// Hosts are the host names that lead here, in any case, without a port.
	Hosts []string
	// Auth verifies the tenant's tokens.
	Auth *auth.Authenticator
	// Loaders reach its backends.
	Loaders *loaders.Tenant
	// Deadline is the most that one of its operations may take; 0 is that of the limits, which it must not exceed.
	Deadline time.Duration
	// Cost are its clients' buckets; the zero value gives each the default.
	Cost limits.Allowance
	// Trusted are the documents that its clients were built with.
	Trusted Trusted
	// GETByID says that a GET names its document by an id: its text comes by POST only.
	GETByID bool
	// Introspection says who may read the schema.
	Introspection Introspection
	// Webhook admits the marketplace's events; the zero value admits none.
	Webhook Webhook
}

// hosts finds the tenant of a request by its Host header.
type hosts struct {
	byName   map[string]*Tenant
	fallback *Tenant // where bare localhost leads; nil in a live configuration without a default
}

func newHosts(tenants []*Tenant, fallback string) (*hosts, error) {
	h := &hosts{byName: map[string]*Tenant{}}
	var faults []error
	for _, t := range tenants {
		if t.Auth == nil || t.Loaders == nil {
			faults = append(faults, fmt.Errorf("tenant %s lacks Auth or Loaders", t.Name))
		}
		if t.Name == fallback {
			h.fallback = t
		}
		faults = append(faults, h.add(t)...)
	}
	if len(tenants) == 0 {
		faults = append(faults, errors.New("there is no tenant"))
	}
	if fallback != "" && h.fallback == nil {
		faults = append(faults, fmt.Errorf("the default tenant %q does not exist", fallback))
	}
	return h, errors.Join(faults...)
}

// add leads a tenant's hosts to it. Two tenants cannot share one.
func (h *hosts) add(t *Tenant) (faults []error) {
	for _, host := range t.Hosts {
		host = canonicalHost(host)
		if other := h.byName[host]; other != nil {
			faults = append(faults, fmt.Errorf("host %q belongs to %s and %s", host, other.Name, t.Name))
		}
		h.byName[host] = t
	}
	return faults
}

// TenantAt names the tenant that a Host header leads to; false for a host that is nobody's.
func (s *Server) TenantAt(host string) (string, bool) {
	t := s.hosts.find(host)
	if t == nil {
		return "", false
	}
	return t.Name, true
}

// find is nil for a host that is nobody's.
func (h *hosts) find(hostport string) *Tenant {
	host := canonicalHost(bareHost(hostport))
	if t := h.byName[host]; t != nil {
		return t
	}
	if isLoopback(host) {
		return h.fallback
	}
	return nil
}

// canonicalHost is lower case, without the dot that ends a full name.
func canonicalHost(host string) string { return strings.ToLower(strings.TrimSuffix(host, ".")) }

func bareHost(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return strings.Trim(hostport, "[]")
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
