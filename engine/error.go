package engine

import (
	"errors"
	"fmt"

	"tlslab/engine/alert"
)

// ErrTruncated says that the transport ended without a close_notify, so the
// data may be cut short (RFC 9846 §6.1).
var ErrTruncated = errors.New("connection truncated: no close_notify")

// A Fault says whose doing an error was.
type Fault uint8

// The parties.
const (
	FaultPeer   Fault = iota + 1 // the peer broke the protocol or cannot be agreed with
	FaultLocal                   // this side's Config or this package
	FaultRemote                  // the peer says, by an alert, that it was us or it
)

var faultNames = [...]string{"none", "peer", "local", "remote"}

// String returns the party's name.
func (f Fault) String() string { return nameOf(faultNames[:], f) }

// An Error ends a connection.
type Error struct {
	Alert   alert.Description // sent to the peer; received from it where Fault is FaultRemote; missing where Err is ErrTruncated
	Fault   Fault             // whose doing it was
	Why     string            // what was wrong
	Section string            // the clause that was broken, "RFC 9846 §4.2.3"
	Err     error             // what lies beneath, if anything
}

// Error returns one line: why in detail, the alert and the section.
func (e *Error) Error() string {
	why := e.Why
	if e.Err != nil {
		why = e.Err.Error()
	}
	if e.Section != "" {
		return fmt.Sprintf("tls: %s (%v, %s)", why, e.Alert, e.Section)
	}
	return fmt.Sprintf("tls: %s (%v)", why, e.Alert)
}

// Unwrap returns what lies beneath.
func (e *Error) Unwrap() error { return e.Err }
