package redistest

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Cluster is three masters, and a replica of the first.
type Cluster struct {
	// URL is that of all nodes, as cache.OpenRedis takes it.
	URL string
	// Addrs are the addresses in it.
	Addrs []string
	// Masters are the servers that were masters at first.
	Masters []*Server
	// Nodes are clients of each server alone: of the masters, then of the replica.
	Nodes []*redis.Client
}

// StartCluster returns when all nodes agree and the replica is in step.
func StartCluster(t testing.TB) *Cluster {
	t.Helper()
	c := &Cluster{}
	var buses []int
	for i := range 4 {
		bus := FreePort(t)
		s := StartTCP(t, "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf",
			"--cluster-port", fmt.Sprint(bus), "--cluster-node-timeout", "500", "--repl-diskless-sync-delay", "0")
		if i < 3 {
			c.Masters = append(c.Masters, s)
		}
		c.Addrs, buses = append(c.Addrs, fmt.Sprintf("127.0.0.1:%d", s.Port)), append(buses, bus)
		c.Nodes = append(c.Nodes, direct(t, s.Port))
	}
	// After as many failed dials as its pool is large go-redis leaves a goroutine behind, for a second.
	c.URL = "redis+cluster://" + strings.Join(c.Addrs, ",") + "?pool_size=1000"
	const share = 16384/3 + 1
	for i, node := range c.Nodes {
		if i < 3 {
			do(t, node, "CLUSTER", "ADDSLOTSRANGE", i*share, min((i+1)*share, 16384)-1)
		}
		host, port, _ := strings.Cut(c.Addrs[i], ":")
		do(t, c.Nodes[0], "CLUSTER", "MEET", host, port, buses[i])
	}
	c.agreed(t, 4)
	do(t, c.Nodes[3], "CLUSTER", "REPLICATE", c.Nodes[0].ClusterMyID(t.Context()).Val())
	Await(t, "the replica is in step", func() bool {
		return inStep(t, c.Nodes[3]) && strings.Contains(c.Nodes[1].ClusterNodes(t.Context()).Val(), "slave")
	})
	return c
}

// direct is a client of one server, that ends with the test.
func direct(t testing.TB, port int) *redis.Client {
	t.Helper()
	client := redis.NewClient(&redis.Options{
		Addr: fmt.Sprintf("127.0.0.1:%d", port), MaxRetries: -1, ContextTimeoutEnabled: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func do(t testing.TB, node *redis.Client, args ...any) {
	t.Helper()
	if err := node.Do(t.Context(), args...).Err(); err != nil {
		t.Fatal(args, err)
	}
}

// agreed waits until all nodes know so many, and that the Cluster works.
func (c *Cluster) agreed(t testing.TB, known int) {
	t.Helper()
	Await(t, "the cluster agrees", func() bool {
		for _, node := range c.Nodes {
			info := node.ClusterInfo(t.Context()).Val()
			if !strings.Contains(info, "cluster_state:ok") || !strings.Contains(info, fmt.Sprint("cluster_known_nodes:", known)) {
				return false
			}
		}
		return true
	})
}

// AwaitReplica returns when the replica has all that the first master had when it was called.
func (c *Cluster) AwaitReplica(t testing.TB) {
	t.Helper()
	had := offset(t, c.Nodes[0], "master_repl_offset:")
	Await(t, "the replica has everything", func() bool { return offset(t, c.Nodes[3], "slave_repl_offset:") >= had })
}

// offset is a number of what a server says of its replication.
func offset(t testing.TB, node *redis.Client, name string) int {
	t.Helper()
	_, rest, _ := strings.Cut(node.Info(t.Context(), "replication").Val(), name)
	digits, _, _ := strings.Cut(rest, "\r\n")
	n, err := strconv.Atoi(digits)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// AwaitPromotion returns when the replica has taken over, after the first master was killed.
func (c *Cluster) AwaitPromotion(t testing.TB) {
	t.Helper()
	Await(t, "the replica is promoted", func() bool { return promoted(t, c.Nodes[3]) })
}

func promoted(t testing.TB, node *redis.Client) bool {
	return strings.Contains(node.Info(t.Context(), "replication").Val(), "role:master")
}

func inStep(t testing.TB, replica *redis.Client) bool {
	return strings.Contains(replica.Info(t.Context(), "replication").Val(), "master_link_status:up")
}
