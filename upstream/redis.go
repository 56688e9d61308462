package upstream

import (
	"context"
	"crypto/sha256"
	_ "embed" // the script
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

//go:embed pace.lua
var paceText string

var paceScript = redis.NewScript(paceText)

// Redis keeps buckets for all replicas, see [PacerConfig.Shared]. A bucket is one key under a hash of whose it is, and
// expires when it holds nothing any more. It is safe for concurrent use.
type Redis struct {
	client redis.Scripter
	now    func() time.Time // nil is the server's own clock
}

// NewRedis keeps buckets behind a client that its owner closes, and that has to end with its context. now is for tests;
// nil, as it should be, leaves time to the server, of which there is one.
func NewRedis(client redis.Scripter, now func() time.Time) *Redis {
	return &Redis{client: client, now: now}
}

// order is what a replica tells a shared bucket, and asks of it, in one exchange.
type order struct {
	turn     int64         // counts a replica's orders, so that one that comes late is known as such
	flight   int           // calls under way, and rights to send one that are still held
	rights   int           // how many of them are rights
	soonest  time.Duration // until one of them may end
	ended    []ended       // calls whose answers came since the last order, oldest first
	want     int           // rights for calls that wait
	patience time.Duration // how far ahead the first of them is worth having
	hold     time.Duration // for how long the backend wants rest, 0 if it does not
	away     time.Duration // since the first order that failed, if the last one has; else 0
	known    int64         // the last answer's number, 0 when the bucket may have expired since
	silence  time.Duration // since the last answer
	pause    time.Duration // within which every replica that has anything to tell is heard of
	parts    int           // replicas that share the bucket
	sent     time.Time     // when it was made
	promised int           // calls that an earlier answer promised, if that still holds
}

// ended is some calls whose answers came at a time.
type ended struct {
	at    time.Time
	count int
}

// answer is what the bucket says to an order.
type answer struct {
	number   int64         // of the bucket's orders
	lost     bool          // the bucket had forgotten what it knew
	stuck    bool          // only the end of a call makes room for another, or no rights are given yet
	look     time.Duration // then: until that may change
	next     time.Duration // until there is room for a call beyond the free ones; below 0 if there was before
	free     int           // calls that a window or semaphore has room for at once
	rest     time.Duration // nothing is sent before
	others   int           // calls that wait in other replicas
	rivals   int           // replicas in which any wait
	promised int           // calls that this replica may send when the server is lost, beside its rights
	anew     bool          // that is a new promise, else what is left of the one before
	grants   []time.Duration
}

// What an exchange with the shared buckets goes by.
const (
	// sharedAhead is within what time of the first more rights are taken: enough for one exchange to serve several calls,
	// and so little that other replicas do not wait long for their turn.
	sharedAhead = 300 * time.Millisecond
	// sharedPause is the longest that a replica goes without an exchange while it makes calls, may make some, or goes by its
	// own share.
	sharedPause = time.Second
	// sharedLease is how long a replica that is not heard of counts as making its calls.
	sharedLease = 30 * time.Second
	// sharedRecall is how much longer than it has to a bucket is kept, and known to who used it: so long is noticed that it
	// was lost.
	sharedRecall = time.Hour
	// lostRest is how long a semaphore rests when nobody knows what is under way: about as long as a read takes.
	lostRest = 5 * time.Second
)

// exchange carries out an order for a replica. The limit's margins are off already.
func (r *Redis) exchange(ctx context.Context, key, replica string, limit Bucket, o order) (answer, error) {
	now, clock := int64(-1), time.Now()
	if r.now != nil {
		now = r.now().UnixMicro()
	}
	args := []any{
		kindNamesOf[limit.Kind], replica, now, limit.Size, limit.PerSecond / 1e6, limit.Window.Microseconds(), limit.grain().Microseconds(),
		o.turn, o.flight, o.want, o.patience.Microseconds(), sharedAhead.Microseconds(),
		o.hold.Microseconds(), o.away.Microseconds(), o.pause.Microseconds(), o.known, sharedLease.Microseconds(), limit.rest().Microseconds(),
		(limit.memory() + sharedRecall + 2*sharedLease).Milliseconds(), o.soonest.Microseconds(), o.parts, limit.spare(o.parts), o.promised,
		o.silence.Microseconds(), o.rights,
	}
	for _, e := range o.ended {
		args = append(args, clock.Sub(e.at).Microseconds(), e.count)
	}
	reply, err := paceScript.Run(ctx, r.client, []string{key}, args...).Int64Slice()
	if err != nil {
		return answer{}, fmt.Errorf("upstream: exchange with a shared bucket: %w", err)
	}
	const fixed = 10
	if len(reply) < fixed {
		return answer{}, fmt.Errorf("upstream: a shared bucket answered %d numbers", len(reply))
	}
	a := answer{
		number: reply[0], lost: reply[1] == 1, stuck: reply[2] >= 0, look: micros(reply[2]), next: micros(reply[3]), free: int(reply[4]),
		rest: micros(reply[5]), others: int(reply[6]), rivals: int(reply[7]), promised: int(reply[8]), anew: reply[9] == 1,
	}
	for _, wait := range reply[fixed:] {
		a.grants = append(a.grants, micros(wait))
	}
	return a, nil
}

func micros(n int64) time.Duration { return time.Duration(n) * time.Microsecond }

// kindNamesOf are the kinds in the script's words.
var kindNamesOf = [...]string{LeakyBucket: "leaky", FixedWindow: "window", DailyQuota: "quota", Semaphore: "semaphore"}

// sharedKey names a bucket without telling anything of it. The braces keep it whole on a cluster.
func sharedKey(key bucketKey) string {
	quota := ""
	if key.quota {
		quota = "quota"
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{key.baseURL, key.client, key.account, key.route, quota}, "\x00")))
	return "mg:pace:{" + hex.EncodeToString(sum[:16]) + "}"
}
