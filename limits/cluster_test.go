package limits_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/marketgraph/marketgraph/cache/redistest"
	"github.com/marketgraph/marketgraph/limits"
)

// TestBucketsOnACluster pours into buckets on all three masters, and wants the same as of buckets in memory: also from a
// master that has forgotten the script. When a master dies, its buckets go on at its replica.
func TestBucketsOnACluster(t *testing.T) {
	t.Parallel()
	clock, cluster := newClock(), redistest.StartCluster(t)
	client := redis.NewClusterClient(&redis.ClusterOptions{
		Addrs: cluster.Addrs, MaxRetries: -1, ContextTimeoutEnabled: true, PoolSize: 1000, ClusterStateReloadInterval: time.Second,
	})
	t.Cleanup(func() { _ = client.Close() })
	memory, shared := limits.NewMemory(clock.now), limits.NewRedis(client, clock.now)
	b := limits.Bucket{Size: 100, PerSecond: 10}
	const keys = 30
	for round := range 6 {
		for i := range keys {
			key, points := fmt.Sprint("client ", i), 17*(round+i)%60-9
			want, fits, _ := memory.Pour(t.Context(), key, b, points)
			got, ok, err := shared.Pour(t.Context(), key, b, points)
			if err != nil || got != want || ok != fits {
				t.Fatalf("%d points into %q: %v, %v (%v), want %v, %v", points, key, got, ok, err, want, fits)
			}
		}
		clock.advance(time.Duration(round) * 300 * time.Millisecond)
		if err := cluster.Nodes[round%3].ScriptFlush(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
	}
	for i, node := range cluster.Nodes[:3] {
		if n := node.DBSize(t.Context()).Val(); n == 0 {
			t.Errorf("master %d has no bucket", i)
		}
	}
	cluster.AwaitReplica(t) // what it has not heard of is lost with its master
	cluster.Masters[0].Kill()
	cluster.AwaitPromotion(t)
	for i := range keys {
		key := fmt.Sprint("client ", i)
		want, _, _ := memory.Pour(t.Context(), key, b, 0)
		redistest.Await(t, key+" is as full as before", func() bool {
			got, _, err := shared.Pour(t.Context(), key, b, 0)
			return err == nil && got == want
		})
	}
}
