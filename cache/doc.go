// Package cache keeps upstream answers: keys, tiers, expiry, single-flight,
// generations and eviction. It knows no domain and no HTTP.
//
// # The way of a read
//
// [Get] and [GetMany] ask the in-process tier, which holds decoded values that
// all callers share; then Redis, where there is one, which holds upstream bytes;
// then they fill. Fills of one key are shared by all callers of the process
// (single-flight), and run detached from the caller that began them: each caller
// leaves when its own context ends, the fill goes on for the next. An [Operation]
// asks for one thing once, even where nothing is kept. One replica at a time fills a
// key, and says so in Redis under a lease ([FillLease]); the others wait for what it
// stores.
//
// # How old a value may be
//
// A [Life] has three ends. A value is fresh; then it is served at once while it is
// refreshed in the background; then it is served to those who asked again and got no
// answer, as [Request].Outage says, or not within [Options].Patience. A [Stale] in the
// result tells. An error that is no outage drops the value. A [Request] may be Strict,
// and take fresh values only. That there is no value is a [Verdict]: kept like one while
// it is fresh, and evicted with the tags of what would make it, too.
//
// # Whose data
//
// A [Key] and a [Tag] are built from a [Scope] only. A key holds tenant and
// authority, and the same key names the entry and the flight, so two tenants or
// authorities never share either. A tag is the tenant's: a write evicts what any
// authority has read. What has no scope is refused with a [*ScopeError].
//
// # Generations
//
// An entry depends on tags. Each tag has a generation, [Cache.Evict] moves it, and
// an entry is alive only while all its tags have the generations that were read
// before its fill began. So an eviction costs the same for one entry or a million,
// and a fill that was under way during an eviction can neither be stored nor be
// joined by a later read. In process, generations live in a table of fixed size.
// In Redis they come from a counter per tenant that only rises, are read in the
// same round trip as the entries, and are compared again by the script that
// stores. A tag without a generation vouches for nothing: whatever Redis loses (an
// expired or evicted name, a flush, a restart) costs misses, never freshness.
//
// # What is promised
//
// A read that begins after Evict returned nil is not served older data, on this
// replica or another. Redis answers by generations; the in-process tier answers
// without asking, and so only under a lease, which a replica renews by a beat
// several times a second while it is in step with the announcements of evictions.
// Evict announces, and waits until every other replica that has a lease has replied
// or its lease is over, [Options].TierLease at most. Announcements are numbered: who
// misses one drops its lease and its whole tier. Who has no lease bypasses the tier,
// and says so with an [Event]. A cache without Redis, or a [Options].Lone one, needs
// no lease.
//
// What is not promised: a replica that has neither lease nor Redis hears of no
// eviction, and lets reads join a fill that is at most a lease older. A failover to a
// Redis replica that had not received the last evictions forgets them, as it does
// every asynchronous write. An eviction that Redis could not be told, so that Evict
// returned an error, is made up for when Redis is back, before this process reads it
// or has a lease again, and is lost if the process ends before. Time is measured by
// monotonic clocks, which must run equally fast.
//
// # Writes
//
// [Cache.Begin] keeps a write from being made twice: a ledger knows of each whether
// it was begun, what its maker was about to send, and its result, for
// [Options].LedgerWindow. [Cache.Lock] lets one caller at a time change a thing.
// Both are claims: held under a lease that is renewed in the background, and by a
// token that every change compares, so that whoever stood still for longer than
// its lease records nothing more. What it sends cannot be stopped: between
// [Entry.Step] and what that announces, no holder may stand still for so long. A
// [Vault] keeps secrets that one caller at a time changes under a lock. Ledger and
// vault refuse when Redis is away; a lock then holds in its own process only.
//
// # When Redis fails
//
// Every failure of Redis is a miss and an [Event], never an error of a read. An
// exchange costs at most [Options].RedisTimeout; one that gets no answer opens a
// circuit, and Redis is bypassed until a probe is answered. Writes and leases have a
// circuit of their own, with [Options].ClaimTimeout. An outage is logged
// once, and its end once. What Redis holds that is not a whole, checksummed entry
// of this key, or does not decode, is a miss.
//
// # Redis itself
//
// Each entry, generation, counter, record, lock, claim and secret has a time to live, and
// so has the hash by which replicas know each other. Values above [PackAbove] are
// compressed. KEYS, SCAN, FLUSH and sets are not used. For entries any
// eviction policy is safe. For ledger and vault only noeviction is: every other may
// forget a write that was made, or a secret. All names of a tenant share the hash
// tag {tenant}: in a Cluster a tenant is served by one shard, which is what makes
// its reads one round trip and its evictions atomic.
package cache
