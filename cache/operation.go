package cache

import "sync"

// Operation remembers the fills that its requests have waited for, until it is forgotten itself. It asks for one thing
// once: in whatever order its parts run, also where nothing is kept, and also where there was no answer. An eviction ends
// that as it ends everything else. The zero value is ready; it is safe for concurrent use.
type Operation struct {
	mu     sync.Mutex
	joined map[flightKey]seat
}

// seat is a part in a flight.
type seat struct {
	flight *flight
	own    bool // this operation began it
}

// join returns the flight of that key that the operation has joined before, else what joins one now. A nil operation
// remembers nothing.
func (o *Operation) join(key flightKey, now func() (*flight, bool, error)) (_ *flight, began bool, _ error) {
	if o == nil {
		return now()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if s, ok := o.joined[key]; ok {
		return s.flight, false, nil
	}
	fl, began, err := now()
	if err != nil {
		return nil, false, err
	}
	if o.joined == nil {
		o.joined = map[flightKey]seat{}
	}
	o.joined[key] = seat{fl, began}
	return fl, began, nil
}

// leave forgets a flight that somebody else began. It reports false, and keeps it, if the operation did itself.
func (o *Operation) leave(fl *flight) bool {
	if o == nil {
		return true
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for key, s := range o.joined {
		if s.flight != fl {
			continue
		}
		if s.own {
			return false
		}
		delete(o.joined, key)
	}
	return true
}
