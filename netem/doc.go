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
// So a simulator can drive the link in virtual time, and a program in the time of the wall clock.
// The results do not depend on how late the caller is. To make a path of several links, the caller
// offers each Delivery of one link to the next.
//
// # Every copy of a packet leaves exactly once
//
// Enqueue puts one copy of a packet on the link. A Copied event adds one more copy. Each Delivery
// and each Dropped event removes one. In the end no copy is left, unless Reset empties the link. A
// caller that holds a resource for each packet counts its copies like this and releases the
// resource at zero. After a Dequeue it looks at the events before the deliveries, since a copy may
// have been made and delivered in the same call. The caller may assume nothing else: a packet that
// was not dropped at Enqueue may be dropped at dequeue, and it may arrive twice.
//
// # The stages
//
// Loss comes first: a lost packet takes no time on the link. "drops 3" drops the packet of the
// third call of Enqueue.
//
// Then comes the queue. A [Qdisc] decides which packet the transmitter sends next, and may drop
// packets or mark them CE, at enqueue as well as at dequeue. [New] makes a link with a [DropTail],
// [NewQdisc] a link with any other discipline. Limit counts the packets that wait and the packet in
// service. If a packet comes at the very instant at which the last bit of another packet leaves,
// that packet no longer counts.
//
// The transmitter takes as long for a packet as its IP bytes take at Rate. Then comes the delay
// line: Delay, varied by Jitter. It holds any number of packets.
//
// # Where it differs from the kernel's netem
//
// The kernel (net/sched/sch_netem.c) keeps waiting and delayed packets in one queue, so its limit
// counts the packets in flight too: at 100 ms and 100 Mbit/s the delay line alone holds 833 of
// them. Here the limit is that of a router's buffer, and packets in flight do not count. So a link
// without a rate never drops by its limit. The kernel delays a packet before it serialises it, so a
// wait for the transmitter may hide jitter; here the two add up.
//
// # Determinism
//
// All arithmetic is in integers of nanoseconds and bits, so a link gives the same result on every
// machine. A random draw is a hash of the link's seed, the purpose and the packet's ordinal: adding
// jitter never changes which packets are lost.
package netem
