package tcp

import (
	"fmt"
	"slices"
	"time"
)

// Config holds the settings of one endpoint: Linux's sysctls, socket options and route
// attributes. Start from DefaultConfig.
type Config struct {
	// MTU is the size in bytes of the largest IP packet (128 to 65535); the MSS is 40 less, or 60
	// with IPv6.
	MTU int
	// IPv6 sends IPv6 packets, whose header is IPv6Extra bytes longer. Both endpoints set it alike.
	IPv6 bool
	// Timestamps, SACK and WindowScaling offer the options (tcp_timestamps, tcp_sack,
	// tcp_window_scaling). An option is used if both endpoints offer it.
	Timestamps, SACK, WindowScaling bool
	// CongestionControl is the name of the algorithm, one of CongestionControls
	// (tcp_congestion_control).
	CongestionControl string
	// ECN says when Explicit Congestion Notification is used (tcp_ecn; RFC 3168): 0 never, 1
	// requested on the SYN and granted on the SYN-ACK, 2 granted only.
	ECN int
	// Pacing spaces bursts by the pacing rate, also for a congestion control that does not
	// ask for pacing (kernel SK_PACING_NEEDED, as SO_MAX_PACING_RATE sets it).
	Pacing bool
	// InitialWindow is the initial congestion window in segments, 1 to 65536 (RFC 6928).
	InitialWindow int
	// SlowStartAfterIdle reduces the congestion window after an idle RTO
	// (tcp_slow_start_after_idle; RFC 5681 §4.1, RFC 2861).
	SlowStartAfterIdle bool
	// Nagle holds a partial segment back while another one is unacknowledged (RFC 896, in
	// Minshall's form; the reverse of TCP_NODELAY).
	Nagle bool

	// NoSSThreshMetricsSave leaves the slow start threshold out of the Metrics
	// (tcp_no_ssthresh_metrics_save).
	NoSSThreshMetricsSave bool
	// FastOpen says how the connection uses TCP Fast Open (tcp_fastopen; RFC 7413).
	FastOpen FastOpen

	// InitialRTO is the retransmission timeout before the first sample of the round-trip
	// time (RFC 6298 §2.1).
	InitialRTO time.Duration
	// MinRTO and MaxRTO bound the retransmission timeout (tcp_rto_min_us,
	// tcp_rto_max_ms). As in Linux, MinRTO bounds its variance term.
	MinRTO, MaxRTO time.Duration
	// SYNLinearTimeouts is the number of SYN retransmissions that keep the initial timeout
	// (tcp_syn_linear_timeouts). SYNRetries is the number of those that follow, each after
	// twice the time of the one before (tcp_syn_retries). With 4 and 6, Connect fails after
	// 131 s.
	SYNLinearTimeouts, SYNRetries int
	// SYNACKRetries is the number of SYN-ACK retransmissions (tcp_synack_retries).
	SYNACKRetries int
	// Retries is the number of data retransmissions before the connection fails
	// (tcp_retries2). As in Linux it stands for the time that so many doublings of MinRTO
	// take: 924.6 s for 15.
	Retries int
	// Reordering is the number of SACKed segments above a missing one that mark it lost
	// (tcp_reordering; DupThresh of RFC 6675).
	Reordering int
	// RACK finds losses by time (tcp_recovery 1; RFC 8985 §6). TailLossProbe probes for the
	// loss of a flight's last segments (tcp_early_retrans 3; RFC 8985 §7). Both need SACK.
	RACK, TailLossProbe bool

	// ReceiveBuffer and MaxReceiveBuffer are the initial and the largest size of the receive
	// buffer in bytes (second and third value of tcp_rmem). As in Linux, half of the initial
	// buffer is window; the rest is overhead.
	ReceiveBuffer, MaxReceiveBuffer int

	// SendBuffer and MaxSendBuffer are the initial and the largest size of the send buffer in
	// bytes (second and third value of tcp_wmem).
	SendBuffer, MaxSendBuffer int
	// BacklogACKDefer sends one ACK for all segments that have waited while the application
	// held the socket (tcp_backlog_ack_defer); otherwise each sends its own.
	BacklogACKDefer bool
	// AdvWinScale fixes the share of the receive buffer that is window: all but 1/2^n of it
	// (tcp_adv_win_scale, 1 to 14; Linux before 6.6 has 1). 0: the share follows from the memory
	// that full segments take (kernel scaling_ratio).
	AdvWinScale int
	// InitialReceiveWindow bounds the window on the SYN, in segments of at most 1460 bytes;
	// the buffer is then enlarged to eight times that many segments (Linux before 4.20,
	// TCP_INIT_CWND, tcp_fixup_rcvbuf; 20). 0: the window is 64 KiB.
	InitialReceiveWindow int

	// HZ is the number of the host's timer ticks per second (CONFIG_HZ): timers expire when
	// the kernel's timer wheel lets them. 0: timers are exact.
	HZ int
	// BusyTicks is the share of the timer ticks, in thousandths, at which a timer of some other
	// work of the CPU expires (0 to 1000; 0: a host without other work). It matters only for
	// timers whose delay is exactly that at which a level of the timer wheel begins: 63, 504,
	// 4032 … ticks. Armed at a busy tick they expire at the finer steps of the level below.
	BusyTicks int
	// ClockOffset is the reading of the host's clock at virtual time 0. It places the timer
	// ticks: hosts with equal offsets tick together.
	ClockOffset time.Duration
	// Seed is the seed of the random draws of congestion controls. Endpoints with the same
	// seed need different numbers (Endpoint.SetNumber).
	Seed uint64
}

// DefaultConfig returns the settings of Linux 6.18 with TCP_NODELAY and CUBIC.
func DefaultConfig() Config {
	return Config{
		MTU:                1500,
		Timestamps:         true,
		SACK:               true,
		WindowScaling:      true,
		CongestionControl:  "cubic",
		ECN:                2,
		InitialWindow:      10,
		SlowStartAfterIdle: true,
		FastOpen:           FastOpenOff,

		NoSSThreshMetricsSave: true,

		InitialRTO:        time.Second,
		MinRTO:            200 * time.Millisecond,
		MaxRTO:            120 * time.Second,
		SYNRetries:        6,
		SYNLinearTimeouts: 4,
		SYNACKRetries:     5,
		Retries:           15,
		Reordering:        3,
		RACK:              true,
		TailLossProbe:     true,
		ReceiveBuffer:     131072,
		MaxReceiveBuffer:  33554432,
		BacklogACKDefer:   true,
		SendBuffer:        16384,
		MaxSendBuffer:     4194304,
		HZ:                250,
	}
}

// Validate returns an error for the first setting that is out of its range.
func (c *Config) Validate() error {
	for _, r := range []struct {
		name        string
		value       int64
		least, most int64
		unit        string // empty: value is a time.Duration
	}{
		{"MTU", int64(c.MTU), 128, 65535, "bytes"},
		{"ECN", int64(c.ECN), 0, 2, "(tcp_ecn)"},
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
		{"SendBuffer", int64(c.SendBuffer), 4096, 1 << 30, "bytes"},
		{"MaxSendBuffer", int64(c.MaxSendBuffer), int64(c.SendBuffer), 1 << 30, "bytes"},
		{"AdvWinScale", int64(c.AdvWinScale), 0, 14, "bits"},
		{"InitialReceiveWindow", int64(c.InitialReceiveWindow), 0, 1 << 16, "segments"},
		{"HZ", int64(c.HZ), 0, 10000, "ticks per second"},
		{"BusyTicks", int64(c.BusyTicks), 0, maxBusyTicks, "thousandths"},
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
	if !slices.Contains(FastOpens(), c.FastOpen) {
		return fmt.Errorf("tcp: unknown use of Fast Open %q: want one of %q", c.FastOpen, FastOpens())
	}
	if congestionControl(c.CongestionControl) == nil {
		return fmt.Errorf("tcp: unknown congestion control %q: want one of %q",
			c.CongestionControl, CongestionControls())
	}
	return nil
}
