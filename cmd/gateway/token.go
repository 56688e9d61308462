package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/marketgraph/marketgraph/sandbox"
)

// tokenCommand prints a demo token.
type tokenCommand struct {
	Tenant  string `help:"Demo marketplace." default:"acme"`
	As      string `help:"Who to be: admin, company-admin, buyer, reseller, partner or support." default:"admin"`
	Sandbox string `help:"Address of the running sandbox." default:"http://127.0.0.1:8090"`
}

// Run prints the token and nothing else.
func (c tokenCommand) Run(ctx context.Context, s streams) error {
	persona, err := findPersona(c.Tenant, c.As)
	if err != nil {
		return err
	}
	token, err := fetchToken(ctx, c.Sandbox, c.Tenant, persona)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, token)
	return err
}

func findPersona(tenant, name string) (sandbox.Persona, error) {
	var tenants, personas []string
	for _, t := range sandbox.Tenants() {
		tenants = append(tenants, t.Name)
		if t.Name != tenant {
			continue
		}
		for _, p := range t.Personas {
			personas = append(personas, p.Name)
			if p.Name == name {
				return p, nil
			}
		}
	}
	var faults []string
	if !slices.Contains(tenants, tenant) {
		faults = append(faults, fmt.Sprintf("--tenant: there is no %q; choose one of %s", tenant, strings.Join(tenants, ", ")))
	} else {
		faults = append(faults, fmt.Sprintf("--as: there is no %q; choose one of %s", name, strings.Join(personas, ", ")))
	}
	return sandbox.Persona{}, &usageError{faults}
}

const (
	tokenTimeout  = 10 * time.Second
	maxTokenReply = 64 << 10
)

// tokenReply is what the token endpoint answers.
type tokenReply struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int    `json:"expires_in"` // seconds
	Error       string `json:"error"`
}

// fetchToken gets a persona's token from a running sandbox.
func fetchToken(ctx context.Context, root, tenant string, p sandbox.Persona) (string, error) {
	reply, err := requestToken(ctx, root, tenant, p)
	return reply.AccessToken, err
}

// requestToken asks the sandbox's token endpoint, as an application would.
func requestToken(ctx context.Context, root, tenant string, p sandbox.Persona) (tokenReply, error) {
	ctx, cancel := context.WithTimeout(ctx, tokenTimeout)
	defer cancel()
	form := url.Values{"grant_type": {p.Grant}, "scope": {strings.Join(p.Scopes, " ")}}
	if p.Email != "" {
		form.Set("username", p.Email)
		form.Set("password", p.Password)
	}
	address := strings.TrimRight(root, "/") + "/" + tenant + "/appdirect/oauth2/token"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return tokenReply{}, &usageError{[]string{"--sandbox: " + err.Error()}}
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(p.ClientID, p.ClientSecret)
	response, err := (&http.Client{Timeout: tokenTimeout}).Do(request)
	if err != nil {
		return tokenReply{}, fmt.Errorf("no sandbox answers at %s: start one with `gateway serve` (%w)", root, errors.Unwrap(err))
	}
	defer response.Body.Close()
	var reply tokenReply
	if err := json.NewDecoder(io.LimitReader(response.Body, maxTokenReply)).Decode(&reply); err != nil || reply.AccessToken == "" {
		return tokenReply{}, fmt.Errorf("the sandbox at %s gave no token: status %d %s", root, response.StatusCode, reply.Error)
	}
	return reply, nil
}
