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
//	     drop list, random loss
//
// # How a link is driven
//
// The link does no I/O, has no clock and starts no goroutine. The caller tells the link the time,
// which never decreases, and asks the link when to call it next:
//
//	link.Enqueue(now, netem.Packet{Size: 1500})     // offers a packet
//	events := link.Events()                         // what Enqueue dropped or copied
//	at := link.Next()                               // when to call Dequeue, or Never
//	deliveries = link.Dequeue(at, deliveries[:0])   // the packets that have arrived by then
//	events = link.Events()                          // what Dequeue dropped or copied
//
// So a simulator can drive the link in virtual time, and a program in the time of the wall clock.
// Instants and outcomes are the same if the caller calls Dequeue late. To make a path of several
// links, the caller offers each Delivery of one link to the next link at Delivery.At.
//
// # Every copy of a packet leaves exactly once
//
// Enqueue puts one copy of a packet on the link. A Copied event adds one copy. Each Delivery and
// each Dropped event removes one. In the end no copy is left, unless Reset empties the link. A
// caller that holds a resource for each packet counts the packet's copies in this way and releases
// the resource at zero. After a Dequeue the caller counts the events before the deliveries, because
// one call may make a copy and deliver it. The caller may assume nothing else: the queueing
// discipline may drop at dequeue a packet that it accepted at enqueue, and may deliver a packet
// twice.
//
// # The stages
//
// Loss comes first: a lost packet does not wait in the queue and does not occupy the transmitter.
// "drops 3" drops the packet of the third call of Enqueue.
//
// Then comes the queue. A [Qdisc] decides which packet the transmitter sends next, and may drop
// packets or mark them CE, at enqueue as well as at dequeue. [New] makes the discipline that
// Config.Queue describes; without one it is a drop-tail queue, whose Limit counts the packets that
// wait and the packet in service. A packet whose last bit leaves at the instant of an Enqueue no
// longer counts. [NewQdisc] makes a link with any other discipline.
//
// The packets of [CrossTraffic] share the queue and the transmitter with the link's own packets.
// They disappear behind the transmitter, and no Delivery and no Event reports them. They begin
// before the instant 0, so the first packet of the link finds a queue in its steady state.
//
// The transmitter serialises the bytes of the IP packet at Rate; a link layer's header is not
// counted. The rate may change with time: a [RateSchedule] is a list of rates, and a [Trace] a list
// of instants at which mahimahi's mm-link could deliver a packet. A link starts at a random place
// of either, or at a fixed one. Then the packet propagates on the delay line, for Delay varied by
// Jitter. The delay line holds any number of packets. With Slot, packets wait at its end for the
// next slot.
//
// # Impairments
//
// Before the queue a packet may be lost, marked, duplicated or corrupted, decided in the order of
// netem_enqueue() of the kernel (net/sched/sch_netem.c): a packet that is both duplicated and lost
// passes once, and a copy may be lost or corrupted too. A corrupted packet waits, is serialised and
// propagates; a checksum at the end of the link drops it. Behind the transmitter a packet may
// overtake: with Reorder it has no propagation delay.
//
// Gemodel and LossState move with each packet. Gilbert and Outage move with time: the state at an
// instant follows from the seed alone.
//
// With LossUnit burst, packets that come one after another with the same Flow and Burst share one
// fate, and Drops counts bursts.
//
// # Differences from the kernel's netem
//
// By default (semantics router) a link is one behind a router's port. With semantics tc a link does
// what netem in the kernel of the sending host does, as in Linux 6.18. These are the differences:
//
//   - The kernel keeps waiting and delayed packets in one queue ordered by the time to send, so its
//     limit counts the packets in flight too: at 100 ms and 100 Mbit/s, 833 packets of 1500 bytes
//     are in flight. With semantics router the limit is that of a router's buffer, packets in
//     flight do not count, and a link without a rate never drops by its limit.
//   - The kernel delays a packet first and serialises it then, behind the last one in the queue. So
//     a wait for the transmitter can absorb jitter, and with a rate jitter never reorders. With
//     semantics router a packet waits and is serialised first, so wait and jitter add up.
//   - The kernel sees the packets of a burst (GSO) as one packet: one loss takes them all, they
//     have one delay, their bytes are serialised together and arrive together, and the limit
//     counts one. If one is to be corrupted, the kernel cuts the burst: the first packet is
//     corrupted and the others are enqueued again.
//   - A duplicate is enqueued anew, before its original: it waits for the rate, may be lost, and
//     takes the last place of a full queue from the original.
//   - A packet that overtakes goes to the head of the queue: it has no delay and waits for no rate.
//   - A correlation of the jitter has no effect, because the kernel takes the remainder of the
//     correlated number (tabledist()). With semantics router it makes neighbours alike.
//   - The kernel looks for the next slot as soon as a packet is enqueued, so the slot may come
//     while the packet is still delayed. With semantics router it looks when the packet is due.
//
// Both semantics count the bytes of IP packets. On an Ethernet device the kernel also counts the 14
// bytes of the header: write "rate RATE 14" for the same.
//
// # Determinism
//
// All arithmetic is in integers of nanoseconds and bits, so a link gives the same result on every
// machine. A random draw is a hash of the link's seed, the purpose and the packet's ordinal: adding
// jitter never changes which packets are lost.
package netem
