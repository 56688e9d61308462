package cache

import "sync"

// Operation remembers the fills that its requests have waited for, until it is forgotten itself. It asks for one thing
// once: in whatever order its parts run, also where nothing is kept, and also where there was no answer. An eviction ends
// that as it ends everything else. The zero value is ready; it is safe for concurrent use.
type Operation struct {
	mu      sync.Mutex
	flights map[flightKey]*flight
}

// join returns the flight of that key that the operation has joined before, else what joins one now. A nil operation
// remembers nothing.
func (o *Operation) join(key flightKey, now func() (*flight, bool, error)) (_ *flight, began bool, _ error) {
	if o == nil {
		return now()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if fl, ok := o.flights[key]; ok {
		return fl, false, nil
	}
	fl, began, err := now()
	if err != nil {
		return nil, false, err
	}
	if o.flights == nil {
		o.flights = map[flightKey]*flight{}
	}
	o.flights[key] = fl
	return fl, began, nil
}
