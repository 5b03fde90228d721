package timing

import (
	"fmt"
	"sync"
	"time"

	"tlslab/engine"
)

// maxEntries bounds a Timeline: a handshake has about twelve messages, but tickets and KeyUpdates
// may follow without end.
const maxEntries = 256

// A Timeline records the messages of one connection with the times at which the engine sent and
// received them. Its methods may be called at the same time.
type Timeline struct {
	start time.Time

	mu      sync.Mutex
	entries []Entry
}

// An Entry is one handshake message, change_cipher_spec, alert or fetched OCSP response.
type Entry struct {
	At      time.Duration // since the Timeline's start
	Sent    bool          // by this side; otherwise received
	Message string        // the RFC's name, "alert" or "OCSP response"
	Level   string        // of an alert: "warning" or "fatal"; otherwise empty
	Alert   string        // of an alert: the RFC's name; otherwise empty
	Length  int           // in bytes, with the message's header
}

// String returns the message's name, of an alert with name and level: "alert handshake_failure
// (fatal)".
func (e Entry) String() string {
	if e.Alert == "" {
		return e.Message
	}
	return fmt.Sprintf("%s %s (%s)", e.Message, e.Alert, e.Level)
}

// NewTimeline returns a Timeline whose times count from start: when the connection was dialled or
// accepted.
func NewTimeline(start time.Time) *Timeline { return &Timeline{start: start} }

// Since returns the time since the start.
func (t *Timeline) Since() time.Duration { return time.Since(t.start) }

// Entries returns a copy of the entries so far, in order: at most the first 256.
func (t *Timeline) Entries() []Entry {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]Entry(nil), t.entries...)
}

// Observe records messages and alerts; it is for the engine.Config.Observe of one connection. A
// message's time is when the engine wrote or read it, which is just before or just after the
// transport carried it.
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
	case engine.OCSPResponseTaken:
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
