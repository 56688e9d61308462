package upstream

import "time"

// Lane is a call's place in the queue: a waiting call of a lower number goes first, calls of one lane in their order.
type Lane int

const (
	// Mutation is for writes: somebody pressed a button.
	Mutation Lane = iota - 1
	// Waiting is for reads that an operation waits for; the zero value.
	Waiting
	// Background is for refreshes and warming that nobody waits for. It gets what the others leave.
	Background
)

// PacerConfig bounds the queues; zero fields take the defaults.
type PacerConfig struct {
	// MaxQueue is how many calls may wait per bucket and lane; default 1000.
	MaxQueue int
	// MaxWait is the longest that a call without deadline may wait; default 1 minute.
	MaxWait time.Duration
}

// Pacer keeps calls below the documented limits.
type Pacer struct {
	cfg PacerConfig
}

// NewPacer makes a pacer with empty buckets.
func NewPacer(cfg PacerConfig) *Pacer { return &Pacer{cfg: cfg} }
