package sim

import (
	"errors"
	"fmt"
	"time"

	"tlslab/engine/op"
	"tlslab/sim/costs"
	"tlslab/sim/tcp"
)

// Host is a machine with cores, a cost table, and TCP settings.
type Host struct {
	Cores    int          // 1 or more; at most 8192 if Costs prices the kernel's work
	Costs    *costs.Table // time of each operation on one core, and perhaps of the kernel's work
	Slowdown float64      // factor of the time of each operation: above 0, at most 1e6
	TCP      tcp.Config   // settings of its endpoints; each run adds to ClockOffset and sets Seed

	// MetricsSave: the host remembers the metrics of its connections with each other host until the
	// run ends, and new connections begin with them (the reverse of tcp_no_metrics_save).
	MetricsSave bool
}

func (h *Host) validate(name string) error {
	switch {
	case h.Cores < 1:
		return fmt.Errorf("%s: %d cores: want 1 or more", name, h.Cores)
	case h.Costs == nil:
		return fmt.Errorf("%s: no cost table", name)
	case !(h.Slowdown > 0) || h.Slowdown > 1e6:
		return fmt.Errorf("%s: slowdown %v: want a number above 0, at most 1e6", name, h.Slowdown)
	}
	if err := errors.Join(h.TCP.Validate(), h.validateKernel()); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Time returns the time that a sequence of operations takes on one core of the host. The error
// names an operation that Costs does not have.
func (h *Host) Time(ops []op.Op) (total time.Duration, err error) {
	for _, o := range ops {
		takes, err := h.Costs.Price(o)
		if err != nil {
			return 0, err
		}
		total = min(total+h.slow(takes), maxWork)
	}
	return total, nil
}

// pricesAs reports whether all operations take the same time on another host.
func (h *Host) pricesAs(other *Host) bool {
	return h.Costs == other.Costs && h.Slowdown == other.Slowdown
}

// maxWork is the longest time of a task, 36 years: longer than any run, and so small that no
// instant overflows.
const maxWork time.Duration = 1 << 60

// slow returns the time on this host of an operation that takes d in the cost table. One
// multiplication gives the same result on every machine.
func (h *Host) slow(d time.Duration) time.Duration {
	if h.Slowdown == 1 {
		return d
	}
	return time.Duration(min(float64(d)*h.Slowdown, float64(maxWork)))
}

// task is work of a process that waits for a core.
type task struct {
	process *process
	takes   time.Duration
}

// cores are the cores of a host. They run tasks to completion in the order of arrival (FIFO).
type cores struct {
	free    int
	waiting []task // from head on
	head    int
}

func (c *cores) reset(n int) {
	c.free = n
	c.waiting = c.waiting[:0]
	c.head = 0
}

// take takes a free core and returns true, or queues the task and returns false.
func (c *cores) take(t task) bool {
	if c.free > 0 {
		c.free--
		return true
	}
	c.waiting = append(c.waiting, t)
	return false
}

// release frees a core. If a task waits, it returns the oldest one, which takes the core.
func (c *cores) release() (task, bool) {
	if c.head == len(c.waiting) {
		c.free++
		return task{}, false
	}
	t := c.waiting[c.head]
	c.head++
	if c.head == len(c.waiting) {
		c.waiting, c.head = c.waiting[:0], 0
	}
	return t, true
}
