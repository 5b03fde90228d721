package tcp

import (
	"fmt"
	"strings"
)

var flagNames = []struct {
	flag Flags
	name string
}{{SYN, "SYN"}, {FIN, "FIN"}, {RST, "RST"}, {PSH, "PSH"}, {ACK, "ACK"}, {ECE, "ECE"}, {CWR, "CWR"}}

// String returns the names of the bits, such as "SYN|ACK".
func (f Flags) String() string {
	var names []string
	for _, n := range flagNames {
		if f&n.flag != 0 {
			names = append(names, n.name)
		}
	}
	return strings.Join(names, "|")
}

// String is the segment in one line: flags, stream offsets of the payload, acknowledgement,
// window, SACK blocks.
func (s *Segment) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v %d:%d", s.Flags, s.Seq, s.Seq+int64(s.Len))
	if s.Flags&ACK != 0 {
		fmt.Fprintf(&b, " ack %d", s.Ack)
	}
	fmt.Fprintf(&b, " win %d", s.Window)
	for i, block := range s.SACK[:s.Blocks] {
		if i == 0 {
			b.WriteString(" sack")
		}
		fmt.Fprintf(&b, " %d:%d", block.Start, block.End)
	}
	if s.ECN != NotECT {
		fmt.Fprintf(&b, " %v", s.ECN)
	}
	if s.Retransmit {
		b.WriteString(" retransmitted")
	}
	return b.String()
}
