package cache

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// VaultKeyBytes is the length of a vault's key: AES-256.
	VaultKeyBytes = 32
	// VaultLife is how long a secret is kept after it last changed.
	VaultLife = 90 * 24 * time.Hour
)

var (
	// ErrSealed is given for a secret that this vault's key does not open: it was sealed with another one, or for
	// another name, or was changed by somebody else.
	ErrSealed = errors.New("cache: a secret in the vault is not sealed with this key")
	// ErrVaultChanged is given where another has changed the secret while this process stood still: what is there now
	// stands, and the change is lost.
	ErrVaultChanged = errors.New("cache: a secret in the vault was changed meanwhile")
)

// Vault keeps secrets that processes change and must not lose: on all replicas where there is Redis, else in this
// process, as long as it lives. Redis sees them sealed with AES-256-GCM, each for its name alone, so that nobody can
// put one tenant's in the place of another's. It is safe for concurrent use.
type Vault struct {
	cache *Cache
	seals cipher.AEAD
	safe  safe
}

// safe holds what is sealed. Swap puts next where old is, nil for nothing, and is [ErrVaultChanged] where old is not.
type safe interface {
	read(ctx context.Context, name string) ([]byte, error)
	swap(ctx context.Context, name string, old, next []byte) error
}

// Vault returns the vault of a key of [VaultKeyBytes]. Without Redis the key may be nil. All that was kept under one
// key is lost with it.
func (c *Cache) Vault(key []byte) (*Vault, error) {
	v := &Vault{cache: c, safe: &memorySafe{held: map[string][]byte{}}}
	if c.redis != nil {
		v.safe = &redisSafe{link: c.redis.sure}
	} else if key == nil {
		key = make([]byte, VaultKeyBytes)
		_, _ = rand.Read(key) // it never fails
	}
	if len(key) != VaultKeyBytes {
		return nil, fmt.Errorf("cache: a vault's key has %d bytes, not %d", VaultKeyBytes, len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	v.seals, err = cipher.NewGCMWithRandomNonce(block)
	return v, err
}

// Drawer is the place of one secret.
type Drawer struct {
	vault *Vault
	tag   Tag
}

// Drawer returns the place that a tag names.
func (v *Vault) Drawer(tag Tag) *Drawer { return &Drawer{vault: v, tag: tag} }

// Update hands the secret to change, nil where there is none, and keeps what change returns; the same again is not
// written. One caller on all replicas does so at a time, under [Cache.Lock]. Errors are change's own, with which
// nothing is kept; [ErrSealed] and a [*RedisError], without a call of change; and [ErrVaultChanged] and a
// [*RedisError] after it, when what it returned is not, or may not be, kept.
func (d *Drawer) Update(ctx context.Context, change func(ctx context.Context, kept []byte) ([]byte, error)) error {
	unlock, err := d.vault.cache.Lock(ctx, d.tag)
	if err != nil {
		return err
	}
	defer unlock()
	name := d.vault.cache.locks.names.vault(d.tag)
	old, err := d.vault.safe.read(ctx, name)
	if err != nil {
		return err
	}
	kept, err := d.vault.open(name, old)
	if err != nil {
		return err
	}
	next, err := change(ctx, kept)
	if err != nil || bytes.Equal(next, kept) {
		return err
	}
	// What was changed elsewhere on its account is changed: the caller's end must not lose it.
	return d.vault.safe.swap(context.WithoutCancel(ctx), name, old, d.vault.seal(name, next))
}

// seal is what Redis may see of a secret. The nonce is drawn by the cipher, and comes first.
func (v *Vault) seal(name string, secret []byte) []byte {
	return v.seals.Seal(nil, nil, secret, []byte(name)) //nolint:gosec // G407 takes no nonce for a constant one
}

// open returns what was sealed for that name, nil for nothing.
func (v *Vault) open(name string, sealed []byte) ([]byte, error) {
	if sealed == nil {
		return nil, nil //nolint:nilnil // no secret is no error: it is what a first change begins with
	}
	secret, err := v.seals.Open(nil, nil, sealed, []byte(name))
	if err != nil {
		return nil, ErrSealed
	}
	return secret, nil
}

// memorySafe is this process's own.
type memorySafe struct {
	mu   sync.Mutex
	held map[string][]byte
}

func (s *memorySafe) read(_ context.Context, name string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.held[name], nil
}

func (s *memorySafe) swap(_ context.Context, name string, old, next []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !bytes.Equal(s.held[name], old) {
		return ErrVaultChanged
	}
	s.held[name] = next
	return nil
}

// redisSafe is all replicas'.
type redisSafe struct{ link *link }

// swapScript puts ARGV[2] where ARGV[1] is, the empty text for nothing, for ARGV[3] ms.
var swapScript = redis.NewScript(`
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
`)

func (s *redisSafe) read(ctx context.Context, name string) (sealed []byte, err error) {
	err = s.link.exchange(ctx, "open", func(ctx context.Context) error {
		sealed, err = s.link.client.Get(ctx, name).Bytes()
		if errors.Is(err, redis.Nil) {
			sealed, err = nil, nil
		}
		return err
	})
	return sealed, err
}

func (s *redisSafe) swap(ctx context.Context, name string, old, next []byte) error {
	var done int
	err := s.link.exchange(ctx, "seal", func(ctx context.Context) (err error) {
		done, err = swapScript.Run(ctx, s.link.client, []string{name}, old, next, VaultLife.Milliseconds()).Int()
		return err
	})
	if err == nil && done == 0 {
		return ErrVaultChanged
	}
	return err
}
