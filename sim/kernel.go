package sim

import (
	"fmt"
	"time"

	"tlslab/netem"
	"tlslab/sim/costs"
	"tlslab/sim/tcp"
)

// kernel is the kernel of a host whose cost table prices its work (costs.KernelOp).
//
//	       softirq                        system calls
//	link ───────────► TCP ──► wake-up, read ──► step ──► write ──► TCP ──► transmission ──► link
//	   core of the connection    any core of the host, as the process's other work
//
// A received segment and a burst that TCP sends are work of a core, in the order of arrival. The
// work interrupts the process on that core, which continues afterwards. The NIC spreads connections
// over the cores by their number (receive-side scaling), and a process runs on the core of its
// connection if that is free. A burst that a system call sends is work of the process's core; the
// call returns when the burst has left.
type kernel struct {
	host   *Host
	prices [costs.NumKernelOps]costs.Price
	cores  []core
}

// newKernel returns the kernel of a host. It returns nil if its work takes no time.
func newKernel(h *Host) *kernel {
	prices, priced := h.Costs.Kernel()
	if !priced {
		return nil
	}
	return &kernel{host: h, prices: prices, cores: make([]core, h.Cores)}
}

// maxKernelCores is the most cores of a host whose kernel takes time: NR_CPUS of Linux on x86-64
// with CONFIG_MAXSMP.
const maxKernelCores = 8192

// validateKernel reports a number of cores that a kernel cannot have.
func (h *Host) validateKernel() error {
	if _, priced := h.Costs.Kernel(); priced && h.Cores > maxKernelCores {
		return fmt.Errorf("%d cores: want at most %d with a cost table that prices the kernel", h.Cores, maxKernelCores)
	}
	return nil
}

// takes returns the time of an operation on a number of bytes.
func (k *kernel) takes(o costs.KernelOp, bytes int64) time.Duration {
	return k.host.slow(k.prices[o].Of(int(bytes)))
}

// core is one core of a host whose kernel takes time.
type core struct {
	process *process      // that has the core; nil: none
	until   time.Duration // end of the kernel's work so far
	work    []kernelWork  // of the kernel, from head on
	head    int
	due     time.Duration // instant of its event in the queue, or never
	timer   timerID
}

func (c *core) reset() {
	c.process, c.until, c.due = nil, 0, never
	c.work, c.head = c.work[:0], 0
}

// kernelWork is the receipt or the sending of one segment.
type kernelWork struct {
	process     *process
	packet      netem.Packet // of a received segment only ID
	received    bool
	began, ends time.Duration
}

// maxKernelUntil bounds the end of a core's work, so that no instant overflows.
const maxKernelUntil = 2 * maxWork

// occupy adds work of the kernel, which ends not before the instant after. The process that has the
// core continues when the work is done.
func (c *core) occupy(now, takes, after time.Duration) (began, ends time.Duration) {
	began = max(now, c.until)
	ends = min(max(began+takes, after), maxKernelUntil)
	c.until = ends
	if p := c.process; p != nil && p.state == computing {
		if p.holdsSocket && p.began <= now {
			p.ep.Hold() // the call has begun: World.lock cannot see that after an interruption
		}
		p.began += ends - began
		p.until += ends - began
	}
	return began, ends
}

// addWork adds the receipt or the sending of a segment to the core's work. It returns false if the
// work is already done.
func (w *World) addWork(c *core, k kernelWork) bool {
	if k.ends == w.now && c.head == len(c.work) {
		return false
	}
	if len(c.work) == cap(c.work) && c.head > len(c.work)/2 {
		c.work = c.work[:copy(c.work, c.work[c.head:])] // a busy core never empties its queue
		c.head = 0
	}
	c.work = append(c.work, k)
	if k.ends < c.due {
		w.scheduleCore(c, k.ends)
	}
	return true
}

func (w *World) scheduleCore(c *core, at time.Duration) {
	c.due = at
	w.events.schedule(&w.events.links, at, c.timer)
}

// finishWork handles the event of a core: the kernel has received or sent segments.
func (w *World) finishWork(c *core) {
	c.due = never
	for c.head < len(c.work) && c.work[c.head].ends <= w.now {
		k := c.work[c.head]
		if c.head++; c.head == len(c.work) {
			c.work, c.head = c.work[:0], 0
		}
		w.finishSegment(&k)
		w.endIfDone(k.process.conn)
	}
	if c.head < len(c.work) && c.work[c.head].ends < c.due {
		w.scheduleCore(c, c.work[c.head].ends)
	}
}

// finishSegment hands a segment to TCP, or to the first link of its path.
func (w *World) finishSegment(k *kernelWork) {
	p, c := k.process, k.process.conn
	if k.received && c.phase != started {
		c.packets.free(k.packet.ID)
		return
	}
	packet := &c.packets.all[k.packet.ID]
	w.hash.mix(hashKernel, int64(w.now), p.id(), packet.segment.Seq)
	n := w.node(c, cpuNode, packet.left)
	n.cause, n.queued = p.cpuCause, k.began-c.history.nodes[packet.left].at
	if k.received {
		w.receive(p, k.packet.ID)
		return
	}
	packet.left = w.tag
	w.enqueue(w.hops[packet.hop].link, k.packet)
}

// coreOf returns the core that receives the segments of a connection.
func (k *kernel) coreOf(c *connection) int32 { return int32(c.number % len(k.cores)) }

// interrupt lets the softirq receive a segment that has arrived. It returns false if that takes no
// time.
func (w *World) interrupt(p *process, id uint32) bool {
	k, packet := p.kernel, &p.conn.packets.all[id]
	takes := k.takes(costs.KernelRxSegment, int64(packet.segment.Len))
	core := &k.cores[k.coreOf(p.conn)]
	began, ends := core.occupy(w.now, takes, 0)
	p.cpu += takes
	packet.left = w.tag
	return w.addWork(core, kernelWork{p, netem.Packet{ID: id}, true, began, ends})
}

// sending is the sending of the bursts of TCP.
type sending struct {
	core        *core
	first       time.Duration // beginning of the first burst of the output in hand
	began, ends time.Duration // of the last burst
}

// send lets the kernel send a segment of the output of TCP, with the segments that follow it in the
// output. The segments of a burst leave together, and not before the last burst. It returns false
// if that takes no time.
func (w *World) send(p *process, out []tcp.Segment, i int, packet netem.Packet) bool {
	s := &p.sending
	if i == 0 || out[i].Burst != out[i-1].Burst {
		w.beginBurst(p, out[i:])
		if i == 0 {
			s.first = s.began
		}
	}
	return w.addWork(s.core, kernelWork{p, packet, false, s.began, s.ends})
}

// beginBurst gives the burst at the beginning of the output to a core: that of the process whose
// system call sends it, else that of the connection.
func (w *World) beginBurst(p *process, out []tcp.Segment) {
	var bytes int64
	for j := range out {
		if out[j].Burst != out[0].Burst {
			break
		}
		bytes += int64(out[j].Len)
	}
	k, s := p.kernel, &p.sending
	number := p.core
	if number < 0 || p.state == computing {
		number = k.coreOf(p.conn)
	}
	after := s.ends
	if core := &k.cores[number]; s.core != core {
		if s.core != nil {
			after++ // events of one instant have no order between cores
		}
		s.core = core
	}
	takes := k.takes(costs.KernelTxBurst, bytes)
	p.cpu += takes
	s.began, s.ends = s.core.occupy(w.now, takes, after)
}

// transmitInCall sends the output of TCP in a system call: the process continues when the segments
// have left.
func (w *World) transmitInCall(p *process) {
	if p.kernel == nil {
		w.transmit(p)
		return
	}
	p.sending.first = never
	w.transmit(p)
	if s := &p.sending; s.first < never && s.ends > w.now {
		p.state, p.ready, p.began = computing, w.tag, s.first
		w.scheduleTask(p, s.ends)
	}
}

// readCall lets a process wake up, if it waits, and read the bytes that have arrived, if those that
// it has read are not enough for the next step. It returns the end of the bytes that the process
// may use, or false while the calls take time.
func (w *World) readCall(p *process, arrived int64) (int64, bool) {
	switch {
	case p.callDone && p.holdsSocket:
		p.callDone = false
		return p.read + p.reads, true
	case p.callDone:
		p.callDone = false // it has woken up
	case !p.waits && p.read != p.wanting:
		return p.read, true
	case p.waits:
		p.waits = false
		w.beginCalls(p)
		w.addCall(p, costs.KernelWakeup, 0)
		if w.runCalls(p) {
			return arrived, false
		}
	}
	if p.reads = arrived - p.read; p.reads == 0 {
		return arrived, true
	}
	w.beginCalls(p)
	w.addCall(p, costs.KernelRead, p.reads)
	return arrived, !w.runLocked(p)
}

// writeCall lets a process call write. It returns false while the call takes time.
func (w *World) writeCall(p *process, d *action) bool {
	if p.callDone || d.sendfile {
		p.callDone = false
		return true
	}
	w.beginCalls(p)
	w.addCall(p, costs.KernelWrite, d.bytes)
	return !w.runLocked(p)
}

// runLocked is runCalls for a call that holds the socket: segments that arrive and timers that
// expire before its end wait for unlock.
func (w *World) runLocked(p *process) bool {
	p.holdsSocket = w.runCalls(p)
	return p.holdsSocket
}

// lock lets TCP know that a process holds the socket, if its call has begun. It is called before
// each event of TCP.
func (w *World) lock(p *process) {
	if p.holdsSocket && p.state == computing && p.until != never && p.began <= w.now {
		p.ep.Hold()
	}
}

// unlock ends a call that holds the socket.
func (w *World) unlock(p *process) {
	if p.holdsSocket {
		p.holdsSocket = false
		p.ep.Release(w.now, w.tag)
	}
}

// beginCalls begins a sequence of system calls, whose time addCall adds up.
func (w *World) beginCalls(p *process) {
	p.calls = 0
	if w.observer != nil {
		p.observed.work, p.observed.working = nil, false
	}
}

// addCall adds a system call.
func (w *World) addCall(p *process, o costs.KernelOp, bytes int64) {
	takes := p.kernel.takes(o, bytes)
	if takes > 0 && w.observer != nil {
		p.observed.work = append(p.observed.work, annotation{kind: operationPart, after: p.calls, takes: takes, op: o.Op(int(bytes))})
	}
	p.calls += takes
}

// runCalls gives the system calls to the core that the process has, or to the next free one. It
// returns false if they take no time.
func (w *World) runCalls(p *process) bool {
	if p.calls == 0 {
		return false
	}
	p.callDone = true
	w.runOnCore(p, p.calls)
	return true
}

// computeOnCore gives work of a process to a core. Between two pieces of work the process yields
// its core to the process that has waited longest.
func (w *World) computeOnCore(p *process, takes time.Duration) {
	if p.worked {
		w.leaveCore(p)
	}
	w.runOnCore(p, takes)
	p.worked = true
}

// runOnCore begins a task on the core that a process has, or on the next free one.
func (w *World) runOnCore(p *process, takes time.Duration) {
	p.state, p.ready = computing, w.tag
	if p.core >= 0 || w.cores[p.host].take(task{p, takes}) {
		w.beginTask(p, takes)
	}
}

// enterCore gives a process a free core, unless it has one. It returns the instant at which the
// process begins: the kernel's work is done.
func (w *World) enterCore(p *process) time.Duration {
	k := p.kernel
	if p.core < 0 {
		p.core = k.coreOf(p.conn)
		if k.cores[p.core].process != nil {
			p.core = k.idleCore()
		}
		k.cores[p.core].process = p
	}
	return max(w.now, k.cores[p.core].until)
}

// idleCore returns the core without a process whose kernel's work ends first.
func (k *kernel) idleCore() int32 {
	best := -1
	for i := range k.cores {
		c := &k.cores[i]
		if c.process == nil && (best < 0 || c.until < k.cores[best].until) {
			best = i
		}
	}
	return int32(best)
}

// leaveCore ends a process's use of its core, if it has one. The core takes the next task.
func (w *World) leaveCore(p *process) {
	if p.core < 0 {
		return
	}
	p.kernel.cores[p.core].process = nil
	p.core, p.worked = -1, false
	w.releaseCore(p.host)
}
