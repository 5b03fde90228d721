package scenarios

import (
	"time"

	"tlslab/sim/tcp"
)

// Bounds of tcp keys that tcp.Config.Validate has between two of its fields, one of which no key
// sets.
var (
	maxMinRTO = tcp.DefaultConfig().MaxRTO
)

// tcpKeys are the keys of TCP at all endpoints. Their fields are those of tcp.Config, and their
// bounds those of tcp.Config.Validate.
var tcpKeys = []Key{
	{
		Name: "tcp.congestion", Label: "congestion control", Default: "cubic",
		Doc:    "congestion control: cubic (with HyStart), reno (NewReno), dctcp (requests ECN), bbr or bbr3 (BBR versions 1 and 3, with pacing)",
		fields: field(func(c *Config) value { return enum{&c.TCP.CongestionControl, congestionControls()} }),
	},
	{
		Name: "tcp.initial_window", Label: "initial window", Default: "10",
		Doc:    "initial congestion window, in segments",
		fields: field(func(c *Config) value { return count{&c.TCP.InitialWindow, 1, 1 << 16} }),
	},
	{
		Name: "tcp.fastopen", Label: "TCP Fast Open", Default: "off",
		Doc: "TCP Fast Open (RFC 7413): off; request: the client has no cookie and asks for one; " +
			"valid: the SYN carries a cookie and the client's first flight; invalid: the server refuses the cookie",
		fields: field(func(c *Config) value { return enum{(*string)(&c.TCP.FastOpen), fastOpens()} }),
	},
	{
		Name: "tcp.mtu", Label: "MTU", Default: "1500B",
		Doc:    "largest IP packet",
		fields: field(func(c *Config) value { return size{&c.TCP.MTU, 128, 65535} }),
	},
	{
		Name: "tcp.ipv6", Label: "IPv6", Default: "false",
		Doc:    "whether packets are IPv6, with a header of 40 bytes in place of 20; the MSS is 20 bytes less",
		fields: field(func(c *Config) value { return boolean{&c.TCP.IPv6} }),
	},
	{
		Name: "tcp.ecn", Label: "ECN", Default: "2",
		Doc:    "Explicit Congestion Notification (RFC 3168), with which links mark packets in place of dropping them: 0 refused; 1 requested by clients and granted by servers; 2 granted only",
		fields: field(func(c *Config) value { return count{&c.TCP.ECN, 0, 2} }),
	},
	{
		Name: "tcp.pacing", Label: "pacing", Default: "false",
		Doc:     "whether senders space their bursts by the pacing rate, as behind Linux's fq; bbr and bbr3 always do",
		fields:  field(func(c *Config) value { return boolean{&c.TCP.Pacing} }),
		applies: when(func(c *Config) bool { return !tcp.Paces(c.TCP.CongestionControl) }, "the congestion control paces itself"),
	},
	{
		Name: "tcp.nagle", Label: "Nagle", Default: "false",
		Doc:    "whether a partial segment waits while data is unacknowledged",
		fields: field(func(c *Config) value { return boolean{&c.TCP.Nagle} }),
	},
	{
		Name: "tcp.timestamps", Label: "timestamps", Default: "true",
		Doc:    "whether timestamps are offered",
		fields: field(func(c *Config) value { return boolean{&c.TCP.Timestamps} }),
	},
	{
		Name: "tcp.sack", Label: "SACK", Default: "true",
		Doc:    "whether selective acknowledgements are offered",
		fields: field(func(c *Config) value { return boolean{&c.TCP.SACK} }),
	},
	{
		Name: "tcp.rack", Label: "RACK", Default: "true",
		Doc:     "whether losses are found by time (RFC 8985); needs tcp.sack",
		fields:  field(func(c *Config) value { return boolean{&c.TCP.RACK} }),
		applies: withSACK,
	},
	{
		Name: "tcp.tail_loss_probe", Label: "tail loss probe", Default: "true",
		Doc:     "whether a probe looks for the loss of a flight's tail (RFC 8985); needs tcp.sack",
		fields:  field(func(c *Config) value { return boolean{&c.TCP.TailLossProbe} }),
		applies: withSACK,
	},
	{
		Name: "tcp.slow_start_after_idle", Label: "slow start after idle", Default: "true",
		Doc:    "whether the congestion window shrinks after an idle period",
		fields: field(func(c *Config) value { return boolean{&c.TCP.SlowStartAfterIdle} }),
	},
	{
		Name: "tcp.initial_rto", Label: "initial RTO", Default: "1s",
		Doc:    "retransmission timeout before the first round-trip sample",
		fields: field(func(c *Config) value { return duration{&c.TCP.InitialRTO, time.Millisecond, time.Hour} }),
	},
	{
		Name: "tcp.min_rto", Label: "minimum RTO", Default: "200ms",
		Doc:    "minimum retransmission timeout; as in Linux it bounds the variance term",
		fields: field(func(c *Config) value { return duration{&c.TCP.MinRTO, time.Millisecond, maxMinRTO} }),
	},
	{
		Name: "tcp.syn_retries", Label: "SYN retries", Default: "6",
		Doc:    "retransmissions of a SYN with doubling timeouts before the client gives up",
		fields: field(func(c *Config) value { return count{&c.TCP.SYNRetries, 0, 127} }),
	},
}

func withSACK(c *Config) string {
	if !c.TCP.SACK {
		return "it needs selective acknowledgements, and tcp.sack is false"
	}
	return ""
}
