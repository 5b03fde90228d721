// Package netem is a one-way link for packets, as a queue in virtual time.
//
// A link is described by a [Config], plain data in the words of Linux's tc-netem(8):
//
//	cfg, err := netem.ParseTC("delay 25ms 2ms distribution normal loss 1% rate 20mbit limit 100")
//	link := netem.New(cfg, seed)
//
// Packets go in, and come out later, in another order, or not at all:
//
//	          lost                overflow
//	           ▲                     ▲
//	Enqueue ─► loss ─► drop-tail FIFO + rate ─► delay + jitter ─► Dequeue
//	           │          Queued, Serialised     Propagation
//	    drop list, Bernoulli
//	    or Gilbert–Elliott
//
// The link does no I/O, has no clock and starts no goroutine. Its caller tells it the time, in the
// order in which time passes, and asks when it has something to say:
//
//	link.Enqueue(now, netem.Packet{Size: 1500})     // a packet is offered; false: it was dropped
//	at := link.Next()                               // when the next one arrives, or Never
//	deliveries = link.Dequeue(at, deliveries[:0])   // those that have arrived by then
//
// So a simulator can drive it in virtual time and a program in the wall clock's. A path of several
// links is composed by the caller: each Delivery of one hop is an Enqueue at the next.
//
// # What happens to a packet
//
// Loss comes first: a lost packet takes no time on the link. Then comes the queue: while Rate is set,
// a packet is serialised for as long as its IP bytes take, after the packets before it; Limit counts
// the packets that wait and the one in service, and a packet that finds the queue full is dropped.
// Last comes the delay line: Delay, more or less by Jitter. Any number of packets may be on it.
//
// # Where it differs from the kernel's netem
//
// The kernel (net/sched/sch_netem.c) keeps waiting and delayed packets in one queue, so its limit
// counts the packets in flight too: at 100 ms and 100 Mbit/s the delay line alone holds 833 of them.
// Here limit is what a router's buffer has, and packets in flight are free. For the same reason a link
// without a rate never drops by limit. The kernel delays a packet before it serialises it, so that
// jitter may hide behind a busy rate; here they add up.
//
// # Determinism
//
// All arithmetic is in integers of nanoseconds and bits, so a link gives the same result on every
// machine. Randomness is a hash of the link's seed, the purpose and the packet's ordinal: adding
// jitter never changes which packets are lost.
package netem
