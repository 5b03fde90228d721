package scenarios

import (
	"time"

	"tlslab/sim/tcp"
)

// kernelKeys are the keys of settings that differ between kernels, or between their configurations.
var kernelKeys = []Key{
	{
		Name: "tcp.kernel", Label: "kernel", Default: tcp.Kernels()[0],
		Doc:    "kernel of all hosts: gives tcp.syn_linear_timeouts, tcp.rmem and tcp.rmem_max their defaults, and decides how the receive window follows from the buffer",
		fields: field(func(c *Config) value { return enum{&c.Kernel, kernels()} }),
		derive: func(c *Config, _ bool) []conflict {
			k := kernelOf(c)
			c.TCP.AdvWinScale, c.TCP.InitialReceiveWindow = k.AdvWinScale, k.InitialReceiveWindow
			return nil
		},
	},
	{
		Name: "tcp.hz", Label: "timer ticks per second", Default: "250",
		Doc:    "timer ticks per second of all hosts (CONFIG_HZ: 250 in Debian and SUSE, 1000 in Red Hat, Fedora and Ubuntu since 24.10); 0: timers are exact",
		fields: field(func(c *Config) value { return count{&c.TCP.HZ, 0, 10_000} }),
	},
	{
		Name: "tcp.shared_clock", Label: "shared clock", Default: "false",
		Doc:    "whether client and server are on one machine, such as a test bed of network namespaces: the timers of both tick at the same instants",
		fields: field(func(c *Config) value { return boolean{&c.SharedClock} }),
	},
	{
		Name: "tcp.syn_linear_timeouts", Label: "linear SYN timeouts", Default: "4",
		Doc:    "retransmissions of a SYN that each wait for the initial timeout, before the timeouts double; 0 in kernels before 6.5",
		fields: field(func(c *Config) value { return count{&c.TCP.SYNLinearTimeouts, 0, 127} }),
		derive: byKernel(func(c, k *tcp.Config) { c.SYNLinearTimeouts = k.SYNLinearTimeouts }),
	},
	{
		Name: "tcp.max_rto", Label: "maximum RTO", Default: "2min",
		Doc:    "maximum retransmission timeout",
		fields: field(func(c *Config) value { return duration{&c.TCP.MaxRTO, time.Second, tcp.DefaultConfig().MaxRTO} }),
		check: func(c *Config) []conflict {
			if c.TCP.MinRTO > c.TCP.MaxRTO {
				return conflictf(blame("tcp.max_rto", "tcp.min_rto"), "the maximum RTO is below tcp.min_rto")
			}
			return nil
		},
	},
	{
		Name: "tcp.rmem", Former: "tcp.receive_buffer", Label: "receive buffer", Default: "131072B",
		Doc:    "initial size of the receive buffer, half of which is the receive window: the second value of tcp_rmem; 87380B in kernels before 4.20",
		fields: field(func(c *Config) value { return size{&c.TCP.ReceiveBuffer, 4096, maxBuffer} }),
		derive: byKernel(func(c, k *tcp.Config) { c.ReceiveBuffer = k.ReceiveBuffer }),
		check: func(c *Config) []conflict {
			if c.TCP.ReceiveBuffer > c.TCP.MaxReceiveBuffer {
				return conflictf(blame("tcp.rmem_max", "tcp.rmem", "tcp.kernel"), "the receive buffer begins with %d bytes, more than tcp.rmem_max", c.TCP.ReceiveBuffer)
			}
			return nil
		},
	},
	{
		Name: "tcp.rmem_max", Label: "largest receive buffer", Default: "32MiB",
		Doc:    "largest size to which the receive buffer grows: the third value of tcp_rmem; it also decides the window scale; 6MiB in kernels before 6.16",
		fields: field(func(c *Config) value { return size{&c.TCP.MaxReceiveBuffer, 4096, maxBuffer} }),
		derive: byKernel(func(c, k *tcp.Config) { c.MaxReceiveBuffer = k.MaxReceiveBuffer }),
	},
	{
		Name: "tcp.wmem_max", Label: "largest send buffer", Default: "4MiB",
		Doc:    "largest size to which the send buffer grows: the third value of tcp_wmem; bounds the unacknowledged data",
		fields: field(func(c *Config) value { return size{&c.TCP.MaxSendBuffer, tcp.DefaultConfig().SendBuffer, maxBuffer} }),
	},
}

// maxBuffer is the largest receive or send buffer in bytes that sim/tcp has.
const maxBuffer = 1 << 30

// kernelOf returns the settings of the configuration's kernel.
func kernelOf(c *Config) tcp.Config {
	k, _ := tcp.KernelConfig(c.Kernel)
	return k
}

// byKernel gives a key the default of the kernel.
func byKernel(take func(c, kernel *tcp.Config)) func(*Config, bool) []conflict {
	return func(c *Config, set bool) []conflict {
		if !set {
			k := kernelOf(c)
			take(&c.TCP, &k)
		}
		return nil
	}
}
