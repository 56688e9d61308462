package cache

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
)

// vaultKey is a key for tests, one of many.
func vaultKey(b byte) []byte { return bytes.Repeat([]byte{b}, VaultKeyBytes) }

func (h *house) drawer(t testing.TB, key []byte, tenant, name string) *Drawer {
	t.Helper()
	v, err := h.Vault(key)
	if err != nil {
		t.Fatal(err)
	}
	return v.Drawer(scope(t, tenant, "serviceUser").Tag("tokens", name))
}

// put keeps a secret, and want compares what is kept.
func put(t testing.TB, d *Drawer, secret string) {
	t.Helper()
	err := d.Update(t.Context(), func(context.Context, []byte) ([]byte, error) { return []byte(secret), nil })
	if err != nil {
		t.Fatal(err)
	}
}

// holds looks without changing anything.
func holds(t testing.TB, d *Drawer) (secret string, err error) {
	t.Helper()
	err = d.Update(t.Context(), func(_ context.Context, kept []byte) ([]byte, error) {
		secret = string(kept)
		return kept, nil
	})
	return secret, err
}

// TestTheVaultLosesNoUpdate of many callers on two replicas.
func TestTheVaultLosesNoUpdate(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	for name, replicas := range map[string][]*house{
		"memory": {newHouse(t, nil)},
		"redis":  {newHouse(t, server.client(t), patient), newHouse(t, server.client(t), patient)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const each = 10
			var all sync.WaitGroup
			drawers := make([]*Drawer, len(replicas))
			for i, h := range replicas {
				drawers[i] = h.drawer(t, vaultKey(1), "acme", "count")
				for range each {
					all.Go(func() {
						if err := drawers[i].Update(t.Context(), func(_ context.Context, kept []byte) ([]byte, error) {
							n, _ := strconv.Atoi(string(kept))
							return strconv.AppendInt(nil, int64(n+1), 10), nil
						}); err != nil {
							t.Error(err)
						}
					})
				}
			}
			all.Wait()
			for _, d := range drawers {
				if got, err := holds(t, d); err != nil || got != strconv.Itoa(each*len(replicas)) {
					t.Errorf("holds %q, %v", got, err)
				}
			}
		})
	}
}

// TestTheVaultIsSealed: Redis sees nothing, and what was sealed for one name, or with one key, opens for no other.
func TestTheVaultIsSealed(t *testing.T) {
	t.Parallel()
	h := newHouse(t, startRedis(t).client(t), patient)
	ours, redis := h.drawer(t, vaultKey(1), "acme", "a"), h.redis.client
	put(t, ours, "marked-secret")
	name := h.locks.names.vault(ours.tag)
	sealed, err := redis.Get(t.Context(), name).Bytes()
	if err != nil || bytes.Contains(sealed, []byte("marked")) {
		t.Fatalf("Redis holds %q, %v", sealed, err)
	}
	if life := redis.TTL(t.Context(), name).Val(); life <= 0 || life > VaultLife {
		t.Errorf("kept for %v", life)
	}
	broken := bytes.Clone(sealed)
	broken[len(broken)-1] ^= 1
	for what, d := range map[string]*Drawer{
		"another tenant": h.drawer(t, vaultKey(1), "globex", "a"),
		"another name":   h.drawer(t, vaultKey(1), "acme", "b"),
		"another key":    h.drawer(t, vaultKey(2), "acme", "a"),
		"changed":        h.drawer(t, vaultKey(1), "acme", "c"),
	} {
		text := sealed
		if what == "changed" {
			text = broken
		}
		if err := redis.Set(t.Context(), h.locks.names.vault(d.tag), text, 0).Err(); err != nil {
			t.Fatal(err)
		}
		if got, err := holds(t, d); !errors.Is(err, ErrSealed) {
			t.Errorf("%s: %q, %v", what, got, err)
		}
	}
}

// TestTheVaultKeepsWhatIsThere when a change fails, changes nothing, or comes too late.
func TestTheVaultKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	for name, h := range map[string]*house{"memory": newHouse(t, nil), "redis": newHouse(t, server.client(t), patient)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := h.drawer(t, vaultKey(1), "acme", "a")
			stands := func() []byte {
				text, err := d.vault.safe.read(t.Context(), h.locks.names.vault(d.tag))
				if err != nil {
					t.Fatal(err)
				}
				return text
			}
			put(t, d, "first")
			before := stands()
			if err := d.Update(t.Context(), func(context.Context, []byte) ([]byte, error) { return []byte("x"), errUpstream }); !errors.Is(err, errUpstream) {
				t.Errorf("a change that fails: %v", err)
			}
			put(t, d, "first")
			if !bytes.Equal(before, stands()) {
				t.Error("what is the same was written again")
			}
			err := d.Update(t.Context(), func(ctx context.Context, _ []byte) ([]byte, error) {
				late := d.vault.seal(h.locks.names.vault(d.tag), []byte("another's"))
				return []byte("ours"), d.vault.safe.swap(ctx, h.locks.names.vault(d.tag), stands(), late)
			})
			if !errors.Is(err, ErrVaultChanged) {
				t.Errorf("a change that comes too late: %v", err)
			}
			if got, err := holds(t, d); err != nil || got != "another's" {
				t.Errorf("holds %q, %v", got, err)
			}
		})
	}
}

// TestTheVaultWithoutItsRedis refuses, before anything is changed that could not be kept.
func TestTheVaultWithoutItsRedis(t *testing.T) {
	t.Parallel()
	d := newHouse(t, openRedis(t, "unix:///nonexistent/socket")).drawer(t, vaultKey(1), "acme", "a")
	err := d.Update(t.Context(), func(context.Context, []byte) ([]byte, error) {
		t.Error("changed")
		return nil, nil
	})
	if !errors.As(err, new(*RedisError)) {
		t.Error(err)
	}
}

func TestVaultKeys(t *testing.T) {
	t.Parallel()
	alone, shared := newHouse(t, nil), newHouse(t, openRedis(t, "unix:///nonexistent/socket"))
	for _, tc := range []struct {
		h    *house
		key  []byte
		good bool
	}{
		{alone, nil, true},
		{alone, vaultKey(1), true},
		{alone, []byte("short"), false},
		{shared, vaultKey(1), true},
		{shared, nil, false},
		{shared, append(vaultKey(1), 0), false},
	} {
		if _, err := tc.h.Vault(tc.key); (err == nil) != tc.good {
			t.Errorf("a key of %d bytes: %v", len(tc.key), err)
		}
	}
}
