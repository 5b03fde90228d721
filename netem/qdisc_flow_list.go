package netem

// A flowList is a first-in, first-out list of the flow queues of a discipline, by their index. A
// flow queue is in one list at most.
type flowList struct {
	head, tail int32 // noFlow if the list is empty
}

// noFlow is the index of no flow queue.
const noFlow int32 = -1

func newFlowList() flowList { return flowList{noFlow, noFlow} }

func (l *flowList) empty() bool { return l.head == noFlow }

// push adds a flow queue at the end. next has the successor of each flow queue in its list.
func (l *flowList) push(next []int32, flow int32) {
	next[flow] = noFlow
	if l.head == noFlow {
		l.head = flow
	} else {
		next[l.tail] = flow
	}
	l.tail = flow
}

// pop removes the first flow queue of a list that is not empty.
func (l *flowList) pop(next []int32) int32 {
	flow := l.head
	l.head = next[flow]
	return flow
}

// remove removes a flow queue that is in the list, wherever it is.
func (l *flowList) remove(next []int32, flow int32) {
	if l.head == flow {
		l.pop(next)
		return
	}
	at := l.head
	for next[at] != flow {
		at = next[at]
	}
	next[at] = next[flow]
	if l.tail == flow {
		l.tail = at
	}
}
