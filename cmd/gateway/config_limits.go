package main

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"

	"github.com/marketgraph/marketgraph/limits"
)

// LimitsConfig mirrors limits.Config; zero is the default.
type LimitsConfig struct {
	// BodyBytes is of a POST body, and of a GET's query string.
	BodyBytes int64 `yaml:"bodyBytes"`
	// VariableBytes is of one operation's variables.
	VariableBytes int64 `yaml:"variableBytes"`
	// Batch is operations per request.
	Batch int `yaml:"batch"`
	// Tokens is of one document.
	Tokens int `yaml:"tokens"`
	// Fragments is per document.
	Fragments int `yaml:"fragments"`
	// Directives is per document.
	Directives int `yaml:"directives"`
	// Duplicates is per document.
	Duplicates int `yaml:"duplicates"`
	// Depth is of nested fields.
	Depth int `yaml:"depth"`
	// RootFields is per operation.
	RootFields int `yaml:"rootFields"`
	// Aliases is per document.
	Aliases int `yaml:"aliases"`
	// Merges is selections looked at per operation.
	Merges int `yaml:"merges"`
	// Introspection is items per operation.
	Introspection int `yaml:"introspection"`
	// Cost is points per request.
	Cost int `yaml:"cost"`
	// PageItems is per page of a list.
	PageItems int `yaml:"pageItems"`
	// Calls is upstream calls per operation.
	Calls int `yaml:"calls"`
	// Deadline is the time for an operation, such as "10s".
	Deadline time.Duration `yaml:"deadline"`
	// Errors is per answer.
	Errors int `yaml:"errors"`
	// ViewerOperations is operations of one viewer at a time.
	ViewerOperations int `yaml:"viewerOperations"`
	// TenantOperations is operations of one tenant at a time.
	TenantOperations int `yaml:"tenantOperations"`
	// Operations is operations at a time.
	Operations int `yaml:"operations"`
	// Queue is how long one waits for its turn.
	Queue time.Duration `yaml:"queue"`
}

func (l LimitsConfig) config() limits.Config { return limits.Config(l) }

// CostConfig are the buckets that a tenant's Operations are charged to.
type CostConfig struct {
	// Each is the bucket of every client application, and of each address
	// without one; nil for the default.
	Each *PointsConfig `yaml:"each"`
	// Clients are the buckets of single client applications, by their id.
	Clients map[string]PointsConfig `yaml:"clients"`
}

// PointsConfig is one leaky bucket of points.
type PointsConfig struct {
	// Size is how many points it holds.
	Size int `yaml:"size"`
	// PerSecond is how many points leak out of it in a second.
	PerSecond int `yaml:"perSecond"`
}

func (p PointsConfig) bucket() limits.Bucket { return limits.Bucket(p) }

// maxPoints bounds the settings of buckets: with it their arithmetic is exact.
const maxPoints = 1_000_000

func (p PointsConfig) check(c *checker, path string) {
	for name, value := range map[string]int{"size": p.Size, "perSecond": p.PerSecond} {
		if value < 1 || value > maxPoints {
			c.add(path+"."+name, "must be 1 to %d points", maxPoints)
		}
	}
}

func (t CostConfig) check(c *checker, path string) {
	if t.Each != nil {
		t.Each.check(c, path+".each")
	}
	for _, client := range slices.Sorted(maps.Keys(t.Clients)) {
		t.Clients[client].check(c, fmt.Sprintf("%s.clients[%s]", path, client))
	}
}

// allowance is the same in the words of package limits.
func (t CostConfig) allowance() limits.Allowance {
	out := limits.Allowance{Clients: make(map[string]limits.Bucket, len(t.Clients))}
	if t.Each != nil {
		out.Each = t.Each.bucket()
	}
	for client, points := range t.Clients {
		out.Clients[client] = points.bucket()
	}
	return out
}

// proxies reads the trusted networks; a single address is a network of one.
func (cfg *Config) proxies(c *checker) (out limits.Proxies) {
	for i, text := range cfg.TrustedProxies {
		network, err := netip.ParsePrefix(text)
		if address, alone := netip.ParseAddr(text); alone == nil {
			network, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil {
			c.add(fmt.Sprintf("trustedProxies[%d]", i), "%q is no address and no network such as 10.0.0.0/8", text)
			continue
		}
		out = append(out, network)
	}
	return out
}
