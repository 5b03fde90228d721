// Package sim is the world in which TLS connections are simulated: virtual
// time, hosts with cores, links in a row, and connections as actors.
//
//	     client host                                      server host
//	steps ─► core ─► TCP ══ up link ═ up link ══► TCP ─► core ─► steps
//	  ▲               ║                            ║               │
//	  └───────────────╨══◄═ down link ═ down link ═╨───────────────┘
//
// A World is built once for a configuration and runs as many replicates as one
// likes, one after the other, in the same memory. In a run, everything is an
// event in a queue: a packet due on a link, a TCP deadline, a task that a core
// has finished. An event's handler passes time and segments to state machines
// that know no clock (netem, sim/tcp) and schedules what they ask for.
//
// What a side computes and writes comes as steps (sim/recording). They are
// replayed from a recording, or made on the way by live engines that compute
// the real bytes; all else is the same code, and gives the same nanoseconds.
// Record makes a recording by one exchange of live engines without a network.
// What depends on time or on the network, a replay decides on the way, as live
// engines do: which branch of the recording the server takes, and how application
// data is cut into records. The two sides of a connection share what was decided.
//
// A client may have to ask a certificate authority in the middle of a step: a second
// connection, to a third host over links of its own, holds it up (fetch.go).
//
// Each event keeps its parent, the event that made it happen. Walking back
// from the last byte of a response gives the critical path, whose waits, each
// with its Cause, add up exactly to the time they explain.
//
// Virtual time is a time.Duration since the start of the run. Events at one
// instant run in the order in which they were scheduled, so a run is a function
// of its configuration and its seed.
package sim
