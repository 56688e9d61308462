package cache

import (
	"cmp"
	"errors"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// What [OpenRedis] sets unless the URL does. They bound one attempt on the network;
// a cache's own RedisTimeout is usually shorter.
const (
	// RedisDialTimeout bounds connecting, TLS included.
	RedisDialTimeout = 500 * time.Millisecond
	// RedisIOTimeout bounds a reply, a write, and the wait for a free connection.
	RedisIOTimeout = 500 * time.Millisecond
	// RedisTopology is how old what is known of a Cluster's nodes may be when it is used:
	// so long a master that was failed over may be missed.
	RedisTopology = time.Second
)

// URLError says why a Redis URL was refused. It never holds the URL, whose
// password must reach no log.
type URLError struct {
	// Reason says what is wrong, and what would be right.
	Reason string
}

// Error implements error.
func (e *URLError) Error() string { return "cache: redis url: " + e.Reason }

// OpenRedis returns a client for a URL of one of these forms. It connects on first
// use, so that it succeeds while Redis is away. The caller closes it.
//
//	redis://[user:password@]host:port[/db]              one server
//	rediss://…                                          the same over TLS
//	unix://[user:password@]/path/to/socket[?db=0]       one server, by socket
//	redis+sentinel://[user:password@]h1:p1,h2:p2/master[?db=0]
//	redis+cluster://[user:password@]h1:p1,h2:p2         seed nodes of a Cluster
//	rediss+sentinel://…  rediss+cluster://…             the same over TLS
//
// Ports are 6379, a Sentinel's 26379, unless given. User and password are the
// server's; a Sentinel's own are the parameters sentinel_username and
// sentinel_password. Over TLS every node shows a certificate of the first host's
// name.
//
// Query parameters are go-redis's options in snake case (pool_size=20,
// read_timeout=200ms). The client honours the deadlines of contexts and neither
// retries nor redials: a cache must find out quickly that it is alone. In a
// Cluster all names of a tenant share a slot, so one shard serves a whole tenant:
// that keeps its reads single round trips and its evictions atomic, and spreads
// load by tenants only.
//
// After pool_size failed dials go-redis itself redials only once a second, so that
// a restarted server may be missed for up to a second longer than the bypass.
//
// The error is a [*URLError].
func OpenRedis(text string) (redis.UniversalClient, error) {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok {
		return nil, &URLError{Reason: "it has no scheme; want redis://host:port or another documented form"}
	}
	base, kind, _ := strings.Cut(scheme, "+")
	switch {
	case kind == "" && (base == "redis" || base == "rediss" || base == "unix"):
		return openSingle(text)
	case kind == "sentinel" && (base == "redis" || base == "rediss"):
		return openSentinel(base, rest)
	case kind == "cluster" && (base == "redis" || base == "rediss"):
		return openCluster(base, rest)
	}
	return nil, &URLError{Reason: "its scheme is none of redis, rediss, unix, and redis or rediss with +sentinel or +cluster"}
}

func openSingle(text string) (redis.UniversalClient, error) {
	o, err := redis.ParseURL(text)
	if err != nil {
		return nil, urlError(err)
	}
	quick(&o.MaxRetries, &o.DialerRetries, &o.DialTimeout, &o.ReadTimeout, &o.WriteTimeout, &o.PoolTimeout)
	o.ContextTimeoutEnabled = true
	// Plain Redis has no such notifications; asking costs each connection a command.
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return redis.NewClient(o), nil
}

func openSentinel(base, rest string) (redis.UniversalClient, error) {
	o, err := sentinelOptions(base, rest)
	if err != nil {
		return nil, err
	}
	return redis.NewFailoverClient(o), nil
}

func sentinelOptions(base, rest string) (*redis.FailoverOptions, error) {
	text, path, err := seedURL(base, rest, "26379")
	if err != nil {
		return nil, err
	}
	if path == "" {
		return nil, &URLError{Reason: "a sentinel url names its master: redis+sentinel://h1:p1,h2:p2/master"}
	}
	text, own, err := sentinelUser(text)
	if err != nil {
		return nil, err
	}
	o, parseErr := redis.ParseFailoverURL(text)
	if parseErr != nil {
		return nil, urlError(parseErr)
	}
	o.MasterName = path
	// go-redis gives the URL's user to the Sentinels; in our form it is the server's.
	o.Username, o.Password = o.SentinelUsername, o.SentinelPassword
	o.SentinelUsername, o.SentinelPassword = own.Get("sentinel_username"), own.Get("sentinel_password")
	quick(&o.MaxRetries, &o.DialerRetries, &o.DialTimeout, &o.ReadTimeout, &o.WriteTimeout, &o.PoolTimeout)
	o.ContextTimeoutEnabled = true
	return o, nil
}

// sentinelUser takes the Sentinels' own user out of the parameters.
func sentinelUser(text string) (rest string, own url.Values, _ error) {
	base, query, _ := strings.Cut(text, "?")
	all, err := url.ParseQuery(query)
	if err != nil {
		return "", nil, &URLError{Reason: "its parameters do not parse; escape special characters"}
	}
	own = url.Values{}
	for _, name := range []string{"sentinel_username", "sentinel_password"} {
		own[name] = all[name]
		all.Del(name)
	}
	return base + "?" + all.Encode(), own, nil
}

func openCluster(base, rest string) (redis.UniversalClient, error) {
	text, path, err := seedURL(base, rest, "6379")
	if err != nil {
		return nil, err
	}
	if path != "" {
		return nil, &URLError{Reason: "a cluster url has no path: a Cluster has only database 0"}
	}
	o, parseErr := redis.ParseClusterURL(text)
	if parseErr != nil {
		return nil, urlError(parseErr)
	}
	quick(&o.MaxRetries, &o.DialerRetries, &o.DialTimeout, &o.ReadTimeout, &o.WriteTimeout, &o.PoolTimeout)
	o.ContextTimeoutEnabled = true
	// go-redis learns of a failover when it asks for the nodes anew, or by a node that
	// is no longer the master; one that is dead says nothing.
	o.ClusterStateReloadInterval = cmp.Or(o.ClusterStateReloadInterval, RedisTopology)
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return redis.NewClusterClient(o), nil
}

// seedURL rewrites a URL with several hosts, which net/url does not read, into
// go-redis's form with the others as parameters. It returns the path apart.
func seedURL(base, rest, port string) (text, path string, _ error) {
	authority, query, _ := strings.Cut(rest, "?")
	authority, path, _ = strings.Cut(authority, "/")
	user, hosts := "", authority
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		user, hosts = authority[:i+1], authority[i+1:]
	}
	seeds := strings.Split(hosts, ",")
	for i, seed := range seeds {
		if seed == "" {
			return "", "", &URLError{Reason: "a host is empty; want h1:p1,h2:p2"}
		}
		if _, _, err := net.SplitHostPort(seed); err != nil {
			seeds[i] = net.JoinHostPort(strings.Trim(seed, "[]"), port)
		}
	}
	others := url.Values{"addr": seeds[1:]}.Encode()
	return base + "://" + user + seeds[0] + "?" + strings.Trim(query+"&"+others, "&"), path, nil
}

// quick sets what the URL left at its default. Retries are off whatever it says:
// they would multiply the wait for a Redis that is away.
func quick(retries, dials *int, dial, read, write, pool *time.Duration) {
	*retries, *dials = -1, 1
	for timeout, value := range map[*time.Duration]time.Duration{
		dial: RedisDialTimeout, read: RedisIOTimeout, write: RedisIOTimeout, pool: RedisIOTimeout,
	} {
		if *timeout == 0 {
			*timeout = value
		}
	}
}

// urlError keeps go-redis's reason, but not net/url's, which quotes the URL.
func urlError(err error) error {
	if parse := (*url.Error)(nil); errors.As(err, &parse) {
		return &URLError{Reason: "it does not parse; escape special characters of user and password"}
	}
	return &URLError{Reason: strings.TrimPrefix(err.Error(), "redis: ")}
}
