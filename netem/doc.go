// Package netem simulates a one-way link for packets in virtual time: loss, a queueing discipline
// before a transmitter, and delay.
//
// A [Config] describes a link as plain data, in the words of Linux's tc-netem(8):
//
//	cfg, err := netem.ParseTC("delay 25ms 2ms distribution normal loss 1% rate 20mbit limit 100")
//	link := netem.New(cfg, seed)
//
// A packet passes these stages:
//
//	         dropped          dropped, copied, marked CE
//	            ▲                        ▲
//	Enqueue ─► loss ─► queueing discipline ─► transmitter ─► delay + jitter ─► Dequeue
//	            │            Queued            Serialised     Propagation
//	     drop list, Bernoulli
//	     or Gilbert–Elliott
//
// # How a link is driven
//
// The link does no I/O, has no clock and starts no goroutine. Its caller tells it the time, never
// backwards, and asks when it is to be called next:
//
//	link.Enqueue(now, netem.Packet{Size: 1500})     // offers a packet
//	events := link.Events()                         // what was dropped or copied by that
//	at := link.Next()                               // when to call Dequeue, or Never
//	deliveries = link.Dequeue(at, deliveries[:0])   // the packets that have arrived by then
//	events = link.Events()                          // what was dropped or copied meanwhile
//
// So a simulator can drive it in virtual time and a program in the wall clock's. What happens, and
// when, does not depend on how late the caller is. The caller makes a path of several links: each
// Delivery of one link is an Enqueue at the next.
//
// # Each packet leaves once per copy
//
// A packet that was offered is on the link once. Each Copied event adds one. Each Delivery and each
// Dropped event takes one away, and in the end none is left. A caller that keeps something for each
// packet counts in this way and releases it at zero; if one call of Dequeue has both events and
// deliveries, it looks at the events first. Nothing else may be assumed: a packet that was not dropped
// at Enqueue may still be dropped when the transmitter would take it, and it may arrive twice. Only
// Reset forgets packets.
//
// # The stages
//
// Loss comes first: a lost packet takes no time on the link. It counts the packets offered, so that
// "drops 3" is the third call of Enqueue.
//
// Then comes the queue. A [Qdisc] decides which packet the transmitter sends next, and may drop packets
// or mark them CE as they come or as they leave. [New] takes [DropTail]: while Rate is set, Limit counts
// the packets that wait and the one in service, and a packet that finds the queue full is dropped. A
// packet that comes at the very instant at which the last bit of another one leaves finds its place
// free. [NewQdisc] takes any other discipline.
//
// The transmitter is occupied with a packet for as long as its IP bytes take at Rate. Then comes the
// delay line: Delay, more or less by Jitter. Any number of packets may be on it.
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
