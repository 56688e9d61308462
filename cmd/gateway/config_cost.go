package main

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/marketgraph/marketgraph/limits"
)

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
