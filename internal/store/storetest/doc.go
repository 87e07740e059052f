// Package storetest gives tests a real store: SQLite on disk always, PostgreSQL
// when the machine has it. Call [Each] to run a test on both engines; it is the
// way to test anything that touches the store. Nothing but tests imports it.
package storetest
