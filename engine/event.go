package engine

// An Event is what a received record means to the application.
type Event struct {
	Kind EventKind
	Data []byte // of EventData and EventEarlyData: the plaintext, inside the buffer given to Recv
}

// An EventKind says what happened.
type EventKind uint8

// The events.
const (
	EventNone          EventKind = iota // nothing for the application
	EventHandshakeDone                  // the handshake is done: Seal takes application data
	EventData                           // application data arrived
	EventSession                        // Conn.Session has a new session or ticket
	EventClosed                         // the peer sent close_notify
	EventEarlyData                      // early data arrived, which may be a replay (RFC 9846 §8)
	EventOCSPRequest                    // the client waits for Conn.OCSPResponse
)

var eventNames = [...]string{"none", "handshake-done", "data", "session", "closed", "early-data", "ocsp-request"}

// String returns the event's name: "handshake-done".
func (k EventKind) String() string { return nameOf(eventNames[:], k) }
