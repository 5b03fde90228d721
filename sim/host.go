package sim

import (
	"fmt"
	"time"

	"tlslab/engine/op"
	"tlslab/sim/costs"
	"tlslab/sim/tcp"
)

// Host is a machine: how many connections it can compute for at once, how long it
// takes for each operation, and the settings of its TCP.
type Host struct {
	Cores    int          // 1 or more
	Costs    *costs.Table // what each operation takes on one core
	Slowdown float64      // how many times slower than the table it is; 1 is the table itself
	TCP      tcp.Config   // of its endpoints; to ClockOffset each run adds what its seed draws
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
	if err := h.TCP.Validate(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Time is what operations take on one core of the host, one after the other.
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

// pricesAs reports whether operations take as long on another host.
func (h *Host) pricesAs(other *Host) bool {
	return h.Costs == other.Costs && h.Slowdown == other.Slowdown
}

// maxWork is the longest stretch of work, 36 years: longer than any run, and
// far from what an instant after it could overflow.
const maxWork time.Duration = 1 << 60

// slow scales a price of the table to this host: one multiplication, which all
// machines round alike.
func (h *Host) slow(d time.Duration) time.Duration {
	if h.Slowdown == 1 {
		return d
	}
	return time.Duration(min(float64(d)*h.Slowdown, float64(maxWork)))
}

// task is the work of a process that waits for a core.
type task struct {
	process *process
	takes   time.Duration
}

// cores are a host's processors in a run: each takes one task at a time, to its
// end, in the order of arrival.
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

// take claims a core, or queues the task and reports false.
func (c *cores) take(t task) bool {
	if c.free > 0 {
		c.free--
		return true
	}
	c.waiting = append(c.waiting, t)
	return false
}

// release gives a core back and hands it to the task that has waited longest.
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
