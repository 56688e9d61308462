package limits

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// pour is fill.pour in one step of the server, by the server's clock unless a
// time is given. What has leaked away expires: the minute is for clocks that
// tests hand in. Numbers stay below 2^53, where Lua's are exact.
//
//nolint:gochecknoglobals // constant; a script knows its own digest
var pour = redis.NewScript(`
local size, rate, points, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if now < 0 then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local kept = redis.call('HMGET', KEYS[1], 'level', 'at')
local level, at = tonumber(kept[1] or 0), tonumber(kept[2] or 0)
level = math.max(0, level - math.max(0, now - at) * rate)
at = math.max(at, now)
local fits = 1
if points > 0 and level + points > size then fits = 0 else level = math.max(0, level + points) end
if level == 0 then
  redis.call('DEL', KEYS[1])
else
  redis.call('HSET', KEYS[1], 'level', string.format('%.0f', level), 'at', string.format('%.0f', at))
  redis.call('PEXPIRE', KEYS[1], math.ceil(level / rate / 1000) + 60000)
end
return {fits, string.format('%.0f', level)}
`)

// Redis keeps buckets in a Redis that all processes share.
type Redis struct {
	client redis.Scripter
	now    func() time.Time // nil is the server's own clock
}

var _ Buckets = (*Redis)(nil)

// NewRedis keeps buckets behind a client that its owner closes. now is for
// tests; nil, as it should be, leaves time to the server, of which there is one.
func NewRedis(client redis.Scripter, now func() time.Time) *Redis {
	return &Redis{client: client, now: now}
}

// Pour implements [Buckets]. The error is the client's.
func (r *Redis) Pour(ctx context.Context, key string, b Bucket, points int) (Level, bool, error) {
	now := int64(-1)
	if r.now != nil {
		now = r.now().UnixMicro()
	}
	reply, err := pour.Run(ctx, r.client, []string{key}, int64(b.Size)*micro, b.PerSecond, int64(points)*micro, now).Slice()
	if err != nil {
		return Level{}, false, fmt.Errorf("limits: pour into a bucket: %w", err)
	}
	fits, _ := reply[0].(int64)
	text, _ := reply[1].(string)
	used, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return Level{}, false, fmt.Errorf("limits: read a bucket's level: %w", err)
	}
	return Level{Bucket: b, used: used}, fits == 1, nil
}
