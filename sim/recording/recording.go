package recording

import (
	"fmt"
	"strings"
	"time"

	"tlslab/engine/op"
	"tlslab/engine/record"
)

// Action says what an Item does.
type Action uint8

// The actions of a step. The last three do nothing: they name what other actions do, for observers.
const (
	Compute    Action = iota // an operation that a cost table prices, on the CPU
	Work                     // a duration on the CPU of a host with slowdown 1
	Pause                    // time in which the client does nothing
	Write                    // bytes that TCP is given in one call
	Data                     // application data, whose records are sealed and written one by one
	Mark                     // a moment that metrics refer to
	CloseWrite               // the end of this side's stream: TCP sends FIN after all data
	Fetch                    // an OCSP request over HTTP; the client waits for the response
	Fetched                  // ends the work after a Fetch that needs the response
	Record                   // names a record that begins in the Write before it
	Message                  // names a message or an alert that ends in the Record before it
	KeyChange                // names the keys under which this side sends or receives from here on
)

// Names reports whether an action only names what other actions do.
func (a Action) Names() bool { return a >= Record }

// Moment is a point of the exchange that metrics refer to.
type Moment uint8

// The moments, all of the client.
const (
	Handshake Moment = iota // it may send application data under keys that it has verified
	FirstByte               // the first byte of the response is readable
	LastByte                // the last byte of the response is readable

	// With more than one round: the client begins the last request; the first and the last byte of
	// its response are readable.
	LastRequest
	LastRoundFirstByte
	LastRoundLastByte
	NumMoments
)

var momentNames = [NumMoments]string{
	"handshake", "first-byte", "last-byte", "last-request", "last-round-first-byte", "last-round-last-byte",
}

// String returns the moment's name in the text form.
func (m Moment) String() string {
	if m < NumMoments {
		return momentNames[m]
	}
	return fmt.Sprintf("moment(%d)", uint8(m))
}

// Item is one action of a step. The action says which fields it has.
type Item struct {
	Action Action
	Op     op.Op         // Compute
	Work   time.Duration // Work: 0 to 1 h; Pause: above 0, at most 1 h
	// Bytes is the number of bytes of a Write, of the plaintext of Data, of the OCSP request of a
	// Fetch, and of a Record or Message with its header; 0 for a Message of unknown length.
	Bytes    int
	Response int    // Fetch: bytes of the OCSP response
	Moment   Moment // Mark

	// Name is the content type of a Record (RFC 9846 §5.1), the handshake type (§4) or alert
	// description (§6) of a Message, and the epoch of a KeyChange: clear, early, handshake or
	// application.
	Name string
	Sent bool // KeyChange: the keys of what this side sends; false: of what it receives

	Cipher  string         // Data: the algorithm of its Seal and Open operations
	Framing record.Framing // Data: the length of a record for its plaintext
	Updates *KeyUpdates    // Data: changes of the sender's keys; nil: none
}

// Step is what a side does, in order, once At bytes of its peer's stream have arrived and its
// earlier steps are done.
type Step struct {
	At    int64 // 0: once TCP is connected; of Data the plaintext counts
	Items []Item
}

// Outcome is the decision of the server on the offered session and the early data of a ClientHello.
type Outcome string

// The outcomes.
const (
	Full    Outcome = "full"    // the client offered no session
	Resumed Outcome = "resumed" // the server resumed the offered session
	Refused Outcome = "refused" // the server refused the offered session: a full handshake follows

	Early         Outcome = "early-data"          // resumed; the server accepted the early data
	EarlyRejected Outcome = "early-data-rejected" // resumed; the client sends the early data again
)

// outcomes are all outcomes.
var outcomes = []Outcome{Full, Resumed, Refused, Early, EarlyRejected}

// outcomeNames lists the outcomes.
func outcomeNames(separator string) string {
	var names []string
	for _, o := range outcomes {
		names = append(names, string(o))
	}
	return strings.Join(names, separator)
}

// Branch is the exchange after one decision of the server.
type Branch struct {
	Outcome Outcome
	Client  []Step
	Server  []Step
}

// Fact is one line of a recording's description, such as {"suite", "TLS_AES_128_GCM_SHA256"}.
type Fact struct{ Key, Value string }

// Recording is an exchange with its branches.
type Recording struct {
	About    []Fact
	Branches []Branch

	// ClientSizing and ServerSizing split the Data of a side into records; nil: into the longest
	// records that its Framing allows.
	ClientSizing, ServerSizing *record.Sizing

	// EarlyWindow decides between the branches Early and EarlyRejected: the longest time from the
	// instant at which the client makes the ClientHello until the server receives it, for the
	// server to accept its early data. 0 in a recording without both branches.
	EarlyWindow time.Duration
}

// Branch returns the branch of an outcome, or an error if the recording does not have it.
func (r *Recording) Branch(o Outcome) (*Branch, error) {
	for i := range r.Branches {
		if r.Branches[i].Outcome == o {
			return &r.Branches[i], nil
		}
	}
	return nil, fmt.Errorf("recording has no branch %q", o)
}

// Decides reports whether the early window decides between a branch and another one.
func (r *Recording) Decides(o Outcome) bool { return o == Early && r.EarlyWindow > 0 }

// Written returns how many bytes the steps of a side write, of Data the plaintext.
func Written(steps []Step) int64 {
	var n int64
	for _, s := range steps {
		for _, it := range s.Items {
			if it.Action == Write || it.Action == Data {
				n += int64(it.Bytes)
			}
		}
	}
	return n
}

// Complete returns the moment that completes the exchange: the last byte of the last response.
func (b *Branch) Complete() Moment {
	for _, s := range b.Client {
		for _, it := range s.Items {
			if it.Action == Mark && it.Moment == LastRoundLastByte {
				return LastRoundLastByte
			}
		}
	}
	return LastByte
}

// Fetches reports whether the client fetches an OCSP response.
func (b *Branch) Fetches() bool {
	for _, s := range b.Client {
		for _, it := range s.Items {
			if it.Action == Fetch {
				return true
			}
		}
	}
	return false
}
