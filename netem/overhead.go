package netem

import (
	"errors"
	"fmt"
	"math"
)

// Overhead is what a link layer adds to the bytes of a packet, tc-netem's "rate RATE PACKETOVERHEAD
// [CELLSIZE [CELLOVERHEAD]]". The packet with its overhead is cut into cells; the last cell is sent
// in full. ATM with AAL5 over PPPoA is {10, 48, 5}. Source: packet_time_ns() of
// net/sched/sch_netem.c. The zero value adds nothing.
type Overhead struct {
	Packet     int // bytes added to each packet, −MaxOverhead to MaxOverhead
	Cell       int // payload of a cell in bytes, 0 to MaxOverhead; 0: no cells
	CellHeader int // bytes added to each cell, −MaxOverhead to MaxOverhead, at least 1 − Cell
}

// MaxOverhead bounds the fields of an Overhead, in bytes.
const MaxOverhead = 10_000

func (f Overhead) validate(hasRate bool) error {
	if f == (Overhead{}) {
		return nil
	}
	switch {
	case !hasRate:
		return errors.New("netem: overhead: bytes of the link layer have no effect without a rate")
	case f.Packet < -MaxOverhead || f.Packet > MaxOverhead,
		f.CellHeader < -MaxOverhead || f.CellHeader > MaxOverhead:
		return fmt.Errorf("netem: overhead: bytes are from %d to %d", -MaxOverhead, MaxOverhead)
	case f.Cell < 0 || f.Cell > MaxOverhead:
		return fmt.Errorf("netem: overhead: a cell has at most %d bytes", MaxOverhead)
	case f.Cell == 0 && f.CellHeader != 0:
		return errors.New("netem: overhead: bytes added to each cell need a cell size")
	case f.Cell != 0 && f.Cell+f.CellHeader < 1:
		return errors.New("netem: overhead: a cell with its overhead has less than 1 byte")
	}
	return nil
}

// size returns the bytes on the link of a packet of size bytes.
func (f Overhead) size(size int32) int32 {
	if f == (Overhead{}) {
		return size
	}
	n := max(0, int64(size)+int64(f.Packet))
	if f.Cell != 0 {
		n = (n + int64(f.Cell) - 1) / int64(f.Cell) * int64(f.Cell+f.CellHeader)
	}
	return int32(min(n, math.MaxInt32/2))
}
