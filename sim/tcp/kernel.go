package tcp

// kernel is a release of Linux: what its TCP does differently from the next newer one of the list.
type kernel struct {
	name    string
	changes func(*Config) // nil: none
}

// kernels are the releases with long-term support, the newest first. Beside each setting is the
// version that changed it, with the sysctl or kernel function.
var kernels = []kernel{
	{"linux-6.18", nil},
	{"linux-6.12", func(c *Config) {
		c.MaxReceiveBuffer = 6 << 20 // 6.16: tcp_rmem[2] grows from 6 to 32 MiB (tcp_init)
	}},
	{"linux-6.6", func(c *Config) {
		c.BacklogACKDefer = false // 6.7: tcp_backlog_ack_defer
	}},
	{"linux-6.1", func(c *Config) {
		c.SYNLinearTimeouts = 0 // 6.5: tcp_syn_linear_timeouts
		c.AdvWinScale = 1       // 6.6: scaling_ratio takes the place of tcp_adv_win_scale
	}},
	{"linux-5.15", nil},
	{"linux-4.19", func(c *Config) {
		// 4.20: tcp_rmem[1] grows from 87380 to 131072, and the window on the SYN to 64 KiB
		// (tcp_select_initial_window).
		c.ReceiveBuffer = 87380
		c.InitialReceiveWindow = 20
	}},
}

// Kernels returns the names of the kernels that KernelConfig knows, the newest first.
func Kernels() []string {
	names := make([]string, len(kernels))
	for i, k := range kernels {
		names[i] = k.name
	}
	return names
}

// KernelConfig returns the settings of a kernel, one of Kernels. They are those of DefaultConfig
// with the changes of all kernels from the newest one to this one. HZ stays: it is a choice of the
// distribution (CONFIG_HZ).
func KernelConfig(name string) (Config, bool) {
	c := DefaultConfig()
	for _, k := range kernels {
		if k.changes != nil {
			k.changes(&c)
		}
		if k.name == name {
			return c, true
		}
	}
	return Config{}, false
}
