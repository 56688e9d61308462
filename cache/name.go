package cache

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
)

// maxName is the length in bytes above which a key or tag goes into its Redis
// name as a digest: lists by hundreds of ids are not worth kilobytes of name.
const maxName = 512

// names are what things are called in Redis. All of a tenant's names share the
// hash tag {tenant}: one slot in a Cluster, where MGET and scripts reach them all.
type names struct{ version string }

func newNames(version string) names { return names{version: url.QueryEscape(version)} }

// entry names an entry. The version is in it: bytes of another one are not read.
func (n names) entry(key Key) string {
	return "mg:" + n.version + ":" + hashTag(key.tenant) + ":e:" + shorten(key.text)
}

// filling names the claim of whoever fills an entry.
func (n names) filling(key Key) string {
	return "mg:" + n.version + ":" + hashTag(key.tenant) + ":f:" + shorten(key.text)
}

// generation names a tag's generation. There is no version in it: replicas of two
// versions, in a rolling restart, must see each other's evictions.
func (n names) generation(tag Tag) string {
	return "mg:" + hashTag(tag.tenant) + ":g:" + shorten(tag.text)
}

// counter names the tenant's counter.
func (n names) counter(tenant string) string { return "mg:" + hashTag(tenant) + ":n" }

// ledger names the record of a write, and lock that of a lock. There is no version
// in them: a write is made once, by whatever release.
func (n names) ledger(key LedgerKey) string {
	return "mg:" + hashTag(key.tenant) + ":l:" + shorten(key.text)
}

func (n names) lock(tag Tag) string { return "mg:" + hashTag(tag.tenant) + ":k:" + shorten(tag.text) }

// vault names a secret. There is no version in it: a release that starts anew would be without it.
func (n names) vault(tag Tag) string { return "mg:" + hashTag(tag.tenant) + ":v:" + shorten(tag.text) }

// hashTag escapes the braces of the tenant's name, so that they cannot end the tag.
func hashTag(tenant string) string { return "{" + url.QueryEscape(tenant) + "}" }

// shorten keeps texts apart: none begins with the digest's mark, which is escaped.
func shorten(text string) string {
	if len(text) <= maxName {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return "#" + hex.EncodeToString(sum[:])
}
