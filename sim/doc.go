// Package sim simulates TLS connections in virtual time: hosts with cores, links, paths, TCP, and
// TLS exchanges of live engines or of recordings.
//
//	     client host                                      server host
//	steps ─► core ─► TCP ══ up link ═ up link ══► TCP ─► core ─► steps
//	  ▲               ║                            ║               │
//	  └───────────────╨══◄═ down link ═ down link ═╨───────────────┘
//
// A Topology has hosts, one-way links and paths. A path is links in a row, each way; paths may
// share links. A World is built from a topology once and then runs any number of times in the same
// memory:
//
//	w, err := sim.NewWorld(topology)
//	w.Reset(seed)                      // virtual time 0; seed of links and clocks
//	number, err := w.Open(connection)  // any number of times, also when a connection ends
//	w.Run()                            // until all connections have ended
//
// A Connection leads from a client host to a server host over a path. Its Source provides the steps
// of both sides (sim/recording): a Replay replays a recording, and Live runs engines that compute
// the real bytes. All other code is the same for both, and so are the results, to the nanosecond.
// Record makes a recording from live engines without a network. A replay decides during the run
// what depends on time or on the network: which branch of the recording the server takes, and how
// application data is split into records. A client that fetches an OCSP response opens a connection
// to a Responder in the middle of a step and waits for it.
//
// If a host's cost table prices the kernel's work (costs.KernelOp), system calls take time of the
// process, and received segments and sent bursts take time of a core, which they interrupt
// (kernel.go).
//
// A Replicator runs the replicates of one connection between two hosts, which Config describes.
//
// A run is a queue of events: a link has a packet due, a TCP timer expires, a core finishes a task.
// The handler of an event passes the time and segments to state machines without a clock (netem,
// sim/tcp) and schedules what they ask for. Events at one instant are handled in the order in which
// they were scheduled. A run is a function of the topology, the connections and the seed.
//
// Each event of a connection has a parent, the event that caused it. The path from the last byte of
// the response back through the parents is the critical path. Its waits, each with a Cause, add up
// exactly to the time to the last byte.
//
// World.Observe sets an observer, which receives each Event in order: packets, segments,
// operations, records, messages, key changes.
//
// Memory follows the connections that are open. A connection that has ended leaves nothing, and the
// memory of a long connection does not follow its length.
package sim
