package limits

import (
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// Looked is at how many selections an estimate itself looks.
func Looked(p *Prices, op *ast.OperationDefinition, fragments ast.FragmentDefinitionList) int {
	e := newEstimator(Config{Merges: most, PageItems: 250}, p, fragments, nil)
	e.build([]ast.SelectionSet{op.SelectionSet}, list{})
	return e.looked
}

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
