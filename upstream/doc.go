// Package upstream is the one transport to the REST backends behind the graph.
//
// A backend's room (upstream/<backend>) states each endpoint once, as a [Route] value, and asks a [Client] to make a
// [Call]. The client checks the call against its route, takes it from the operation's [Budget], obtains credentials,
// waits in the [Pacer] until the backend's documented limit allows the call, sends it under a deadline, reads a bounded
// body, and answers with a [Reply] or with an [Error] of a closed list of kinds. Reads are retried, writes never.
//
// # Limits
//
// A backend counts a call at some moment between its send and its answer. The pacer does not guess when: it charges the
// call for all of that time, and for a leaky bucket or a window as if it had been counted at the end. So its own count
// is never below the backend's, however the network delays either way, as long as an answer proves the arrival. A small
// margin is left for clocks that run apart and for backends that round. Replicas share their buckets in Redis, or
// divide them: see [PacerConfig]. What the pacer cannot know are others who call as the same client application, and,
// without Redis, what this process did before it was restarted: then a 429 may come, the bucket rests for as long as the
// backend asks, and reads are repeated.
//
// # Time
//
// Nothing waits without end: a queue has a length and a longest wait, an attempt has a time-out, a read has a number of
// attempts, and all of them end with the caller's deadline. A call that would miss it is refused before it is sent.
//
// # Failure
//
// A route that fails is left alone by its breaker ([Breakers]): calls are refused at once and do not queue, and single
// ones try whether it is back. Retries have to be earned by calls that succeed. One host gets a bounded number of calls
// at a time ([Hosts]). So an outage costs the backend less than its health does, and the callers no time.
//
// # Writes
//
// A write is sent once, and before all reads that wait. Its error is retryable only when the backend surely did nothing,
// and says with [Error.OutcomeUnknown] when it may have done what was asked.
//
// The package knows no domain, no cache and no tenant. Everything exported is safe for concurrent use unless it says
// otherwise. Tokens, headers, query strings and bodies never reach an error's text.
package upstream
