// Package loaders turns what resolvers ask for into as few upstream calls as
// the backends allow. It is the only meeting of cache and upstream, and the
// only place where wire types become [model] types: once per fill, into values
// that are immutable from then on because viewers share them.
//
// A [Tenant] lives as long as the process; a [Loaders] serves one operation of
// one viewer. Within an operation each key is asked for once, and keys that
// are asked for together form exactly one batch: there is no time window.
//
// Who may see what is decided here per row and per object, with the rules of
// package auth. What a viewer may not see is [NotFoundError], the same error
// as for what does not exist, and it takes the same calls.
package loaders
