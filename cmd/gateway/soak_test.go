//go:build soak

package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/cache/redistest"
	"github.com/marketgraph/marketgraph/sandbox"
)

// Two gateways in processes of their own on one Redis, in front of the sandbox with its limits enforced, asked by people of
// two marketplaces for as long as wanted, with faults of backends and of Redis on and off. `make soak` runs it; it ends well only if memory stayed
// flat, no goroutine was left, no limit was broken and no answer was wrong.

var soakFor = flag.Duration("soak", 10*time.Minute, "how long to ask")

const (
	soakClients = 6
	// A tenth of the time is one cycle, the last third of which has faults. Before that Redis has one.
	soakCycles = 10
	soakFaults = `[{"backend":"appdirect","route":"GET /billing/v1/subscriptions","status":503},
		{"backend":"appdirect","route":"GET /account/v2/companies/{companyUuid}","cutBody":true},
		{"backend":"kazoo","drop":true}, {"backend":"twilio","latencyMs":300,"jitterMs":300}, {"backend":"leadconnector","badJSON":true}]`
	// What the least of heap and goroutines may rise by from the second third of the time to the last, beside an eighth.
	soakHeapSlack, soakGoroutineSlack = 16 << 20, 16
	// soakRest bounds the wait for idle connections to be given up.
	soakRest = 3 * time.Minute
)

// question is one that the soak asks, with what has to be answered.
type question struct {
	ask
	name string
	// wrong tells what is not as it should be in an answer without errors, "" for nothing.
	wrong func(data map[string]any) string
}

// soak is what the clients find out.
type soak struct {
	mu       sync.Mutex
	took     []time.Duration
	codes    map[string]int // errors by code
	faulty   int            // operations with errors
	wrong    map[string]int // wrong answers by question
	redis    []string       // what happened to Redis
	examples map[string]string
}

func TestSoak(t *testing.T) {
	redis := redistest.Start(t)
	b := startBackends(t, 1)
	questions := soakQuestions(t, b)
	var gateways []*front
	var processes []*os.Process
	for _, c := range b.startChildren(t, 2, redis.URL) {
		gateways, processes = append(gateways, c.front), append(processes, c.process)
	}
	for _, q := range questions { // sign all in, past the time that is measured
		if q.as != "" {
			b.token(t, q.tenant, q.as)
		}
	}
	b.forgetCalls(t)
	before := figuresOf(t, gateways)
	s := &soak{codes: map[string]int{}, wrong: map[string]int{}, examples: map[string]string{}}
	ctx, stop := context.WithTimeout(t.Context(), *soakFor)
	defer stop()
	var wg sync.WaitGroup
	for i := range soakClients {
		wg.Go(func() { s.client(ctx, t, gateways, questions, i) })
	}
	samples := s.watch(ctx, t, b, gateways, redisTroubles(t, redis))
	wg.Wait()
	b.control(t, http.MethodDelete, "/faults", "")
	s.report(t, samples, b.calls(t))
	s.judge(t, samples, b.calls(t))
	rested(t, gateways, before)
	for _, p := range processes {
		_, _ = p.Signal(syscall.SIGTERM), p.Signal(syscall.SIGTERM)
		if state, err := p.Wait(); err != nil || !state.Success() {
			t.Errorf("a gateway left with %v, %v", state, err)
		}
	}
}

// client asks one question after the other, each time another gateway.
func (s *soak) client(ctx context.Context, t *testing.T, gateways []*front, questions []question, first int) {
	for n := first * len(questions) / soakClients; ctx.Err() == nil; n++ {
		q := questions[n%len(questions)]
		began := time.Now()
		got := gateways[n%len(gateways)].query(t, q.ask)
		s.note(q, got, time.Since(began))
	}
}

func (s *soak) note(q question, got reply, took time.Duration) {
	problem := ""
	if len(got.errors) == 0 {
		problem = q.wrong(got.data)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.took = append(s.took, took)
	for _, e := range got.errors {
		s.codes[e.code()]++
	}
	if len(got.errors) > 0 {
		s.faulty++
	}
	if problem != "" {
		s.wrong[q.name]++
		s.examples[q.name] = problem
	}
}

// redisTrouble is something that happens to Redis for a sixth of a cycle.
type redisTrouble struct {
	name       string
	begin, end func()
}

func redisTroubles(t *testing.T, server *redistest.Server) []redisTrouble {
	t.Helper()
	client, err := cache.OpenRedis(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	check := func(err error) {
		if err != nil {
			t.Error(err)
		}
	}
	return []redisTrouble{
		{"killed", server.Kill, func() { check(server.Restart()) }},
		{"hung", func() { server.Hang(t) }, func() { server.Resume(t) }},
		{"flushed", func() { check(client.FlushAll(t.Context()).Err()) }, func() {}},
	}
}

// watch switches faults on and off, and takes a sample of each gateway now and then. Each cycle begins well, goes on with
// the next trouble of Redis, and ends with faults.
func (s *soak) watch(ctx context.Context, t *testing.T, b *backends, gateways []*front, troubles []redisTrouble) (samples [][]figures) {
	cycle := *soakFor / soakCycles
	tick := time.NewTicker(cycle / 6)
	defer tick.Stop()
	for n := 1; ; n++ {
		trouble := troubles[n/6%len(troubles)]
		select {
		case <-ctx.Done():
			if n%6 == 3 {
				trouble.end()
			}
			return samples
		case <-tick.C:
		}
		switch n % 6 {
		case 2:
			trouble.begin()
			s.redis = append(s.redis, trouble.name)
		case 3:
			trouble.end()
		case 4:
			b.control(t, http.MethodPut, "/faults", soakFaults)
		case 0:
			b.control(t, http.MethodDelete, "/faults", "")
		}
		samples = append(samples, figuresOf(t, gateways))
	}
}

// figures are one gateway's at one moment.
type figures struct{ heap, goroutines float64 }

func figuresOf(t *testing.T, gateways []*front) []figures {
	t.Helper()
	out := make([]figures, len(gateways))
	for i, g := range gateways {
		_, _, body := g.do(t, request(t, http.MethodGet, g.url+"/metrics", nil))
		for lines := bufio.NewScanner(strings.NewReader(string(body))); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), " ")
			n, _ := strconv.ParseFloat(value, 64)
			switch name {
			case "go_memstats_heap_inuse_bytes":
				out[i].heap = n
			case "go_goroutines":
				out[i].goroutines = n
			}
		}
	}
	return out
}

// third is the median and the least of a figure over one third of the samples, of the gateway that has most. The median says
// how busy it was, the least what it never gives back.
func third(samples [][]figures, which int, of func(figures) float64) (median, least float64) {
	part := samples[which*len(samples)/3 : (which+1)*len(samples)/3]
	for g := range samples[0] {
		values := make([]float64, len(part))
		for i, sample := range part {
			values[i] = of(sample[g])
		}
		slices.Sort(values)
		median, least = max(median, values[len(values)/2]), max(least, values[0])
	}
	return median, least
}

func heapOf(f figures) float64       { return f.heap }
func goroutinesOf(f figures) float64 { return f.goroutines }

// report prints what was found.
func (s *soak) report(t *testing.T, samples [][]figures, c calls) {
	slices.Sort(s.took)
	at := func(share float64) time.Duration {
		return s.took[int(share*float64(len(s.took)-1))].Round(time.Millisecond)
	}
	t.Logf("%d operations in %s, %d with errors: %v", len(s.took), *soakFor, s.faulty, s.codes)
	t.Logf("redis was %s", strings.Join(s.redis, ", "))
	t.Logf("p50 %s  p90 %s  p99 %s  longest %s", at(.5), at(.9), at(.99), at(1))
	t.Logf("%d calls, %d violations (%v), wrong answers: %v", c.Total, c.Violations, c.Violated, s.wrong)
	for i := range 3 {
		heap, leastHeap := third(samples, i, heapOf)
		goroutines, leastGoroutines := third(samples, i, goroutinesOf)
		t.Logf("third %d: heap %.0f MiB, least %.0f  goroutines %.0f, least %.0f", i+1, heap/(1<<20), leastHeap/(1<<20), goroutines, leastGoroutines)
	}
	for _, name := range slices.Sorted(maps.Keys(s.examples)) {
		t.Logf("%s: %s", name, s.examples[name])
	}
}

// judge fails where the run was not as it has to be.
func (s *soak) judge(t *testing.T, samples [][]figures, c calls) {
	if c.Violations > 0 {
		t.Errorf("%d calls went over a limit: %v", c.Violations, c.Violated)
	}
	if len(s.wrong) > 0 {
		t.Errorf("wrong answers: %v", s.wrong)
	}
	if s.faulty == len(s.took) {
		t.Error("nothing was answered without errors: the run shows nothing")
	}
	for name, check := range map[string]struct {
		of    func(figures) float64
		slack float64
	}{"heap": {heapOf, soakHeapSlack}, "goroutines": {goroutinesOf, soakGoroutineSlack}} {
		_, second := third(samples, 1, check.of)
		if _, last := third(samples, 2, check.of); last > second*1.125+check.slack {
			t.Errorf("%s rose from %.0f to %.0f", name, second, last)
		}
	}
}

// rested waits until each gateway has no more goroutines than before it was asked anything, but for the connection that
// asks for them.
func rested(t *testing.T, gateways []*front, before []figures) {
	ctx, stop := context.WithTimeout(t.Context(), soakRest)
	defer stop()
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for {
		gateways[0].client.CloseIdleConnections()
		now := figuresOf(t, gateways)
		if now[0].goroutines <= before[0].goroutines+4 && now[1].goroutines <= before[1].goroutines+4 {
			t.Logf("at rest: %.0f and %.0f goroutines, before: %.0f and %.0f", now[0].goroutines, now[1].goroutines, before[0].goroutines, before[1].goroutines)
			return
		}
		select {
		case <-ctx.Done():
			t.Errorf("goroutines are left: %v, before: %v", now, before)
			return
		case <-tick.C:
		}
	}
}

// soakQuestions are what each kind of viewer asks in both marketplaces, and objects whose truth REST says.
func soakQuestions(t *testing.T, b *backends) (out []question) {
	t.Helper()
	for _, tenant := range sandbox.Tenants() {
		for name, personas := range map[string][]string{
			"01-companies": {"admin", "buyer"}, "02-cockpit": {"company-admin", "buyer"}, "04-me": {"admin", "buyer", "reseller"},
			"06-products": {"", "buyer"}, "09-phone-system": {"company-admin"}, "11-add-ons": {"company-admin"}, "12-carts": {"buyer"},
			"13-leads": {"reseller"}, "14-four-backends": {"admin"}, "17-checkout-settings": {"buyer"}, "20-home": {""},
		} {
			for _, persona := range personas {
				q := question{ask: ask{tenant: tenant.Name, as: persona, doc: example(t, name)}, name: tenant.Name + "/" + name + "/" + persona}
				q.wrong = asBefore()
				out = append(out, q)
			}
		}
		b.withoutLimits(t, func() {
			w := walk{b, tenant.Name}
			out = append(out, objects(tenant.Name, "company", "uuid", "name", w.companies(t))...)
			out = append(out, objects(tenant.Name, "subscription", "id", "status", w.subscriptions(t))...)
		})
	}
	slices.SortFunc(out, func(a, b question) int { return strings.Compare(mixed(a.name), mixed(b.name)) })
	return out
}

// objects asks for some of the things that REST lists, one at a time.
func objects(tenant, field, id, shown string, all []any) (out []question) {
	for _, thing := range firstFew(all, 15) {
		want := text(thing, shown)
		out = append(out, question{
			ask: ask{
				tenant: tenant, as: "admin", vars: map[string]any{"id": text(thing, id)},
				doc: fmt.Sprintf(`query($id: ID!) { %s(id: $id) { id %s } }`, field, shown),
			},
			name: tenant + "/" + field,
			wrong: func(data map[string]any) string {
				if got := text(data, field, shown); got != want || text(data, field, "id") != text(thing, id) {
					return fmt.Sprintf("%v, REST says %q", data, want)
				}
				return ""
			},
		})
	}
	return out
}

// asBefore holds every answer to the first: nothing is written while the soak runs.
func asBefore() func(map[string]any) string {
	var mu sync.Mutex
	var first map[string]any
	return func(data map[string]any) string {
		mu.Lock()
		defer mu.Unlock()
		if first == nil {
			first = data
		}
		return cmp.Diff(first, data)
	}
}

// mixed is a text by which the questions come in an order that is the same each time, and no kind after its like.
func mixed(name string) string {
	sum := uint32(2166136261)
	for _, c := range []byte(name) {
		sum = (sum ^ uint32(c)) * 16777619
	}
	return fmt.Sprintf("%08x", sum)
}
