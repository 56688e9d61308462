package limits_test

import (
	"errors"
	"net/http"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/auth"
	"github.com/marketgraph/marketgraph/limits"
)

// harness is a throttle whose shared buckets can fail.
type harness struct {
	*limits.Throttle
	clock  *clock
	shared *away

	mu     sync.Mutex
	events []limits.Event
}

func newHarness() *harness {
	h := &harness{clock: newClock()}
	h.shared = &away{Buckets: limits.NewMemory(h.clock.now)}
	h.Throttle = limits.NewThrottle(limits.ThrottleOptions{Shared: h.shared, Now: h.clock.now, OnEvent: func(e limits.Event) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.events = append(h.events, e)
	}})
	return h
}

func TestThrottleChargesAndSettles(t *testing.T) {
	t.Parallel()
	h := newHarness()
	b := limits.Bucket{Size: 100, PerSecond: 10}
	for _, tc := range []struct{ points, used, left, settled int }{
		{60, 20, 40, 80},
		{80, 200, 0, 0}, // more than was charged is never used
	} {
		c, err := h.Charge(t.Context(), "k", b, tc.points)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Level().Available(); got != tc.left {
			t.Errorf("%d left after %d points, want %d", got, tc.points, tc.left)
		}
		for range 2 { // settling again does nothing
			c.Settle(t.Context(), tc.used)
		}
		if got := c.Level().Available(); got != tc.settled {
			t.Errorf("%d left when %d were used, want %d", got, tc.used, tc.settled)
		}
	}
	_, err := h.Charge(t.Context(), "k", b, 25)
	throttled, ok := errors.AsType[*limits.Throttled](err)
	if !ok || throttled.Wait() != 2500*time.Millisecond {
		t.Fatalf("got %v, want a refusal for the 2.5s in which 25 points leak", err)
	}
	if want := "the operation costs 25 points, and 0 are left; 10 are restored each second"; err.Error() != want {
		t.Errorf("the refusal says %q, want %q", err, want)
	}
	want := []limits.Event{limits.Charged, limits.Charged, limits.Refused}
	if diff := cmp.Diff(want, h.events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// TestThrottleWithoutShared goes from the shared buckets to its own and back.
func TestThrottleWithoutShared(t *testing.T) {
	t.Parallel()
	h := newHarness()
	b := limits.Bucket{Size: 100, PerSecond: 1}
	charge := func(points, left int, asked int64) *limits.Charge {
		t.Helper()
		c, err := h.Charge(t.Context(), "k", b, points)
		if err != nil || c.Level().Available() != left || h.shared.asked.Load() != asked {
			t.Fatalf("%d points: %v, the shared buckets were asked %d times, want %d left and %d times", points, err, h.shared.asked.Load(), left, asked)
		}
		return c
	}
	before := charge(70, 30, 1)
	h.shared.down.Store(true)
	charge(50, 50, 2) // its own buckets know nothing of the 70
	charge(0, 50, 2)  // and for a second nobody asks the others again
	before.Settle(t.Context(), 0)
	h.clock.advance(2 * time.Second)
	h.shared.down.Store(false)
	if c := charge(0, 32, 4); c.Level().Available() != 32 { // the 70 leaked on where they were; giving back failed
		t.Error("the shared buckets forgot")
	}
	want := []limits.Event{limits.Charged, limits.Alone, limits.Charged, limits.Alone}
	if diff := cmp.Diff(want, h.events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestEventsHaveNames(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for e := limits.Charged; e <= limits.Alone; e++ {
		if name := e.String(); name == "unknown" || seen[name] {
			t.Errorf("event %d is called %q", e, name)
		}
		seen[e.String()] = true
	}
}

func TestProxiesClient(t *testing.T) {
	t.Parallel()
	proxies := limits.Proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for name, tc := range map[string]struct {
		remote    string
		forwarded []string
		want      string
	}{
		"nobody between":                  {"192.0.2.1:1234", nil, "192.0.2.1"},
		"a client that pretends":          {"192.0.2.1:1234", []string{"198.51.100.7"}, "192.0.2.1"},
		"one proxy":                       {"10.0.0.1:1", []string{"198.51.100.7"}, "198.51.100.7"},
		"two proxies":                     {"10.0.0.1:1", []string{"198.51.100.7, 10.0.0.2"}, "198.51.100.7"},
		"two headers":                     {"10.0.0.1:1", []string{"198.51.100.7", "10.0.0.2"}, "198.51.100.7"},
		"a client that pretends, proxied": {"10.0.0.1:1", []string{"203.0.113.9, 198.51.100.7"}, "198.51.100.7"},
		"only proxies":                    {"10.0.0.1:1", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		"junk":                            {"10.0.0.1:1", []string{"unknown"}, "10.0.0.1"},
		"junk in front of a proxy":        {"10.0.0.1:1", []string{"unknown, 10.0.0.2"}, "10.0.0.2"},
		"empty":                           {"10.0.0.1:1", []string{""}, "10.0.0.1"},
		"a mapped address":                {"[::ffff:192.0.2.1]:1", nil, "192.0.2.1"},
		"a household":                     {"[2001:db8:1:2:3:4:5:6]:1", nil, "2001:db8:1:2::"},
		"a household behind a proxy":      {"[fd00::1]:1", []string{"2001:db8:1:2::9"}, "2001:db8:1:2::"},
		"a zone":                          {"[fe80::1%eth0]:1", nil, "fe80::"},
		"no address":                      {"@", []string{"192.0.2.1"}, "invalid IP"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &http.Request{RemoteAddr: tc.remote, Header: http.Header{"X-Forwarded-For": tc.forwarded}}
			if got := proxies.Client(r).String(); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestClientKey(t *testing.T) {
	t.Parallel()
	one, two := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	seen := map[string]string{}
	for name, key := range map[string]string{
		"visitor of acme":                 limits.ClientKey(auth.Anonymous("acme"), one),
		"visitor of globex":               limits.ClientKey(auth.Anonymous("globex"), one),
		"visitor from another address":    limits.ClientKey(auth.Anonymous("acme"), two),
		"visitor from nobody knows where": limits.ClientKey(auth.Anonymous("acme"), netip.Addr{}),
	} {
		if other, taken := seen[key]; taken {
			t.Errorf("%s and %s share the key %s", name, other, key)
		}
		seen[key] = name
	}
}

func TestRunning(t *testing.T) {
	t.Parallel()
	c := limits.Config{ViewerOperations: 2, TenantOperations: 3}
	var r limits.Running
	enter := func(tenant, viewer, refused string) func() {
		t.Helper()
		leave, err := r.Enter(c, tenant, viewer)
		crowded, _ := errors.AsType[*limits.Crowded](err)
		if (err != nil) != (refused != "") || refused != "" && crowded.Limit != refused {
			t.Fatalf("%s of %s: %v, want %q", viewer, tenant, err, refused)
		}
		return leave
	}
	first := enter("acme", "ann", "")
	enter("acme", "ann", "")
	enter("acme", "ann", "viewerOperations")
	enter("globex", "ann", "")
	bob := enter("acme", "bob", "")
	enter("acme", "bob", "tenantOperations")
	bob()
	enter("acme", "ann", "viewerOperations")
	first()
	enter("acme", "ann", "")
	want := "the operation exceeds the limit `viewerOperations`: 3, and at most 2 are allowed"
	if got := (&limits.Crowded{Limit: "viewerOperations", Most: 2}).Error(); got != want {
		t.Errorf("the refusal says %q, want %q", got, want)
	}
}
