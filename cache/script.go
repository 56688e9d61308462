package cache

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// next is the Lua of the tenant's counter, KEYS[1], which lives for ARGV[1] ms as
// generations do. It only rises, and starts at the clock (in microseconds), so that
// even a Redis that lost it does not count through old generations again. Doubles
// hold microseconds until 2255.
const next = `
local function next()
  local t = redis.call('TIME')
  local clock = t[1] * 1000000 + t[2]
  local n = tonumber(redis.call('GET', KEYS[1]) or '0') or 0
  n = string.format('%.0f', math.max(n + 1, clock))
  redis.call('SET', KEYS[1], n, 'PX', ARGV[1])
  return n
end
`

var (
	// openScript gives the ARGV[2] tags from KEYS[2] on, of those that have no
	// generation, one that lives for ARGV[1] ms, and returns all. A tag without a
	// generation vouches for nothing, so one that Redis lost costs misses and never
	// freshness. The KEYS after them are of entries that the claimant ARGV[3] is about
	// to fill: of each it returns 1 if another is, else it keeps others off for
	// ARGV[4] ms and returns 0. The claim of a refresh, which ends in ~, keeps off
	// refreshes only.
	openScript = redis.NewScript(next + `
local out, tags = {}, tonumber(ARGV[2])
local function refreshes(claimant) return string.sub(claimant, -1) == '~' end
for i = 2, #KEYS do
  local now = redis.call('GET', KEYS[i])
  if i > tags + 1 then
    if now and now ~= ARGV[3] and (refreshes(ARGV[3]) or not refreshes(now)) then
      now = 1
    else
      redis.call('SET', KEYS[i], ARGV[3], 'PX', ARGV[4])
      now = 0
    end
  elseif not now then
    now = next()
    redis.call('SET', KEYS[i], now, 'PX', ARGV[1])
  end
  out[i - 1] = now
end
return out
`)

	// claimedScript leaves the fill KEYS[1] to the claimant ARGV[1] for another
	// ARGV[2] ms, if it is its.
	claimedScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`)

	// bumpScript gives the tags KEYS[2..] a new generation that lives for ARGV[1] ms.
	bumpScript = redis.NewScript(next + `
local gen = next()
for i = 2, #KEYS do redis.call('SET', KEYS[i], gen, 'PX', ARGV[1]) end
return gen
`)

	// storeScript stores the frame ARGV[1] as KEYS[1] for ARGV[2] ms, unless a
	// generation KEYS[3..] is no longer the ARGV[5..] that was read before the
	// fill. It renews the generations' life, ARGV[3] ms. Either way the fill
	// KEYS[2] is not the claimant ARGV[4]'s any more.
	storeScript = redis.NewScript(`
if redis.call('GET', KEYS[2]) == ARGV[4] then redis.call('DEL', KEYS[2]) end
for i = 3, #KEYS do
  if redis.call('GET', KEYS[i]) ~= ARGV[i + 2] then return 0 end
end
for i = 3, #KEYS do redis.call('PEXPIRE', KEYS[i], ARGV[3]) end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`)
)

// scriptCall is one run of a script.
type scriptCall struct {
	script *redis.Script
	keys   []string
	args   []any
}

// runScripts runs the calls in one round trip, and a second one for those whose
// script this Redis does not know yet. The error is the first of any call.
func runScripts(ctx context.Context, client redis.UniversalClient, calls []scriptCall) ([]*redis.Cmd, error) {
	if len(calls) == 1 {
		cmd := calls[0].script.Run(ctx, client, calls[0].keys, calls[0].args...)
		return []*redis.Cmd{cmd}, cmd.Err()
	}
	cmds := pipeScripts(ctx, client, calls, (*redis.Script).EvalSha)
	var unknown []int
	var again []scriptCall
	for i, cmd := range cmds {
		if redis.HasErrorPrefix(cmd.Err(), "NOSCRIPT") {
			unknown, again = append(unknown, i), append(again, calls[i]) //nolint:gosec // there are as many commands as calls
		}
	}
	if len(again) > 0 {
		for i, cmd := range pipeScripts(ctx, client, again, (*redis.Script).Eval) {
			cmds[unknown[i]] = cmd
		}
	}
	for _, cmd := range cmds {
		if err := cmd.Err(); err != nil {
			return cmds, err
		}
	}
	return cmds, nil
}

type evalFunc func(s *redis.Script, ctx context.Context, c redis.Scripter, keys []string, args ...any) *redis.Cmd

func pipeScripts(ctx context.Context, client redis.UniversalClient, calls []scriptCall, eval evalFunc) []*redis.Cmd {
	cmds := make([]*redis.Cmd, len(calls))
	// The pipeline's own error is one of the commands' errors.
	_, _ = client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i, call := range calls {
			cmds[i] = eval(call.script, ctx, pipe, call.keys, call.args...)
		}
		return nil
	})
	return cmds
}
