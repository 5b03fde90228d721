package netem

import (
	"math"
	"time"
)

// Never is later than every instant. Next returns it if nothing is going to happen.
const Never time.Duration = math.MaxInt64

// longAgo is before every instant. Differences between it and an instant fit a time.Duration.
const longAgo time.Duration = -1 << 62

// A Packet describes an IP packet to a link.
type Packet struct {
	Size  int32  // bytes of the IP packet, headers included
	Flow  uint32 // number of the packet's connection, for flow queueing (RFC 8290): below 2³¹
	Burst uint32 // number of the burst of segments (GSO) with which it was sent
	ID    uint32 // for the caller's use; a copy has the same ID
	ECN   ECN    // as the sender set it; a queueing discipline may change it to CE
}

// copyFrom copies a packet field by field. Its fields have been stored one by one a moment ago: the
// wider loads of an assignment would wait until these stores are complete.
func (p *Packet) copyFrom(q *Packet) {
	p.Size, p.Flow, p.Burst, p.ID, p.ECN = q.Size, q.Flow, q.Burst, q.ID, q.ECN
}

// A Delivery is a packet that arrives, with the parts of its time on the link. Instants are
// durations since the start of the caller's clock.
type Delivery struct {
	Packet
	corrupted  bool          // by Config.Corrupt; valid on a link with impairments
	more       bool          // more packets of its unit follow; valid in a tfifo
	Sent       time.Duration // when it was offered to the link
	At         time.Duration // when it arrives
	Queued     time.Duration // time until the transmitter took its first bit
	Serialised time.Duration // time from its first bit to its last bit, at the link's rate
}

// Propagation is the time from the instant at which the packet's last bit leaves the transmitter to
// the arrival: delay, jitter and, on an ordered link, the wait for earlier packets. Queued +
// Serialised + Propagation is exactly At − Sent.
func (d *Delivery) Propagation() time.Duration {
	return d.At - d.Sent - d.Queued - d.Serialised
}
