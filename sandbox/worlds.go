package sandbox

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// worldsKept is how many tenants' data Worlds keeps: those of three seeds.
const worldsKept = 6

// Worlds keeps the demo data that was made last, as it was before anybody changed
// it: whoever wants the same again, after a reset or in another Sandbox of the
// process, gets a copy, which takes no time and next to no memory. It keeps the
// tenants' signing keys as well, which are the same in each of these Sandboxes. The
// zero value is empty and ready; it is safe for concurrent use. It must not be copied.
type Worlds struct {
	mu   sync.Mutex
	kept []keptWorld // used last comes last
	keys map[string]func() (signingKey, error)
}

// keyOf gives a tenant's signing key, made when it is first needed: that takes a while.
func (w *Worlds) keyOf(tenant string) func() (signingKey, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.keys == nil {
		w.keys = map[string]func() (signingKey, error){}
	}
	if w.keys[tenant] == nil {
		w.keys[tenant] = sync.OnceValues(func() (signingKey, error) { return newSigningKey(tenant) })
	}
	return w.keys[tenant]
}

// keptWorld is made by the first who asks for it; the others wait.
type keptWorld struct {
	worldKey
	made func() (*world, error)
}

// worldKey is all that data depends on.
type worldKey struct {
	tenant string
	seed   uint64
	day    int64 // midnight, in seconds since 1970
}

// copyOf makes a world that is the caller's alone, of the tenant with this index.
func (w *Worlds) copyOf(t Tenant, index int, seed uint64, today time.Time) (*world, error) {
	made, err := w.find(worldKey{t.Name, seed, today.Unix()}, func() (*world, error) { return newWorld(t, index, seed, today) })()
	if err != nil {
		return nil, fmt.Errorf("sandbox: demo data of %s: %w", t.Name, err)
	}
	return made.copied(), nil
}

// find answers how to get at the world of the key, and forgets the one that was
// not used for longest when there are too many.
func (w *Worlds) find(key worldKey, newOne func() (*world, error)) func() (*world, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	found := keptWorld{key, sync.OnceValues(newOne)}
	if i := slices.IndexFunc(w.kept, func(k keptWorld) bool { return k.worldKey == key }); i >= 0 {
		found = w.kept[i]
		w.kept = slices.Delete(w.kept, i, i+1)
	}
	w.kept = append(w.kept, found)
	w.kept = slices.Delete(w.kept, 0, max(0, len(w.kept)-worldsKept))
	return found.made
}
