package main

import (
	"context"
	"errors"

	"github.com/marketgraph/marketgraph/cache"
)

// openStores opens what a service user's session is kept in. A check shares it with
// the gateways that run, and is no replica of theirs otherwise.
func (b *builder) openStores() error {
	if err := b.openRedis(); err != nil {
		return err
	}
	b.cfg.Cache.Lone = true
	opened, err := b.openCache()
	b.gateway.cache = opened
	return err
}

// serviceUser takes or renews the token of the service user, as a gateway does. Where
// it would be lost with the check it is not tried: a refresh token may work once.
func (in *inspection) serviceUser(ctx context.Context) {
	const what = "serviceUser"
	u := in.tenant.AppDirect.ServiceUser
	switch {
	case u == nil:
		return
	case !in.shared:
		in.skip(what, "not tried: without redis this check could not hand on what replaces the refresh token")
		return
	}
	if _, err := in.clients.serviceUser.Authorize(ctx); err != nil {
		in.fail(what, in.sessionTrouble(err))
		return
	}
	in.ok(what, "signed in through %s", u.ClientID)
}

// sessionTrouble puts in words why there is no token of the service user.
func (in *inspection) sessionTrouble(err error) trouble {
	u, at := in.tenant.AppDirect.ServiceUser, in.path+".appdirect.serviceUser"
	if away := (*cache.RedisError)(nil); errors.As(err, &away) {
		return trouble{"the session is in redis, which does not answer", "check redis: without it the service user's token is not renewed"}
	}
	if errors.Is(err, cache.ErrSealed) {
		return trouble{"the session in redis is sealed with another key", "check vaultKey; or: " + adviceOn(err)}
	}
	return diagnose(err, target{
		address:     in.path + ".appdirect.url",
		credentials: at + ".clientId, clientSecret (" + u.ClientSecret.String() + ") and refreshToken (" + u.RefreshToken.String() + "): " + adviceOn(err),
	})
}
