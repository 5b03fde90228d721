package engine

import (
	"errors"
	"fmt"

	"tlslab/engine/alert"
)

// ErrTruncated means that the transport ended without close_notify: the data may be incomplete
// (RFC 9846 §6.1).
var ErrTruncated = errors.New("connection truncated: no close_notify")

// A Fault says which side caused an error.
type Fault uint8

// The faults.
const (
	FaultPeer   Fault = iota + 1 // the peer broke the protocol, or no common parameters exist
	FaultLocal                   // this side's Config, its caller or this package
	FaultRemote                  // the peer ended the connection by an alert
)

var faultNames = [...]string{"none", "peer", "local", "remote"}

// String returns "peer", "local" or "remote"; "none" for 0.
func (f Fault) String() string { return nameOf(faultNames[:], f) }

// An Error ends a connection.
type Error struct {
	// Alert was sent to the peer, or received from it if Fault is FaultRemote. If Err is
	// ErrTruncated it is close_notify, which did not come.
	Alert alert.Description
	Fault Fault  // which side caused the error
	Why   string // what was wrong, in general
	// Section is the requirement that was broken, "RFC 9846 §4.2.3"; "" if no document has one, as
	// for a limit of this package.
	Section string
	Err     error // what was wrong in detail; nil: no detail
}

// Error returns one line: what was wrong, the alert and the section.
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

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }
