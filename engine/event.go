package engine

// An Event is what a received record meant to the application.
type Event struct {
	Kind EventKind
	Data []byte // EventData, EventEarlyData: the plaintext, inside the buffer given to Recv
}

// An EventKind says what happened.
type EventKind uint8

// The events.
const (
	EventNone          EventKind = iota // nothing that concerns the application
	EventHandshakeDone                  // application data may be sent
	EventData                           // application data arrived
	EventSession                        // a new session can be resumed: see Conn.Session
	EventClosed                         // the peer sent close_notify
	EventEarlyData                      // application data arrived that may be a replay (RFC 9846 §8)
	EventOCSPRequest                    // the handshake waits for Conn.CertificateStatus
)

var eventNames = [...]string{"none", "handshake-done", "data", "session", "closed", "early-data", "status-wanted"}

// String returns the event's name.
func (k EventKind) String() string { return nameOf(eventNames[:], k) }
