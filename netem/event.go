package netem

import (
	"fmt"
	"time"
)

// EventKind is what happened to a packet.
type EventKind uint8

// The events. Arrivals are not among them: Link.Dequeue returns those.
const (
	Dropped EventKind = iota + 1 // the packet, or one copy of it, has left the link and will not arrive
	Copied                       // one more copy of the packet is on the link from now on
)

// DropReason is why a packet was dropped.
type DropReason uint8

// The reasons.
const (
	ByDropList DropReason = iota // its ordinal is in Config.Drops
	ByLoss                       // Config.Loss or Config.Gemodel
	ByLimit                      // the queue was full
	ByAQM                        // active queue management (RFC 7567 §2) signalled congestion
	NumDropReasons
)

var dropReasons = [NumDropReasons]string{"drop list", "random loss", "queue limit", "AQM"}

// String is the reason in words.
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
	AtEnqueue Place = iota // as a packet entered the queue, or before
	AtDequeue              // as the transmitter asked for a packet
)

// String names the place.
func (p Place) String() string {
	if p == AtDequeue {
		return "dequeue"
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

// Events collects what happens to packets in a call of a Qdisc's Enqueue or Dequeue, at the instant
// and the place of that call.
type Events struct {
	all    []Event // since the caller last asked
	now    time.Duration
	place  Place
	drops  [NumDropReasons]uint64
	copies uint64
}

// Drop reports that the item has left the queue and will not be handed to the transmitter.
func (e *Events) Drop(item *Item, reason DropReason) { e.drop(&item.Packet, reason) }

// Copy returns a copy of the item, which the queueing discipline must later hand out or drop like the
// item itself.
func (e *Events) Copy(item *Item) Item {
	e.all = append(e.all, Event{Packet: item.Packet, At: e.now, Kind: Copied, Place: e.place})
	e.copies++
	c := *item
	c.ordinal = copyOrdinal | e.copies
	return c
}

func (e *Events) drop(p *Packet, reason DropReason) {
	e.all = append(e.all, Event{Packet: *p, At: e.now, Kind: Dropped, Reason: reason, Place: e.place})
	e.drops[reason]++
}

// take returns the events since its last call. The slice is valid until the next event.
func (e *Events) take() []Event {
	all := e.all
	e.all = all[:0]
	return all
}

func (e *Events) reset() { *e = Events{all: e.all[:0]} }
