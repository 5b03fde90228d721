package netem

import "time"

// A varyingRate computes when packets leave a transmitter whose rate changes with time. Packets
// leave one after another, in the order of the calls.
type varyingRate interface {
	// begin returns the earliest instant, not before at, at which the first byte of a packet can
	// leave. at is not before the end of the last transmission. waiting is true if the packet came
	// before at, and false if it comes at this instant. begin changes nothing.
	begin(at time.Duration, waiting bool) time.Duration

	// transmit transmits an IP packet of size bytes from an instant that begin returned, and
	// returns when the last byte leaves.
	transmit(at time.Duration, size int32) time.Duration

	// reset moves to the start that follows from the link's seed.
	reset(seed uint64)

	// rewind moves that start back by whole periods to before the instant −warmUp, if the rate
	// repeats. It is called after reset.
	rewind(warmUp time.Duration)
}

// newVaryingRate returns the link's rate that changes with time, or nil.
func newVaryingRate(c *Config) varyingRate {
	switch {
	case c.Trace != nil:
		return newTraced(c.Trace, c.Start)
	case c.RateSchedule.enabled():
		return newScheduled(c.RateSchedule, c.Start)
	}
	return nil
}
