// Package recording holds a TLS exchange as plain data, so that it can be replayed over any network
// without computing it again.
//
// A recording has the steps of each side. A step begins once N bytes of the peer's stream have
// arrived in order. It is a sequence of operations on the CPU and of writes of M bytes to the
// stream.
//
//	engines ──sim.Record──► Recording ──sim.Replay──► thousands of replicates
//	                            ▲ │
//	             written by hand │ ▼ Format, Parse
//	                          text form
//
// Thresholds count bytes of the stream. A recording has neither packets nor time: the network
// decides when each step can begin. The order within a step is kept: the first record of a response
// leaves before the second record is sealed.
//
// Data stands for records of application data whose sizes depend on time or on the network, or
// which are too many to list. It is a number of bytes of plaintext. The replay splits it into
// records by the side's Sizing, and the peer opens these records one by one. Thresholds count the
// plaintext of Data, not the records that carry it: a step one byte into Data begins when its first
// record is open. Data may say after how many records its sender changes its keys.
//
// A step may also name what it does, for the observers of a replay: the records and handshake
// messages of a Write, and where keys change. Names have no effect on a replay, and no cost.
//
// The server decides at the ClientHello whether it resumes, by its session state, and whether it
// accepts early data, by the time. A recording therefore has a branch for each decision. All
// branches begin alike.
//
// The text form (see Parse) can be written by hand, to simulate another TLS stack from the sizes of
// its flights and its computing times.
package recording
