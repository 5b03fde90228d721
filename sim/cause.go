package sim

// Cause is what a connection was waiting for. The causes along the critical
// path of an instant add up exactly to the time until then.
type Cause uint8

// The causes. A wait inside a wait for acknowledgements counts as what that
// wait was for: Window, Nagle or FastRetransmit; a timer keeps its own name
// wherever it is met.
const (
	Propagation      Cause = iota // a link's delay, jitter included
	Serialisation                 // a link's rate
	Queue                         // other packets before this one on a link
	Window                        // acknowledgements, to be allowed to send more
	Nagle                         // acknowledgements, to send less than a full segment
	DelayedACK                    // the peer's delayed-acknowledgement timer
	FastRetransmit                // acknowledgements that tell of a loss
	ReorderTimer                  // RACK's timer, to tell loss from reordering
	Probe                         // the tail loss probe's timer
	Persist                       // the timer that probes a closed receive window
	RTO                           // the retransmission timer of data
	SYNTimeout                    // the retransmission timer of SYN or SYN-ACK
	ClientCPU                     // the client computing
	ServerCPU                     // the server computing
	CPUQueue                      // a core, busy with others
	ResponderCPU                  // the OCSP responder computing
	ResponderTimeout              // the client waiting in vain for a responder's answer
	NumCauses
)

var causeNames = [NumCauses]string{
	"propagation", "serialisation", "queue", "window", "nagle", "delayed-ack", "fast-retransmit",
	"reorder-timer", "probe", "persist", "rto", "syn-timeout", "client-cpu", "server-cpu", "cpu-queue", "ca-cpu", "ca-timeout",
}

func (c Cause) String() string { return causeNames[c] }
