// Package sdk drives a running Bailiwick with the vendor's own Go SDKs, to
// show that programs written against the Okta management API need no change.
//
// It is a module of its own, so that the product's go.mod stays free of the
// SDKs. Every story is written once, against the small interface [Driver], and
// runs through version 2 of the SDK (v2.go) and version 6 (v6.go). The server
// is the real program: the tests build it, start "bailiwick demo" on loopback
// and speak plain HTTP to it. What an SDK hides (header lines, nulls, the shape
// of an error) is checked with net/http in plain_test.go.
//
//	go test -count=1 .                                on the embedded database
//	BAILIWICK_TEST_DSN=postgres://… go test -count=1 . on PostgreSQL as well
//
// Without -count=1 the go command answers from its cache, which knows nothing of
// changes to the program. BAILIWICK_TEST_DSN names a PostgreSQL server in which
// the tests may create databases, with the psql program; without it, the server
// that with-postgres announces in BAILIWICK_TEST_POSTGRES is used.
//
// The first build takes some minutes: version 6 of the SDK is very large.
package sdk
