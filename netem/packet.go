package netem

import (
	"math"
	"time"
)

// Never is the instant that does not come: Next returns it while the link has nothing to do.
const Never time.Duration = math.MaxInt64

// A Packet is what the link needs to know of an IP packet.
type Packet struct {
	Size  int32  // bytes of the IP packet, headers included
	Flow  uint32 // the connection it belongs to
	Burst uint32 // the burst of segments it was sent in
	ID    uint32 // the caller's handle; the link only carries it, and a copy has the same
	ECN   ECN    // set by the sender; a queueing discipline may change it to CE
}

// A Delivery is a packet that arrived, with the account of its time on the link.
// Instants are durations since the start of the caller's clock.
type Delivery struct {
	Packet
	Sent       time.Duration // when it was offered to the link
	At         time.Duration // when it arrives
	Queued     time.Duration // time until the transmitter took its first bit
	Serialised time.Duration // time its own bytes took at the link's rate
}

// Propagation is the time the packet was on the delay line: delay, jitter and, on an ordered link,
// the wait for packets before it. Queued + Serialised + Propagation is exactly At − Sent.
func (d *Delivery) Propagation() time.Duration {
	return d.At - d.Sent - d.Queued - d.Serialised
}
