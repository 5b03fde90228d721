package netem

import (
	"fmt"
	"time"
)

// EventKind is what happened to a packet.
type EventKind uint8

// The kinds of events. An arrival is not an Event: Link.Dequeue returns arrivals.
const (
	Dropped EventKind = iota + 1 // one copy of the packet has left the link and will not arrive
	Copied                       // a copy was made, by Config.Duplicate or the queueing discipline
)

// DropReason is why a packet was dropped.
type DropReason uint8

// The reasons.
const (
	ByDropList   DropReason = iota // Config.Drops lists the packet
	ByLoss                         // random loss: Config.Loss, Gemodel, LossState or Gilbert
	ByLimit                        // the queue was full
	ByAQM                          // active queue management signalled congestion (RFC 7567 §2)
	ByCoDel                        // CoDel: the delay has been above its target for an interval
	ByPIE                          // PIE: at random, with its drop probability
	ByBLUE                         // BLUE in CAKE: the flow does not respond to congestion signals
	ByBurst                        // TBF: the packet is larger than its bucket
	ByOutage                       // the link was down: Config.Outage
	ByCorruption                   // its checksum fails at the end of the link: Config.Corrupt
	NumDropReasons
)

var dropReasons = [NumDropReasons]string{"drop list", "random loss", "queue limit", "AQM", "CoDel", "PIE",
	"BLUE", "larger than the token bucket", "outage", "corruption"}

// String returns the reason in words.
func (r DropReason) String() string {
	if r < NumDropReasons {
		return dropReasons[r]
	}
	return fmt.Sprintf("DropReason(%d)", uint8(r))
}

// Place is where on the link a packet was dropped or copied.
type Place uint8

// The places.
const (
	AtEnqueue Place = iota // in Link.Enqueue: by loss, or by Qdisc.Enqueue
	AtDequeue              // by Qdisc.Dequeue, when the transmitter asked for a packet
	AtArrival              // at the end of the link, after all delays
)

// String returns "enqueue", "dequeue" or "arrival".
func (p Place) String() string {
	switch p {
	case AtDequeue:
		return "dequeue"
	case AtArrival:
		return "arrival"
	}
	return "enqueue"
}

// An Event is a drop or a copy of a packet.
type Event struct {
	Packet
	At     time.Duration // when it happened
	Kind   EventKind
	Reason DropReason // of a drop
	Place  Place
}

// Events collects the drops and copies of a Qdisc. Their instant and place are those of the call of
// Enqueue or Dequeue in which the Qdisc reports them.
type Events struct {
	all    []Event // since the last take
	now    time.Duration
	place  Place
	drops  [NumDropReasons]uint64
	copies uint64

	crossDrops uint64 // of cross traffic, which are not events
}

// Drop reports that the Qdisc drops the item. No later Dequeue of the Qdisc may return the item.
func (e *Events) Drop(item *Item, reason DropReason) { e.drop(&item.Packet, reason) }

// Copy makes a copy of the item, reports it and returns it. Like the item, the copy must leave the
// Qdisc exactly once: by Dequeue or by Drop.
func (e *Events) Copy(item *Item) Item {
	if item.Flow&crossFlow != 0 {
		return *item
	}
	e.all = append(e.all, Event{Packet: item.Packet, At: e.now, Kind: Copied, Place: e.place})
	e.copies++
	c := *item
	c.ordinal = copyOrdinal | e.copies
	return c
}

func (e *Events) drop(p *Packet, reason DropReason) {
	if p.Flow&crossFlow != 0 {
		e.crossDrops++
		return
	}
	e.all = append(e.all, Event{
		Packet: *p, At: e.now, Kind: Dropped, Reason: reason, Place: e.place,
	})
	e.drops[reason]++
}

// take returns the events since the last call of take. The slice is valid until the next event.
func (e *Events) take() []Event {
	all := e.all
	e.all = all[:0]
	return all
}

func (e *Events) reset() { *e = Events{all: e.all[:0]} }
