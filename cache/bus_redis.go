package cache

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// busLife is how long Redis keeps the bus after a replica was last heard of. Who
// comes later starts with an empty tier anyway.
const busLife = time.Hour

// redisBus is a bus over one Redis: a hash, and a channel for all and one for each.
// The hash has the number of the last announcement (seq), when it was made (born),
// and the end of each replica's registration: one name, so that it is lost as a
// whole. The hash tag puts name and channels into one slot of a Cluster, so one
// server orders them. Times are of its clock, in milliseconds.
type redisBus struct {
	link *link
	term time.Duration // of a registration
	name []string      // of the hash
	all  string        // the channel for all
}

func newRedisBus(link *link, term time.Duration) *redisBus {
	// Channels do not belong to a database, names do.
	db := 0
	if single, ok := link.client.(*redis.Client); ok {
		db = single.Options().DB
	}
	return &redisBus{link: link, term: term, name: []string{"mg:{bus}"}, all: fmt.Sprintf("mg:{bus}:all:%d", db)}
}

// of is the channel of one replica.
func (b *redisBus) of(id string) string { return "mg:{bus}:to:" + id }

// busState is the Lua of the bus KEYS[1], which lives for ARGV[1] ms. Numbers
// start at the clock, in microseconds, so that none comes twice even if the hash was
// lost.
const busState = `
local t = redis.call('TIME')
local micros = t[1] * 1000000 + t[2]
local now = math.floor(micros / 1000)
if redis.call('HSETNX', KEYS[1], 'born', now) == 1 then
  redis.call('HSET', KEYS[1], 'seq', string.format('%.0f', micros))
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
local all, bus, live = redis.call('HGETALL', KEYS[1]), {}, {}
for i = 1, #all, 2 do
  local name, value = all[i], all[i + 1]
  if name == 'seq' or name == 'born' then
    bus[name] = value
  elseif tonumber(value) > now then
    live[#live + 1], live[#live + 2] = name, value - now
  else
    redis.call('HDEL', KEYS[1], name)
  end
end
`

var (
	// beatScript registers the replica ARGV[2] for ARGV[3] ms.
	beatScript = redis.NewScript(busState + `
redis.call('HSET', KEYS[1], ARGV[2], now + ARGV[3])
return bus.seq
`)

	// announceScript sends ARGV[4] to the channel ARGV[2] under the next number,
	// and returns who is registered, each with how many ms are left. A bus that is
	// younger than a registration lasts, ARGV[3] ms, was perhaps lost, and has
	// forgotten who was there before: for them it returns an id that nobody has.
	announceScript = redis.NewScript(busState + `
local number = string.format('%.0f', math.max(bus.seq + 1, micros))
redis.call('HSET', KEYS[1], 'seq', number)
redis.call('PUBLISH', ARGV[2], bus.seq .. ' ' .. number .. ' ' .. ARGV[4])
local age = now - bus.born
if age < tonumber(ARGV[3]) then live[#live + 1], live[#live + 2] = '', ARGV[3] - age end
return live
`)
)

// beat implements bus.
func (b *redisBus) beat(ctx context.Context, id string) (seq uint64, err error) {
	err = b.link.exchange(ctx, "beat", func(ctx context.Context) error {
		seq, err = beatScript.Run(ctx, b.link.client, b.name, busLife.Milliseconds(), id, b.term.Milliseconds()).Uint64()
		return err
	})
	return seq, err
}

// leave implements bus.
func (b *redisBus) leave(ctx context.Context, id string) error {
	return b.link.exchange(ctx, "beat", func(ctx context.Context) error {
		return b.link.client.HDel(ctx, b.name[0], id).Err()
	})
}

// announce implements bus.
func (b *redisBus) announce(ctx context.Context, id, text string) (others map[string]time.Duration, err error) {
	err = b.link.exchange(ctx, "announce", func(ctx context.Context) error {
		reply, err := announceScript.Run(ctx, b.link.client, b.name,
			busLife.Milliseconds(), b.all, b.term.Milliseconds(), text).Slice()
		if err != nil {
			return err
		}
		others, err = registered(reply)
		delete(others, id)
		return err
	})
	return others, err
}

// registered reads what announceScript returns: ids, each followed by its time.
func registered(reply []any) (map[string]time.Duration, error) {
	all := map[string]time.Duration{}
	for ; len(reply) >= 2; reply = reply[2:] {
		id, isText := reply[0].(string)
		left, isNumber := reply[1].(int64)
		if !isText || !isNumber {
			return nil, fmt.Errorf("announce: a reply of %T and %T", reply[0], reply[1])
		}
		all[id] = time.Duration(left) * time.Millisecond
	}
	return all, nil
}

// reply implements bus.
func (b *redisBus) reply(ctx context.Context, id, text string) error {
	return b.link.exchange(ctx, "reply", func(ctx context.Context) error {
		return b.link.client.Publish(ctx, b.of(id), text).Err()
	})
}

// listen implements bus. It is no exchange of the link: that a subscription breaks
// says nothing about what Redis does for others.
func (b *redisBus) listen(ctx context.Context, id string) (ear, error) {
	ctx, cancel := context.WithTimeout(ctx, b.link.timeout)
	defer cancel()
	// Subscribe sends; each channel is confirmed by a message.
	sub := b.link.client.Subscribe(ctx, b.all, b.of(id))
	for range 2 {
		if _, err := sub.ReceiveTimeout(ctx, b.link.timeout); err != nil {
			_ = sub.Close() // the first error tells
			return nil, &RedisError{Op: "listen", Err: err}
		}
	}
	return &redisEar{sub: sub}, nil
}

// redisEar is a subscription. go-redis would mend it by itself, and lose messages
// meanwhile: so its first error is its last.
type redisEar struct{ sub *redis.PubSub }

// hear implements ear.
func (e *redisEar) hear(ctx context.Context) (string, error) {
	// go-redis does not end a read with its context.
	defer context.AfterFunc(ctx, func() { _ = e.close() })()
	got, err := e.sub.Receive(ctx)
	if err != nil {
		return "", err
	}
	message, ok := got.(*redis.Message)
	if !ok {
		return "", fmt.Errorf("heard a %T", got) // it has connected anew
	}
	return message.Payload, nil
}

// close implements ear.
func (e *redisEar) close() error { return e.sub.Close() }
