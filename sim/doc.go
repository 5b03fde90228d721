// Package sim is the world in which TLS connections are simulated: virtual time,
// hosts with cores, links, paths, and connections that live engines or recordings
// take through.
//
//	     client host                                      server host
//	steps ─► core ─► TCP ══ up link ═ up link ══► TCP ─► core ─► steps
//	  ▲               ║                            ║               │
//	  └───────────────╨══◄═ down link ═ down link ═╨───────────────┘
//
// A Topology says what stands: hosts, one-way links, and paths of links in a row, which
// may share them. A World is built of it once and runs as often as one likes, in the
// same memory:
//
//	w, err := sim.NewWorld(topology)
//	w.Reset(seed)                      // virtual time 0; what is random about links and clocks
//	number, err := w.Open(connection)  // any number of times, also when a connection ends
//	w.Run()                            // until all have ended, each with its Result
//
// A Connection goes from a client host to a server host over a path, from its Start on.
// It takes its steps (sim/recording) from a Source: a Replay of a recording, or Live
// engines that compute the real bytes. All else is the same code, and gives the same
// nanoseconds. Record makes a recording by one exchange of live engines without a
// network. What depends on time or on the network, a replay decides on the way, as live
// engines do: which branch of the recording the server takes, and how application data
// is cut into records. A client may have to ask an OCSP Responder in the middle of a
// step: a second connection, which the first one opens and waits for.
//
// A Replicator runs the replicates of a single connection: a world of which Config says
// all.
//
// In a run, everything is an event in a queue: a packet due on a link, a TCP deadline, a
// task that a core has finished. An event's handler passes time and segments to state
// machines that know no clock (netem, sim/tcp) and schedules what they ask for.
//
// Each event of a connection keeps its parent, the event that made it happen. Walking
// back from the last byte of a response gives the critical path, whose waits, each with
// its Cause, add up exactly to the time they explain.
//
// Virtual time is a time.Duration since Reset. Events at one instant run in the order in
// which they were scheduled, so a run is a function of the topology, its connections and
// its seed. A world's memory follows the connections that are open: those that have
// ended leave nothing.
package sim
