// Package contract holds a backend's routes and decoders to its facts; for tests.
//
// What is the same for all backends is checked here, and by no more than a
// [Room] tells: its routes, its decoders, and the folders with its facts,
// samples and pages. What one backend documents and another does not stays in
// that backend's tests, as data or as a function handed over. The checks are
// shown broken rooms in this package's own tests, since a check that cannot
// fail protects nothing.
package contract
