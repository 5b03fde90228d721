package netem

import "time"

// passCrossTraffic passes the packets of cross traffic that arrive by the instant now to the queue,
// each at its own instant.
func (l *Link) passCrossTraffic(now time.Duration) {
	x := l.cross
	for x.at <= now {
		x.offered++
		if l.transmitter != nil {
			l.depart(x.at)
			l.transmitter.enqueue(x.at, Item{Packet: x.packet, Sent: x.at}, &l.events)
		} else if _, _, ok := l.fifo.enqueue(x.at, l.onWire(x.packet.Size)); !ok {
			x.dropped++
		}
		x.advance()
	}
}

// onWire is the number of bytes that a packet takes at the link's rate.
func (l *Link) onWire(size int32) int32 {
	if l.impairments == nil {
		return size
	}
	return l.impairments.overhead.size(size)
}

// wakeBesideCrossTraffic is when the transmitter or the queue next does something that may concern
// the link's own packets. While the queue holds cross traffic alone no call is needed: the next
// call computes what has happened meanwhile.
func (l *Link) wakeBesideCrossTraffic() time.Duration {
	if l.waiting() == 0 {
		return Never
	}
	return min(l.transmitter.next(), l.cross.at)
}

// waiting is how many packets of the link's own are in the queue.
func (l *Link) waiting() uint64 {
	n := l.offered + l.events.copies - l.departed
	for reason, drops := range l.events.drops {
		if DropReason(reason) != ByCorruption { // which happens behind the transmitter
			n -= drops
		}
	}
	return n
}
