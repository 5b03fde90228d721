package netem

import "time"

// fqCoDel serves the queues of flows in turn, each controlled by CoDel (RFC 8290), as
// net/sched/sch_fq_codel.c has it.
type fqCoDel struct {
	codelParams
	limit     int   // packets that wait
	memory    int64 // bytes with the overhead of socket buffers
	quantum   int64
	dropBatch int

	hash               flowHash
	flows              []fqFlow
	next               []int32 // by flow: the next one of its list
	newFlows, oldFlows flowList
	used               []int32 // flows that have had a packet since Reset
	current            int32   // the flow that sends
	items              itemPool
	size               int
	bytes, memoryUsed  int64
}

// fqFlow is the queue of the flows with one hash value.
type fqFlow struct {
	codelState
	itemList
	deficit int64
	listed  bool // in newFlows or oldFlows
	used    bool
}

func newFQCoDel(q Queue) *fqCoDel {
	f := &fqCoDel{
		codelParams: newCodelParams(q), limit: q.Limit, memory: q.Memory, quantum: int64(q.Quantum),
		dropBatch: q.DropBatch,
		flows:     make([]fqFlow, q.Flows), next: make([]int32, q.Flows), used: make([]int32, 0, q.Flows),
	}
	f.Reset(0)
	return f
}

func (q *fqCoDel) Reset(seed uint64) {
	for _, i := range q.used {
		q.flows[i] = fqFlow{}
	}
	q.used = q.used[:0]
	q.hash = flowHash{seed}
	q.newFlows, q.oldFlows = newFlowList(), newFlowList()
	q.items.reset()
	q.size, q.bytes, q.memoryUsed = 0, 0, 0
}

func (q *fqCoDel) Next() time.Duration {
	if q.size == 0 {
		return Never
	}
	return longAgo
}

func (q *fqCoDel) Len() int { return q.size }

// Enqueue is fq_codel_enqueue().
func (q *fqCoDel) Enqueue(_ time.Duration, item Item, events *Events) {
	i := q.hash.bucket(item.Flow, uint32(len(q.flows)))
	flow := &q.flows[i]
	if !flow.used {
		flow.used = true
		flow.reset()
		q.used = append(q.used, i)
	}
	flow.push(&q.items, &item)
	q.size++
	q.bytes += int64(item.Size)
	q.memoryUsed += bufferMemory(item.Size)
	if !flow.listed {
		flow.listed = true
		q.newFlows.push(q.next, i)
		flow.deficit = q.quantum
	}
	if q.size > q.limit || q.memoryUsed > q.memory {
		q.dropFromFattestFlow(events)
	}
}

// dropFromFattestFlow is fq_codel_drop(): it drops half of the longest queue from its head, but at
// most dropBatch packets, and strengthens the flow's CoDel by as many.
func (q *fqCoDel) dropFromFattestFlow(events *Events) {
	fattest := q.used[0]
	for _, i := range q.used[1:] {
		b, most := q.flows[i].bytes, q.flows[fattest].bytes
		if b > most || b == most && i < fattest {
			fattest = i
		}
	}
	flow := &q.flows[fattest]
	keep := flow.bytes - flow.bytes>>1
	for n := 0; n == 0 || n < q.dropBatch && flow.bytes > keep; n++ {
		item := q.take(flow)
		events.Drop(&item, ByLimit)
		flow.count++
	}
}

// take removes the first item of a flow that is not empty.
func (q *fqCoDel) take(flow *fqFlow) Item {
	item := flow.pop(&q.items)
	q.size--
	q.bytes -= int64(item.Size)
	q.memoryUsed -= bufferMemory(item.Size)
	return item
}

func (q *fqCoDel) popHead() (Item, bool) {
	flow := &q.flows[q.current]
	if flow.empty() {
		return Item{}, false
	}
	return q.take(flow), true
}

func (q *fqCoDel) backlog() int64 { return q.bytes }

// Dequeue is fq_codel_dequeue(): new flows first, each up to its quantum (RFC 8290 §4.2).
func (q *fqCoDel) Dequeue(now time.Duration, events *Events) (Item, bool) {
	for {
		list, isNew := &q.newFlows, true
		if list.empty() {
			list, isNew = &q.oldFlows, false
			if list.empty() {
				return Item{}, false
			}
		}
		q.current = list.head
		flow := &q.flows[q.current]
		if flow.deficit <= 0 {
			flow.deficit += q.quantum
			list.pop(q.next)
			q.oldFlows.push(q.next, q.current)
			continue
		}
		item, ok := flow.dequeue(now, &q.codelParams, q, events)
		if ok {
			flow.deficit -= int64(item.Size)
			return item, true
		}
		list.pop(q.next)
		// A new flow that is empty passes through the old flows, or it could starve them.
		if isNew && !q.oldFlows.empty() {
			q.oldFlows.push(q.next, q.current)
		} else {
			flow.listed = false
		}
	}
}
