package sim

// Cause is what a connection waited for. The times of the causes along the critical path of an
// instant add up exactly to the time from the start of the connection to that instant.
type Cause uint8

// The causes. While a side waits for ACKs, all time counts as the cause of that wait (Window, Nagle
// or FastRetransmit), except the time in which the other side, or this one, waits for a timer.
const (
	Propagation      Cause = iota // delay of links, with jitter
	Serialisation                 // rate of links
	Queue                         // packets before this one in the queues of links
	Window                        // ACKs that open the congestion window or the receive window
	Nagle                         // ACKs that let Nagle's algorithm send a partial segment
	DelayedACK                    // delayed-ACK timer of the peer
	FastRetransmit                // ACKs that show a loss
	ReorderTimer                  // reordering timer of RACK (RFC 8985 §6.2 step 5)
	Probe                         // timer of the tail loss probe (RFC 8985 §7)
	Persist                       // persist timer of a closed receive window
	Pacing                        // pacing timer of the sender
	RTO                           // retransmission timer of data
	SYNTimeout                    // retransmission timer of SYN or SYN-ACK
	ClientCPU                     // the client computes, or its kernel works
	ServerCPU                     // the server computes, or its kernel works
	CPUQueue                      // all cores of a host are busy, or the kernel's work comes first
	ResponderCPU                  // the OCSP responder computes
	ResponderTimeout              // timeout of the client for the OCSP response
	NumCauses                     // number of causes
)

var causeNames = [NumCauses]string{
	"propagation", "serialisation", "queue", "window", "nagle", "delayed-ack", "fast-retransmit",
	"reorder-timer", "probe", "persist", "pacing", "rto", "syn-timeout", "client-cpu", "server-cpu", "cpu-queue", "ca-cpu", "ca-timeout",
}

// String returns the cause's name in metrics, such as "delayed-ack".
func (c Cause) String() string { return causeNames[c] }
