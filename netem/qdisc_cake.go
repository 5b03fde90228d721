package netem

import "time"

// cake shapes to a bandwidth and serves the queues of flows in turn, each controlled by COBALT
// (Høiland-Jørgensen, Täht, Morton: Piece of CAKE, LANMAN 2018), as net/sched/sch_cake.c has it
// with the class besteffort.
type cake struct {
	cobaltParams
	rate       uint64 // bit/s; 0: not shaped
	quantum    int64  // bytes that a flow sends in a round
	memory     int64  // bytes with the overhead of socket buffers
	overhead   int64
	mpu        int64
	framing    Framing
	flowBlind  bool
	hash       flowHash
	random     stream
	draws      uint64
	draw       func() uint32
	timeNext   time.Duration // when the shaper allows the next packet
	flows      [cakeQueues]cakeFlow
	next       [cakeQueues]int32
	newFlows   flowList
	oldFlows   flowList
	decaying   flowList // empty queues whose COBALT is not at rest
	used       []int32  // queues that have had a packet since Reset
	items      itemPool
	size       int
	memoryUsed int64
}

const (
	cakeQueues = 1024
	cakeWays   = 8 // queues that a flow can have: those of its set
)

// cakeFlow is a queue of CAKE, as struct cake_flow.
type cakeFlow struct {
	cobaltState
	itemList
	tag     uint32 // hash of the flow that the queue belongs to
	deficit int64
	set     cakeSet
	used    bool
}

// cakeSet is the list that a queue is in.
type cakeSet uint8

const (
	cakeNone     cakeSet = iota // in none
	cakeSending                 // in newFlows or oldFlows
	cakeDecaying                // in decaying
)

func newCAKE(q Queue) *cake {
	c := &cake{
		rate: uint64(q.Rate), overhead: int64(q.Overhead), mpu: int64(q.MPU), framing: q.Framing,
		flowBlind: q.Flow == FlowBlind, quantum: 1514,
	}
	// cake_set_rate(), with the target that iproute2's q_cake.c derives from rtt.
	c.target, c.interval = max(q.RTT/20, time.Microsecond), q.RTT
	if c.rate != 0 {
		c.quantum = int64(max(min(c.rate/8>>12, 1514), 300))
		c.mtuTime = transmission(1514, c.rate)
		target := max(c.mtuTime*3/2, c.target)
		c.interval = max(c.interval+target-c.target, 2*target)
		c.target = target
	}
	// cake_reconfigure(): the memory of four times what leaves in an interval, at least 4 MiB, at
	// most 10240 packets.
	switch c.memory = q.Memory; {
	case c.memory != 0:
	case c.rate != 0:
		c.memory = max(4*bytesIn(q.RTT, c.rate), 4<<20)
	default:
		c.memory = maxQueueBytes
	}
	c.memory = min(c.memory, max(10240*1514, q.Memory))
	c.draw = func() uint32 {
		c.draws++
		return uint32(c.random.draw(c.draws) >> 32)
	}
	c.Reset(0)
	return c
}

func (q *cake) Reset(seed uint64) {
	for _, i := range q.used {
		q.flows[i] = cakeFlow{}
	}
	q.used = q.used[:0]
	q.hash = flowHash{seed}
	q.random, q.draws = stream{mix(seed)}, 0
	q.timeNext = longAgo
	q.newFlows, q.oldFlows, q.decaying = newFlowList(), newFlowList(), newFlowList()
	q.items.reset()
	q.size, q.memoryUsed = 0, 0
}

func (q *cake) Len() int { return q.size }

func (q *cake) Next() time.Duration {
	if q.size == 0 {
		return Never
	}
	return q.timeNext
}

// queueOf is cake_hash(): the queue of a flow. A flow may use each of the eight queues of its set,
// so two flows share a queue only if nine or more flows of one set have packets.
func (q *cake) queueOf(flow uint32) int32 {
	if q.flowBlind {
		return 0
	}
	hash := q.hash.of(flow)
	first := hash % cakeQueues
	if f := &q.flows[first]; f.tag == hash && f.set != cakeNone {
		return int32(first)
	}
	way := first % cakeWays
	set := first - way
	for i := range uint32(cakeWays) { // a queue that is reserved for this flow
		if k := set + (way+i)%cakeWays; q.flows[k].tag == hash {
			return int32(k)
		}
	}
	for i := range uint32(cakeWays) { // a queue that no flow has
		if k := set + (way+i)%cakeWays; q.flows[k].set == cakeNone {
			first = k
			break
		}
	}
	q.flows[first].tag = hash
	return int32(first)
}

// Enqueue is cake_enqueue().
func (q *cake) Enqueue(now time.Duration, item Item, events *Events) {
	i := q.queueOf(item.Flow)
	flow := &q.flows[i]
	if !flow.used {
		flow.used = true
		flow.reset()
		q.used = append(q.used, i)
	}
	if q.size == 0 && q.timeNext < now {
		q.timeNext = now
	}
	flow.push(&q.items, &item)
	q.size++
	q.memoryUsed += bufferMemory(item.Size)
	if flow.set == cakeNone || flow.set == cakeDecaying {
		if flow.set == cakeDecaying {
			q.decaying.remove(q.next[:], i)
		}
		q.newFlows.push(q.next[:], i)
		flow.set = cakeSending
		flow.deficit = q.quantum
	}
	for q.memoryUsed > q.memory {
		q.dropFromLongest(now, events)
	}
}

// dropFromLongest is cake_drop(): it drops the first packet of the longest queue.
func (q *cake) dropFromLongest(now time.Duration, events *Events) {
	longest := q.used[0]
	for _, i := range q.used[1:] {
		b, most := q.flows[i].bytes, q.flows[longest].bytes
		if b > most || b == most && i < longest {
			longest = i
		}
	}
	flow := &q.flows[longest]
	flow.queueFull(&q.cobaltParams, now)
	item := q.take(flow)
	events.Drop(&item, ByLimit)
}

// take removes the first item of a queue that is not empty.
func (q *cake) take(flow *cakeFlow) Item {
	item := flow.pop(&q.items)
	q.size--
	q.memoryUsed -= bufferMemory(item.Size)
	return item
}

// Dequeue is cake_dequeue().
func (q *cake) Dequeue(now time.Duration, events *Events) (Item, bool) {
	decayingFirst := true
	for q.size > 0 && q.timeNext <= now {
		list := &q.newFlows
		switch {
		case decayingFirst && !q.decaying.empty():
			list = &q.decaying
		case !q.newFlows.empty():
		case !q.oldFlows.empty():
			list = &q.oldFlows
		default:
			list = &q.decaying
		}
		decayingFirst = false
		i := list.head
		flow := &q.flows[i]
		if flow.deficit <= 0 {
			flow.deficit += q.quantum
			list.pop(q.next[:])
			q.oldFlows.push(q.next[:], i)
			continue
		}
		item, ok := q.sendFrom(flow, now, events)
		if ok {
			flow.deficit -= q.account(int64(item.Size))
			return item, true
		}
		flow.queueEmpty(&q.cobaltParams, now)
		list.pop(q.next[:])
		if flow.atRest(now) {
			flow.set = cakeNone
		} else {
			flow.set = cakeDecaying
			q.decaying.push(q.next[:], i)
		}
	}
	return Item{}, false
}

// sendFrom returns the first item of a queue that COBALT does not drop. It may mark the last item
// of the queue, but never drops it.
func (q *cake) sendFrom(flow *cakeFlow, now time.Duration, events *Events) (Item, bool) {
	for !flow.empty() {
		item := q.take(flow)
		drop, why := flow.shouldDrop(&q.cobaltParams, now, &item, q.draw)
		if !drop || flow.empty() {
			return item, true
		}
		events.Drop(&item, why)
	}
	return Item{}, false
}

// account charges the shaper for a packet, as cake_advance_shaper(), and returns the bytes that the
// packet takes on the wire.
func (q *cake) account(size int64) int64 {
	size = q.wireSize(size)
	if q.rate != 0 {
		q.timeNext += transmission(size, q.rate)
	}
	return size
}

// wireSize is cake_calc_overhead(): the bytes of a packet with the headers of the link layer.
func (q *cake) wireSize(size int64) int64 {
	size = max(size+q.overhead, q.mpu)
	switch q.framing {
	case ATM:
		return (size + 47) / 48 * 53
	case PTM:
		return size + (size+63)/64
	}
	return size
}
