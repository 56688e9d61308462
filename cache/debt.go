package cache

import (
	"maps"
	"sync"
	"sync/atomic"
)

// MaxOwed bounds the evictions that are remembered while Redis is away. Beyond
// it, whole tenants are evicted when Redis is back.
const MaxOwed = 4096

// debts are the evictions that Redis was not told of. They are paid before Redis
// is read again: otherwise it would bring back what was evicted meanwhile.
type debts struct {
	some atomic.Bool // spares the lock while there are none

	mu   sync.Mutex
	next uint64
	owed map[Tag]uint64 // by the order they were added in
}

// add remembers the tags.
func (d *debts) add(tags []Tag) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.owed == nil {
		d.owed = map[Tag]uint64{}
	}
	for _, tag := range tags {
		if len(d.owed) >= MaxOwed {
			d.collapse()
			tag = everything(tag.tenant)
		}
		d.next++
		d.owed[tag] = d.next
	}
	d.some.Store(true)
}

// collapse owes each tenant everything instead of its tags.
func (d *debts) collapse() {
	whole := map[Tag]uint64{}
	for tag := range d.owed {
		d.next++
		whole[everything(tag.tenant)] = d.next
	}
	d.owed = whole
}

// list returns what is owed.
func (d *debts) list() map[Tag]uint64 {
	if !d.some.Load() {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.owed)
}

// settle strikes what was listed, except what was added again since.
func (d *debts) settle(listed map[Tag]uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for tag, order := range listed {
		if d.owed[tag] == order {
			delete(d.owed, tag)
		}
	}
	d.some.Store(len(d.owed) > 0)
}
