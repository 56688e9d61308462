package limits

import "time"

// NewSmallMemory keeps fewer buckets, so that a test can fill it.
func NewSmallMemory(now func() time.Time, most int) *Memory {
	m := NewMemory(now)
	m.most = most
	return m
}

// Len is how many buckets are kept.
func (m *Memory) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.fills)
}
