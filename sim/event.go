package sim

import (
	"fmt"
	"strings"
	"time"

	"tlslab/engine/op"
	"tlslab/netem"
	"tlslab/sim/tcp"
)

// EventKind says what an Event tells, and which of its fields are set beside Kind, At,
// Connection, Host, Peer and FromClient.
type EventKind uint8

// The kinds of events. Host is where it happened; of a packet, who sent it.
const (
	// ConnectionOpened: the client is about to send its first SYN. Path.
	ConnectionOpened EventKind = iota
	// ConnectionEnded: nothing more can happen to the connection, or it has failed. Result.
	ConnectionEnded

	// SegmentSent: TCP has sent a segment. Segment, whose Cause says why now.
	SegmentSent
	// PacketOffered: a packet comes to a link. Segment, Path, Link.
	PacketOffered
	// PacketDropped: a link has dropped it. Segment, Path, Link, Reason, Place.
	PacketDropped
	// PacketCopied: a link has duplicated it; each copy is delivered or dropped by itself.
	// Segment, Path, Link.
	PacketCopied
	// PacketDelivered: it has come to the end of a link. Segment, Path, Link, Offered, Queued,
	// Serialised, Last.
	PacketDelivered

	// Written: a process has handed bytes to TCP. Bytes, Offset.
	Written
	// Read: a process has taken bytes from TCP. Bytes, Offset.
	Read
	// WriteClosed: a process has ended its stream.
	WriteClosed

	// OperationBegan: a core of the host has begun an operation. Op, Takes.
	OperationBegan
	// OperationEnded: it is done. Op, Takes.
	OperationEnded

	// RecordSent: TCP was given the last byte of a record. Name, Bytes, Offset.
	RecordSent
	// RecordReceived: the peer's process has taken it from TCP. Name, Bytes, Offset.
	RecordReceived
	// MessageSent: TCP was given the record with the last byte of a handshake message or an
	// alert. Name, Bytes, Offset.
	MessageSent
	// MessageReceived: the peer's process has taken that record from TCP. Name, Bytes, Offset.
	MessageReceived
	// KeyChanged: this side sends, or receives, under other keys. Name, Sent.
	KeyChanged
	// SecretDerived: a live engine has derived a secret. Name, ClientRandom, Secret.
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

// Event is something that happened in a world, as Observe's function receives it. It and
// what it points to are valid during the call only.
type Event struct {
	Kind       EventKind
	At         time.Duration // virtual time
	Connection int           // its number, as Open returned it; a fetch has one of its own
	Host, Peer int           // indices of Topology.Hosts: of the side that it is about, and of the other side
	FromClient bool          // that side is the connection's client

	Path       int           // index of Topology.Paths
	Link       int           // index of Topology.Links
	Segment    *tcp.Segment  // of a packet: with the ECN field that it has now
	Offered    time.Duration // when the packet came to the link
	Queued     time.Duration // its wait for other packets there
	Serialised time.Duration // the time for which it occupied the link
	Last       bool          // the link was the last of the path: the packet is at its host
	Reason     netem.DropReason
	Place      netem.Place

	// Name is the name of a record's content type, of a handshake message or of an alert in
	// its RFC; the epoch of a change of keys; a secret's label in an SSLKEYLOGFILE (RFC 9850).
	Name   string
	Bytes  int64 // of a record or message with its header
	Offset int64 // where it ends in its sender's stream
	Sent   bool  // the keys are those that the side sends with

	Op    op.Op         // the zero Op: work that has no name
	Takes time.Duration // on this host

	ClientRandom, Secret []byte
	Result               *Result
}

// Observe lets a function be called with each event, in order of time; nil: none. A
// world that nobody observes does no work for it. The function must not call the world.
func (w *World) Observe(f func(*Event)) { w.observer = f }

// Observe lets a function be called with each event of each replicate: see World.Observe.
func (r *Replicator) Observe(f func(*Event)) { r.world.Observe(f) }

// String is the event as a line of text.
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
