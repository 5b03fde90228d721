// Package session holds the state that outlives a connection: what client and server keep to resume
// a session, and what several servers may share.
//
//	client    Session     a session with its tickets
//	server    Cache       State under a session ID (RFC 5246 §F.1.4)
//	          TicketKeys  State sealed into a ticket (RFC 5077 §4, RFC 9846 §4.7.1)
//	          AntiReplay  which early data has been accepted (RFC 9846 §8)
//
// State is the server's side of a session, with its codec. Cache, Tickets and AntiReplay are
// interfaces; the package has one implementation of each that lives in memory and serves any number
// of connections at the same time.
package session
