// Package bailiwick is the vocabulary of the product: people, groups, realms,
// apps, roles, tokens, sessions and events, the lifecycle of an account, and
// the one error type. It is pure: no I/O, no SQL, no HTTP, no clock, no
// randomness of its own. Read it first; every other package speaks in its words.
//
// A bailiwick is the area of somebody's authority. Who may do what to whom
// inside it is decided by package authz, enforced by package store inside each
// transaction, and offered as operations by package directory.
package bailiwick

// Version is the release that this source tree makes. It is stamped by the
// linker in released binaries.
var Version = "dev"
