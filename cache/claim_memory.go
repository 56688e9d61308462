package cache

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// memoryClaims are records in this process, for a gateway without Redis: the same
// promises for as long as the process lives.
type memoryClaims struct {
	lease, life time.Duration
	maxBytes    int64
	now         func() time.Time

	mu      sync.Mutex
	records map[string]*list.Element // of *record
	byEnd   *list.List               // the one that ends first in front
	bytes   int64                    // what all records weigh
}

// record is what memoryClaims know under one name.
type record struct {
	name, input  string
	ends         time.Time
	token        string // "" when nobody holds it
	until        time.Time
	note, result []byte
}

// weigh returns what the record counts for, in bytes.
func (r *record) weigh() int64 {
	return int64(EntryOverhead + len(r.name) + len(r.note) + len(r.result))
}

func newMemoryClaims(o *Options) *memoryClaims {
	return &memoryClaims{
		lease: o.ClaimLease, life: o.LedgerWindow, maxBytes: o.LedgerBytes, now: o.Now,
		records: map[string]*list.Element{}, byEnd: list.New(),
	}
}

// claim implements claimStore. It refuses a new record when the others fill the
// memory: to forget one of those would be to repeat a write.
func (s *memoryClaims) claim(_ context.Context, name, token, input string) (standing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	s.sweep(now)
	r := s.find(name)
	switch {
	case r == nil && s.bytes >= s.maxBytes:
		return standing{}, ErrLedgerFull
	case r == nil:
		r = &record{name: name, input: input}
	case r.input != input:
		return standing{state: mismatch}, nil
	case r.result != nil:
		return standing{state: finished, bytes: r.result}, nil
	case r.token != "" && now.Before(r.until):
		return standing{state: busy}, nil
	}
	s.update(r, func(r *record) (keep bool) {
		r.token, r.until = token, now.Add(s.lease)
		return true
	})
	return standing{state: granted, bytes: r.note}, nil
}

// hold implements claimStore.
func (s *memoryClaims) hold(_ context.Context, name, token string, note []byte) error {
	return s.change(name, token, func(r *record) (keep bool) {
		r.until = s.now().Add(s.lease)
		if note != nil {
			r.note = note
		}
		return true
	})
}

// finish implements claimStore. The result is kept even beyond the limit.
func (s *memoryClaims) finish(_ context.Context, name, token, _ string, result []byte) error {
	return s.change(name, token, func(r *record) (keep bool) {
		r.token, r.note, r.result = "", nil, result
		return true
	})
}

// leave implements claimStore.
func (s *memoryClaims) leave(_ context.Context, name, token string, forget bool) error {
	return s.change(name, token, func(r *record) (keep bool) {
		r.token = ""
		return !forget && r.note != nil
	})
}

// change changes the record that the token holds, or drops it.
func (s *memoryClaims) change(name, token string, how func(*record) (keep bool)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.find(name)
	if r == nil || r.token != token {
		return ErrClaimLost
	}
	s.update(r, how)
	return nil
}

// find returns the record of that name, or nil.
func (s *memoryClaims) find(name string) *record {
	if at, ok := s.records[name]; ok {
		return at.Value.(*record)
	}
	return nil
}

// update puts a changed record in its place, which is the last: it ends latest.
func (s *memoryClaims) update(r *record, how func(*record) (keep bool)) {
	s.drop(r)
	if how(r) {
		r.ends = s.now().Add(s.life)
		s.records[r.name] = s.byEnd.PushBack(r)
		s.bytes += r.weigh()
	}
}

// drop takes a record out, if it is in.
func (s *memoryClaims) drop(r *record) {
	if at, ok := s.records[r.name]; ok {
		s.byEnd.Remove(at)
		delete(s.records, r.name)
		s.bytes -= r.weigh()
	}
}

// sweep drops what has ended.
func (s *memoryClaims) sweep(now time.Time) {
	for at := s.byEnd.Front(); at != nil; at = s.byEnd.Front() {
		r := at.Value.(*record)
		if now.Before(r.ends) {
			return
		}
		s.drop(r)
	}
}
