package main

import (
	"errors"
	"log/slog"

	"github.com/marketgraph/marketgraph/cache"
	"github.com/marketgraph/marketgraph/upstream"
	"github.com/marketgraph/marketgraph/upstream/appdirect"
)

// serviceUser makes the credentials of a tenant's service user. Nothing is sent.
func (b *builder) serviceUser(t TenantConfig) (upstream.Credentials, error) {
	if b.vault == nil {
		key, err := b.cfg.vaultKey()
		if err != nil {
			return nil, err
		}
		if b.vault, err = b.gateway.cache.Vault(key); err != nil {
			return nil, err
		}
	}
	u := t.AppDirect.ServiceUser
	session, err := u.session(t.Name)
	if err != nil {
		return nil, err
	}
	transport, err := b.reach(appdirect.Backend, t.AppDirect.TLS)
	if err != nil {
		return nil, err
	}
	return upstream.NewServiceUser(upstream.ServiceUserConfig{
		TokenURL: t.AppDirect.tokenURL(), ClientID: u.ClientID, ClientSecret: u.ClientSecret.value, RefreshToken: u.RefreshToken.value,
		Store: b.vault.Drawer(session), OnRenewal: renewals(b.log, t.Name), Transport: transport,
	}), nil
}

// renewals logs when renewing a service user begins to fail and when it works again.
// Renewals follow each other, so it needs no lock.
func renewals(log *slog.Logger, tenant string) func(error) {
	failing := false
	return func(err error) {
		switch {
		case err != nil && !failing:
			log.Warn("the service user cannot be renewed; the last token serves while it lives", "tenant", tenant, "error", err, "advice", adviceOn(err))
		case err == nil && failing:
			log.Info("the service user is renewed again", "tenant", tenant)
		}
		failing = err != nil
	}
}

// adviceOn says what a person can do about a service user that cannot be renewed.
func adviceOn(err error) string {
	refused, _ := errors.AsType[*upstream.CredentialsError](err)
	switch {
	case errors.Is(err, cache.ErrSealed):
		return "give back the vaultKey that the session was sealed with, or sign the service user in again, and configure the new refresh token"
	case refused == nil:
		return ""
	case refused.Code == "invalid_grant":
		return "the session is over (revoked, expired, or its refresh token was used elsewhere); sign the service user in again, and configure the new refresh token"
	case refused.Kind == upstream.Unauthenticated:
		return "check the service user's clientId and clientSecret"
	default:
		return "it is tried again"
	}
}
