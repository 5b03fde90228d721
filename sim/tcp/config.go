package tcp

import (
	"fmt"
	"time"
)

// Config holds the settings of one endpoint: what Linux keeps in its sysctls,
// socket options and route attributes. Start from DefaultConfig.
type Config struct {
	// MTU is the size in bytes of the largest IPv4 packet; the MSS is 40 less.
	MTU int
	// Timestamps, SACK and WindowScaling offer the options (tcp_timestamps,
	// tcp_sack, tcp_window_scaling); each is used if both sides offer it.
	Timestamps, SACK, WindowScaling bool
	// CongestionControl names the algorithm: one of CongestionControls
	// (tcp_congestion_control).
	CongestionControl string
	// ECN requests Explicit Congestion Notification on a SYN and grants it on a
	// SYN-ACK; it is used if both sides have it (tcp_ecn: 1 if set, 0 if not).
	ECN bool
	// Pacing spaces bursts by the pacing rate also where the congestion control does
	// not ask for it (SO_MAX_PACING_RATE without a limit, or an fq qdisc).
	Pacing bool
	// InitialWindow is the first congestion window in segments (RFC 6928).
	InitialWindow int
	// SlowStartAfterIdle shrinks the congestion window after an idle period of an
	// RTO (tcp_slow_start_after_idle).
	SlowStartAfterIdle bool
	// Nagle holds a partial segment back while data is unacknowledged (the reverse
	// of TCP_NODELAY).
	Nagle bool

	// InitialRTO is the retransmission timeout before there is a sample of the
	// round-trip time (RFC 6298 §2.1).
	InitialRTO time.Duration
	// MinRTO and MaxRTO bound the retransmission timeout (tcp_rto_min_us,
	// tcp_rto_max_ms). As in Linux, MinRTO bounds its variance term.
	MinRTO, MaxRTO time.Duration
	// SYNLinearTimeouts is how many retransmissions of the SYN keep the initial
	// timeout (tcp_syn_linear_timeouts), SYNRetries how many follow them, each after
	// twice the time (tcp_syn_retries): 4 and 6 give up after 131 s.
	SYNLinearTimeouts, SYNRetries int
	// SYNACKRetries is the number of SYN-ACK retransmissions (tcp_synack_retries).
	SYNACKRetries int
	// Retries is the number of retransmissions of data before the connection
	// fails; as in Linux it stands for the time that many doublings of MinRTO take
	// (tcp_retries2: 15 gives 924.6 s).
	Retries int
	// Reordering is the number of segments above a missing one that mark it lost
	// (tcp_reordering; RFC 6675 DupThresh).
	Reordering int
	// RACK finds losses by time (tcp_recovery 1), TailLossProbe probes for the loss
	// of a flight's tail (tcp_early_retrans 3); both need SACK (RFC 8985).
	RACK, TailLossProbe bool

	// ReceiveBuffer and MaxReceiveBuffer are the first and the largest size of the
	// receive buffer in bytes (tcp_rmem's second and third value). As in Linux half
	// of it is window; the rest is overhead.
	ReceiveBuffer, MaxReceiveBuffer int

	// HZ is the frequency of the host's timer ticks per second (CONFIG_HZ); timers
	// then expire when the kernel's timer wheel would let them. 0: timers are exact.
	HZ int
	// ClockOffset is what the host's clock reads at virtual time 0. It places the
	// timer ticks: with equal offsets both ends tick together.
	ClockOffset time.Duration
}

// DefaultConfig returns the settings of Linux 6.18 with TCP_NODELAY and NewReno.
func DefaultConfig() Config {
	return Config{
		MTU:                1500,
		Timestamps:         true,
		SACK:               true,
		WindowScaling:      true,
		CongestionControl:  "reno",
		InitialWindow:      10,
		SlowStartAfterIdle: true,
		InitialRTO:         time.Second,
		MinRTO:             200 * time.Millisecond,
		MaxRTO:             120 * time.Second,
		SYNRetries:         6,
		SYNLinearTimeouts:  4,
		SYNACKRetries:      5,
		Retries:            15,
		Reordering:         3,
		RACK:               true,
		TailLossProbe:      true,
		ReceiveBuffer:      131072,
		MaxReceiveBuffer:   33554432,
		HZ:                 250,
	}
}

// Validate reports the first setting that no endpoint can work with.
func (c *Config) Validate() error {
	for _, r := range []struct {
		name        string
		value       int64
		least, most int64
		unit        string // empty: value is a time.Duration
	}{
		{"MTU", int64(c.MTU), 128, 65535, "bytes"},
		{"InitialWindow", int64(c.InitialWindow), 1, 1 << 16, "segments"},
		{"InitialRTO", int64(c.InitialRTO), int64(time.Millisecond), int64(time.Hour), ""},
		{"MinRTO", int64(c.MinRTO), int64(time.Millisecond), int64(time.Hour), ""},
		{"MaxRTO", int64(c.MaxRTO), int64(c.MinRTO), int64(24 * time.Hour), ""},
		{"SYNRetries", int64(c.SYNRetries), 0, 127, "times"},
		{"SYNLinearTimeouts", int64(c.SYNLinearTimeouts), 0, 127, "times"},
		{"SYNACKRetries", int64(c.SYNACKRetries), 0, 127, "times"},
		{"Retries", int64(c.Retries), 0, 255, "times"},
		{"Reordering", int64(c.Reordering), 1, 300, "segments"},
		{"ReceiveBuffer", int64(c.ReceiveBuffer), 4096, 1 << 30, "bytes"},
		{"MaxReceiveBuffer", int64(c.MaxReceiveBuffer), int64(c.ReceiveBuffer), 1 << 30, "bytes"},
		{"HZ", int64(c.HZ), 0, 10000, "ticks per second"},
		{"ClockOffset", int64(c.ClockOffset), 0, int64(365 * 24 * time.Hour), ""},
	} {
		if r.value >= r.least && r.value <= r.most {
			continue
		}
		if r.unit == "" {
			return fmt.Errorf("tcp: %s %v: want %v to %v", r.name,
				time.Duration(r.value), time.Duration(r.least), time.Duration(r.most))
		}
		return fmt.Errorf("tcp: %s %d: want %d to %d %s", r.name, r.value, r.least, r.most, r.unit)
	}
	if congestionControl(c.CongestionControl) == nil {
		return fmt.Errorf("tcp: unknown congestion control %q: want one of %q",
			c.CongestionControl, CongestionControls())
	}
	return nil
}
