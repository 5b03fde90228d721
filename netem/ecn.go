package netem

import "fmt"

// ECN is the ECN field of an IP header, with the values of its two bits (RFC 3168 §5).
type ECN uint8

// The codepoints.
const (
	NotECT ECN = 0b00 // the transport does not use ECN: congestion drops the packet
	ECT1   ECN = 0b01 // ECN-capable transport
	ECT0   ECN = 0b10 // ECN-capable transport
	CE     ECN = 0b11 // congestion experienced
)

// Capable reports whether the packet may be marked CE instead of being dropped: all codepoints but
// Not-ECT (RFC 3168 §5).
func (e ECN) Capable() bool { return e != NotECT }

// String is the codepoint's name in RFC 3168.
func (e ECN) String() string {
	switch e {
	case NotECT:
		return "Not-ECT"
	case ECT1:
		return "ECT(1)"
	case ECT0:
		return "ECT(0)"
	case CE:
		return "CE"
	}
	return fmt.Sprintf("ECN(%d)", uint8(e))
}
