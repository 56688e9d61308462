// Package auth says who is asking and what they may see.
//
// A request's access token is checked against the keys of one tenant and becomes a [Viewer]; the operation is checked
// once against the [Table] that the schema's @access directives make; and the row scope of a list, or the right to a
// single entity, comes from the same [Rule]. Rights are always the token's scopes ∩ the roles that the viewer really
// holds: a scope alone grants nothing, and neither does a role that the token doesn't carry.
//
// What isn't known is denied. A field without a rule doesn't start the gateway, a viewer whose roles weren't read yet
// has none, and an endpoint for which the backend's documents print no roles is open only through a rule whose Ours
// field gives the reason.
//
// The package knows no backend: who a subject is comes through [Directory], and the schema is handed in. It imports
// nothing of this module.
package auth
