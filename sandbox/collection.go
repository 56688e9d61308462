package sandbox

import (
	"fmt"
	"maps"
	"slices"
	"sync"
)

// Document is one JSON object as it stands on the wire. Once stored it is never
// changed, only replaced; what differs per request is done on copies.
type Document map[string]any

// Record is a stored Document with what the engine needs to find and order it
// but the wire does not show.
type Record struct {
	ID      string         // unique within its collection
	Aliases []string       // further unique keys, such as "externalId:C-17"
	Body    Document       // the document as printed
	Facts   map[string]any // values to filter and sort by: string, []string, int64, bool
}

// Collection keeps records in the order they were put. The zero value is empty
// and ready; methods are safe for concurrent use.
type Collection struct {
	mu    sync.RWMutex
	order []*Record
	byKey map[string]*Record
	lent  bool // both are another collection's too, and not to be written to
}

// Put stores a record, replacing the one with the same ID in place. It refuses
// a key that another record already has.
func (c *Collection) Put(r *Record) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, key := range r.keys() {
		if other := c.byKey[key]; other != nil && other.ID != r.ID {
			return fmt.Errorf("sandbox: key %q belongs to record %q, not %q", key, other.ID, r.ID)
		}
	}
	c.replace(r)
	return nil
}

// replace files the record under its keys; the caller holds the lock and has made
// sure that they are free.
func (c *Collection) replace(r *Record) {
	c.own()
	if old := c.byKey[r.ID]; old != nil {
		for _, key := range old.keys() {
			delete(c.byKey, key)
		}
		c.order[slices.Index(c.order, old)] = r
	} else {
		c.order = append(c.order, r)
	}
	for _, key := range r.keys() {
		c.byKey[key] = r
	}
}

// Remove forgets a record and all names it is found by; false when there is none
// of this ID.
func (c *Collection) Remove(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.byKey[id]
	if r == nil || r.ID != id {
		return false
	}
	c.own()
	for _, key := range r.keys() {
		delete(c.byKey, key)
	}
	c.order = slices.DeleteFunc(c.order, func(o *Record) bool { return o == r })
	return true
}

// own makes sure that a change is seen here only; the caller holds the lock.
func (c *Collection) own() {
	if c.lent {
		c.order, c.byKey, c.lent = slices.Clone(c.order), maps.Clone(c.byKey), false
	}
	if c.byKey == nil {
		c.byKey = map[string]*Record{}
	}
}

// copied is a collection of the same records, which can be changed without a trace
// in this one. Nobody may change this one any more; the copy pays for its first change.
func (c *Collection) copied() *Collection {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return &Collection{order: c.order, byKey: c.byKey, lent: true}
}

// Get finds a record by its ID or one of its aliases; nil when there is none.
func (c *Collection) Get(key string) *Record {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.byKey[key]
}

// Len is the number of records.
func (c *Collection) Len() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.order)
}

// all is a snapshot in stored order.
func (c *Collection) all() []*Record {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return slices.Clone(c.order)
}

// keys are all names a record is found by.
func (r *Record) keys() []string { return append([]string{r.ID}, r.Aliases...) }

// text is a fact as a string, "" when absent.
func (r *Record) text(fact string) string {
	s, _ := r.Facts[fact].(string)
	return s
}

// shown is the record with other members in its document.
func (r *Record) shown(changes Document) *Record {
	out := *r
	out.Body, out.Facts = r.Body.with(changes), maps.Clone(r.Facts)
	return &out
}

// changed is the record with other members in its document, which are also what it is found by.
func (r *Record) changed(changes Document) *Record {
	out := r.shown(changes)
	maps.Copy(out.Facts, changes)
	return out
}

// with is a shallow copy of the document with some members replaced.
func (d Document) with(changes Document) Document {
	out := make(Document, len(d)+len(changes))
	for k, v := range d {
		out[k] = v
	}
	for k, v := range changes {
		out[k] = v
	}
	return out
}

// without is a shallow copy of the document lacking some members.
func (d Document) without(names ...string) Document {
	out := d.with(nil)
	for _, n := range names {
		delete(out, n)
	}
	return out
}
