// Package wire is how the backends write single values, and how a reply is read.
//
// Its types are forgiving in what they take, since one backend writes the same
// member as a number here and as a text there, and strict in what they give: a
// value that fits none of the documented forms is an error, never a guess. What
// a backend's resources look like is said in the rooms of the backends.
package wire
