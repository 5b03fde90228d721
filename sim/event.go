package sim

import (
	"fmt"
	"strings"
	"time"

	"tlslab/engine/op"
	"tlslab/netem"
	"tlslab/sim/tcp"
)

// EventKind says what happened. All events have Kind, At, Connection, Host, Peer, FromClient and
// Path.
type EventKind uint8

// The kinds of events, each with its further fields.
const (
	// ConnectionOpened: the client sends its first SYN next.
	ConnectionOpened EventKind = iota
	// ConnectionEnded: the connection has failed, or no packet, timer or work of it is left.
	// Result. A host finishes an operation of a failed connection later.
	ConnectionEnded

	// SegmentSent: TCP sends a segment. Segment; Segment.Cause says why it is sent now.
	SegmentSent
	// PacketOffered: a packet arrives at the beginning of a link. Segment, Link.
	PacketOffered
	// PacketDropped: a link drops a packet. Segment, Link, Reason, Place.
	PacketDropped
	// PacketCopied: a link duplicates a packet. Each copy is delivered or dropped. Segment, Link.
	PacketCopied
	// PacketDelivered: a packet arrives at the end of a link. Segment, Link, Offered, Queued,
	// Serialised, Last.
	PacketDelivered

	// Written: a side writes bytes to TCP. Bytes, Offset.
	Written
	// Read: a side reads bytes from TCP. Bytes, Offset.
	Read
	// WriteClosed: a side closes its stream.
	WriteClosed

	// OperationBegan: a core of the host begins an operation. Op, Takes.
	OperationBegan
	// OperationEnded: the core has finished the operation. Op, Takes.
	OperationEnded

	// RecordSent: a side has written the last byte of a record to TCP. Name, Bytes, Offset.
	RecordSent
	// RecordReceived: a side has read the last byte of a record from TCP. Name, Bytes, Offset.
	RecordReceived
	// MessageSent: a side has written the record that ends a handshake message, or an alert.
	// Name, Bytes, Offset.
	MessageSent
	// MessageReceived: a side has read the record that ends a handshake message, or an alert.
	// Name, Bytes, Offset.
	MessageReceived
	// KeyChanged: a side changes the keys with which it sends or receives. Name, Sent.
	KeyChanged
	// SecretDerived: a live engine has derived a secret of the key log. Name, ClientRandom, Secret.
	SecretDerived

	numEventKinds
)

var eventNames = [numEventKinds]string{
	"connection-opened", "connection-ended",
	"segment-sent", "packet-offered", "packet-dropped", "packet-copied", "packet-delivered",
	"written", "read", "write-closed", "operation-began", "operation-ended",
	"record-sent", "record-received", "message-sent", "message-received", "key-changed", "secret-derived",
}

// String returns the kind's name, such as "packet-dropped".
func (k EventKind) String() string {
	if k < numEventKinds {
		return eventNames[k]
	}
	return fmt.Sprintf("EventKind(%d)", uint8(k))
}

// Event is an event of a world. It and what it points to are valid during the call of the observer.
type Event struct {
	Kind       EventKind
	At         time.Duration // virtual time
	Connection int           // number of the connection (see World.Open); an OCSP fetch has its own
	Host, Peer int           // of this side and of the other side: indices in Topology.Hosts
	FromClient bool          // this side is the client; a packet's side is its sender
	Path       int           // index in Topology.Paths

	Link       int           // index in Topology.Links
	Segment    *tcp.Segment  // of a packet, with its present ECN field
	Offered    time.Duration // virtual time at which the packet arrived at the link
	Queued     time.Duration // time in the link's queue
	Serialised time.Duration // time at the link's rate
	Last       bool          // the link is the last one of the path: the packet is at its host
	Reason     netem.DropReason
	Place      netem.Place // of the drop

	// Name is the content type of a record (RFC 9846 §5.1), the type of a handshake message (§4),
	// the description of an alert (§6), the epoch of a key change, or the label of a secret
	// (RFC 9850).
	Name   string
	Bytes  int64 // of a record or message, with its header
	Offset int64 // where the bytes end in their sender's stream
	Sent   bool  // the new keys are for sending

	Op    op.Op         // the zero Op is work without a name
	Takes time.Duration // of the operation, on this host

	ClientRandom, Secret []byte
	Result               *Result
}

// Observe sets the observer: a function that receives each event, in order of time. It must be set
// before the connections are opened, and must not call the world. Nil: no observer, and no cost.
func (w *World) Observe(f func(*Event)) { w.observer = f }

// Observe sets the observer of all replicates (see World.Observe).
func (r *Replicator) Observe(f func(*Event)) { r.world.Observe(f) }

// String returns the event as one line of text.
func (e *Event) String() string {
	var b strings.Builder
	side := "server"
	if e.FromClient {
		side = "client"
	}
	fmt.Fprintf(&b, "%v %d %s %v", e.At, e.Connection, side, e.Kind)
	switch e.Kind {
	case ConnectionEnded:
		fmt.Fprintf(&b, " %s", e.Result.Outcome)
	case SegmentSent:
		fmt.Fprintf(&b, " %v, %v", e.Segment, e.Segment.Cause)
	case PacketOffered, PacketCopied:
		fmt.Fprintf(&b, " link %d: %v", e.Link, e.Segment)
	case PacketDropped:
		fmt.Fprintf(&b, " link %d, %v: %v", e.Link, e.Reason, e.Segment)
	case PacketDelivered:
		fmt.Fprintf(&b, " link %d: %v", e.Link, e.Segment)
	case Written, Read:
		fmt.Fprintf(&b, " %d until %d", e.Bytes, e.Offset)
	case OperationBegan, OperationEnded:
		if e.Op == (op.Op{}) {
			fmt.Fprintf(&b, " work, %v", e.Takes)
		} else {
			fmt.Fprintf(&b, " %v, %v", e.Op, e.Takes)
		}
	case RecordSent, RecordReceived, MessageSent, MessageReceived:
		fmt.Fprintf(&b, " %s %d until %d", e.Name, e.Bytes, e.Offset)
	case KeyChanged:
		direction := "receive"
		if e.Sent {
			direction = "send"
		}
		fmt.Fprintf(&b, " %s %s", direction, e.Name)
	case SecretDerived:
		fmt.Fprintf(&b, " %s %x %x", e.Name, e.ClientRandom, e.Secret)
	}
	return b.String()
}
