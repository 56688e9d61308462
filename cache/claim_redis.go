package cache

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// waitingLife is how long a waiter that stopped asking stays next in line.
const waitingLife = 10 * maxClaimPause

// redisClaims are records in Redis, each a hash under one name: input, token,
// until (when the lease ends), note, result, and who waits: next, nextUntil.
// Times are of the server's clock, in milliseconds. Every record expires.
type redisClaims struct {
	link    *link
	lease   time.Duration // of a claim
	life    time.Duration // of a record, after it last changed
	waiting time.Duration // of the next in line, after it last asked
}

func newRedisClaims(o *Options, link *link, life time.Duration) *redisClaims {
	return &redisClaims{link: link, lease: o.ClaimLease, life: life, waiting: waitingLife}
}

// serverClock is the Lua of the server's time in milliseconds.
const serverClock = `
local function clock()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end
`

var (
	// claimScript gives the record to the token ARGV[1], for the input ARGV[2],
	// for ARGV[3] ms, unless another holds it or is next; and to keep the record
	// for ARGV[4] ms. Who has to wait, and finds nobody waiting, is next for
	// ARGV[5] ms: otherwise a replica whose own callers queue would hand the
	// claim from one to the other, past all other replicas.
	claimScript = redis.NewScript(serverClock + `
local now = clock()
local r = redis.call('HMGET', KEYS[1], 'input', 'result', 'until', 'note', 'next', 'nextUntil')
if r[1] and r[1] ~= ARGV[2] then return {3, false} end
if r[2] then return {2, r[2]} end
local free = (tonumber(r[3]) or 0) <= now
local first = not r[5] or r[5] == ARGV[1] or tonumber(r[6]) <= now
if not (free and first) then
  if first then redis.call('HSET', KEYS[1], 'next', ARGV[1], 'nextUntil', now + ARGV[5]) end
  return {1, false}
end
redis.call('HSET', KEYS[1], 'input', ARGV[2], 'token', ARGV[1], 'until', now + ARGV[3])
redis.call('HDEL', KEYS[1], 'next', 'nextUntil')
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return {0, r[4]}
`)

	// holdScript renews the token's claim, and keeps the note ARGV[4] if given.
	holdScript = redis.NewScript(serverClock + `
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'until', clock() + ARGV[2])
if ARGV[4] then redis.call('HSET', KEYS[1], 'note', ARGV[4]) end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
`)

	// finishScript replaces the record by input and result. One that Redis lost
	// is written anew: what was done is worth knowing, whatever else was lost.
	finishScript = redis.NewScript(`
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] and redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'input', ARGV[2], 'result', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
`)

	// leaveScript ends the token's claim, and what it claimed too if ARGV[2] is 1
	// or nothing was noted. Who is next stays so, for ARGV[3] ms.
	leaveScript = redis.NewScript(`
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[1], 'token', 'until')
if ARGV[2] == '1' or redis.call('HEXISTS', KEYS[1], 'note') == 0 then
  redis.call('HDEL', KEYS[1], 'input', 'note')
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return 1
`)
)

// claim implements claimStore.
func (s *redisClaims) claim(ctx context.Context, name, token, input string) (got standing, err error) {
	args := []any{token, input, s.lease.Milliseconds(), s.life.Milliseconds(), s.waiting.Milliseconds()}
	err = s.link.exchange(ctx, "claim", func(ctx context.Context) error {
		reply, err := claimScript.Run(ctx, s.link.client, []string{name}, args...).Slice()
		if err != nil {
			return err
		}
		if len(reply) != 2 {
			return fmt.Errorf("claim: a reply of %d values", len(reply))
		}
		state, _ := reply[0].(int64)
		got.state = claimState(state)
		if text, ok := reply[1].(string); ok {
			got.bytes = []byte(text)
		}
		return nil
	})
	return got, err
}

// hold implements claimStore.
func (s *redisClaims) hold(ctx context.Context, name, token string, note []byte) error {
	args := []any{token, s.lease.Milliseconds(), s.life.Milliseconds()}
	if note != nil {
		args = append(args, note)
	}
	return s.change(ctx, "hold", holdScript, name, args)
}

// finish implements claimStore.
func (s *redisClaims) finish(ctx context.Context, name, token, input string, result []byte) error {
	return s.change(ctx, "finish", finishScript, name, []any{token, input, result, s.life.Milliseconds()})
}

// leave implements claimStore.
func (s *redisClaims) leave(ctx context.Context, name, token string, forget bool) error {
	flag := 0
	if forget {
		flag = 1
	}
	return s.change(ctx, "leave", leaveScript, name, []any{token, flag, s.waiting.Milliseconds()})
}

// change runs a script that answers 0 when the claim is not the token's.
func (s *redisClaims) change(ctx context.Context, op string, script *redis.Script, name string, args []any) error {
	var done int
	err := s.link.exchange(ctx, op, func(ctx context.Context) (err error) {
		done, err = script.Run(ctx, s.link.client, []string{name}, args...).Int()
		return err
	})
	if err == nil && done == 0 {
		return ErrClaimLost
	}
	return err
}
