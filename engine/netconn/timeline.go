package netconn

import (
	"fmt"
	"sync"
	"time"

	"tlslab/engine"
)

// maxEntries bounds a Timeline: a handshake has a dozen messages, and what
// comes later (tickets, KeyUpdates) may be without end.
const maxEntries = 256

// A Timeline notes the messages of one connection as they are sent and
// received. Its Observe is for the Config of that connection alone.
type Timeline struct {
	start time.Time

	mu      sync.Mutex
	entries []Entry
}

// An Entry is one handshake message, change_cipher_spec or alert, or the answer of a
// certificate's authority.
type Entry struct {
	At      time.Duration // since the Timeline's start
	Sent    bool          // by this side
	Message string        // the RFC's name, "alert" or "OCSP response"
	Level   string        // of an alert: "warning", "fatal"; else empty
	Alert   string        // what an alert says, by the RFC's name; else empty
	Length  int           // in bytes, with the message's header
}

// String names the message, with what an alert says: "alert handshake_failure (fatal)".
func (e Entry) String() string {
	if e.Alert == "" {
		return e.Message
	}
	return fmt.Sprintf("%s %s (%s)", e.Message, e.Alert, e.Level)
}

// NewTimeline begins at start: when the connection was dialled or accepted.
func NewTimeline(start time.Time) *Timeline { return &Timeline{start: start} }

// Since returns the time since the start.
func (t *Timeline) Since() time.Duration { return time.Since(t.start) }

// Entries returns what happened so far.
func (t *Timeline) Entries() []Entry {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]Entry(nil), t.entries...)
}

// Observe notes messages and alerts. A message is noted when it is written or
// taken in, which is just before or after it is on the transport.
func (t *Timeline) Observe(n engine.Notice) {
	e := Entry{Length: n.Length}
	switch n.Kind {
	case engine.MessageSent, engine.MessageReceived:
		e.Message, e.Sent = n.Message.String(), n.Kind == engine.MessageSent
	case engine.RecordSent, engine.RecordReceived:
		if n.Record != engine.TypeAlert {
			return
		}
		e.Message, e.Sent, e.Length = n.Record.String(), n.Kind == engine.RecordSent, n.Plain
		e.Level, e.Alert = n.Level.String(), n.Alert.String()
	case engine.StatusTaken:
		e.Message = "OCSP response"
	default:
		return
	}
	e.At = t.Since()
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.entries) < maxEntries {
		t.entries = append(t.entries, e)
	}
}
