// Package gate decides whether a change is too large: it reads expressions such as
// p95(handshake)>+3% and judges comparisons of an old with a new side by them.
//
//	--fail-on text ─► Parse ─► Expression ─► a Check for each comparison ─► Judge ─► Outcome
//
// The rule is in Judge. docs/ci.md explains it for the people who set up a gate.
package gate
