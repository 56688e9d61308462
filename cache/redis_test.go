package cache

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/marketgraph/marketgraph/cache/redistest"
)

func TestOpenRedisForms(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"redis://h":                    "single h:6379 db 0 user  tls false",
		"redis://u:p%40@h:1/3":         "single h:1 db 3 user u tls false",
		"rediss://h:1":                 "single h:1 db 0 user  tls true",
		"unix://u:p@/run/r.sock?db=2":  "single /run/r.sock db 2 user u tls false",
		"redis+cluster://h1:1":         "cluster [h1:1] user  tls false",
		"redis+cluster://h1:1,h2:2":    "cluster [h1:1 h2:2] user  tls false",
		"rediss+cluster://u:p@h1:1,h2": "cluster [h1:1 h2:6379] user u tls true",
		"redis+cluster://h1,[::1]":     "cluster [h1:6379 [::1]:6379] user  tls false",
	} {
		client := openRedis(t, url)
		var got string
		var retries int
		var contexts bool
		switch c := client.(type) {
		case *redis.Client:
			o := c.Options()
			got = fmt.Sprint("single ", o.Addr, " db ", o.DB, " user ", o.Username, " tls ", o.TLSConfig != nil)
			retries, contexts = o.MaxRetries+o.DialerRetries, o.ContextTimeoutEnabled
		case *redis.ClusterClient:
			o := c.Options()
			got = fmt.Sprint("cluster ", o.Addrs, " user ", o.Username, " tls ", o.TLSConfig != nil)
			retries, contexts = o.MaxRetries+o.DialerRetries, o.ContextTimeoutEnabled
		}
		if got != want {
			t.Errorf("%s: %s, want %s", url, got, want)
		}
		// go-redis reads -1 retries as 0; one dial attempt is left.
		if retries > 1 || !contexts {
			t.Errorf("%s: retries %d, contexts %v", url, retries, contexts)
		}
	}
}

func TestOpenRedisOptions(t *testing.T) {
	t.Parallel()
	o := openRedis(t, "redis://h?read_timeout=7ms&max_retries=9&pool_size=3").(*redis.Client).Options()
	if o.ReadTimeout != 7*time.Millisecond || o.WriteTimeout != RedisIOTimeout || o.DialTimeout != RedisDialTimeout {
		t.Errorf("time-outs: read %v, write %v, dial %v", o.ReadTimeout, o.WriteTimeout, o.DialTimeout)
	}
	if o.MaxRetries != 0 || o.PoolSize != 3 {
		t.Errorf("%d retries, pool of %d", o.MaxRetries, o.PoolSize)
	}
}

func TestOpenRedisRefuses(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"", "h:1", "http://u:hunter2@h", "redis+http://u:hunter2@h", "unix+cluster://u:hunter2@h",
		"redis://u:hunter2@h:port", "redis://u:hunter2@h:1/x", "redis://u:hunter2@h/1/2", "redis://u:hunter2#@h:1:",
		"redis://u:hunter2@h?colour=red", "redis://u:hunter2@h?pool_size=many", "redis://u:hunter2%zz@h",
		"redis+cluster://u:hunter2@", "redis+cluster://u:hunter2@h1,,h2", "redis+cluster://u:hunter2@h1,h2/0",
		"redis+cluster://u:hunter2@h1:port", "redis+cluster://u:hunter2@h1?colour=red",
		"redis+sentinel://u:hunter2@h1,h2", "redis+sentinel://u:hunter2@,h2/master",
		"redis+sentinel://u:hunter2@h1:port/master", "redis+sentinel://u:hunter2@h1/m?x=%zz", "redis+sentinel://u:hunter2@h1/master?db=many",
	} {
		client, err := OpenRedis(url)
		if ue := (*URLError)(nil); !errors.As(err, &ue) || client != nil {
			t.Errorf("%s: client %v, err %v; want a URLError", url, client, err)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error tells the password: %v", url, err)
		}
	}
}

func TestSentinelOptions(t *testing.T) {
	t.Parallel()
	o, err := sentinelOptions("rediss", "u:p%40@h1,h2:2/main?db=2&sentinel_username=s&sentinel_password=q%26&read_timeout=7ms")
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(o.SentinelAddrs, o.MasterName, o.DB, o.Username, o.Password, o.SentinelUsername, o.SentinelPassword,
		o.TLSConfig != nil, o.MaxRetries, o.DialerRetries, o.ContextTimeoutEnabled, o.ReadTimeout)
	if want := fmt.Sprint([]string{"h1:26379", "h2:2"}, "main", 2, "u", "p@", "s", "q&", true, -1, 1, true, 7*time.Millisecond); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestOpenRedisFindsTheSentinelsMaster asks a real Sentinel, behind one that is away.
func TestOpenRedisFindsTheSentinelsMaster(t *testing.T) {
	t.Parallel()
	w := redistest.StartWatched(t)
	url := fmt.Sprintf("redis+sentinel://127.0.0.1:%d,127.0.0.1:%d/main?db=2", redistest.FreePort(t), w.Sentinel)
	client := openRedis(t, url)
	h, up := newHouse(t, client), &source{text: "x"}
	r := up.request(scope(t, "acme", "system"), "1")
	h.wantSource(t, r, "x", FromFill)
	direct := openRedis(t, w.Master.URL+"/2")
	newHouse(t, direct).wantSource(t, r, "x", FromRedis)
}
