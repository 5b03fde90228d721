package sim

import (
	"time"

	"tlslab/engine"
	"tlslab/engine/op"
	"tlslab/engine/record"
	"tlslab/sim/costs"
	"tlslab/sim/recording"
)

// action is one thing that a step does, priced for its host.
type action struct {
	kind     recording.Action // no name and no Compute; Data only in recorded steps; or continued
	sendfile bool             // Write: the kernel has the data, so the call has no price
	takes    time.Duration    // Work: on this host; Pause
	bytes    int64            // Write; Fetch: of the request; Data: of plaintext
	response int64            // Fetch: bytes of the response
	moment   recording.Moment // Mark
	data     *pricedData      // Data
}

// pricedData is application data that a replay splits into records.
type pricedData struct {
	framing    record.Framing
	cipher     string
	seal, open costs.Price
	from, to   Host
	updates    *pricedUpdates // nil: the keys do not change
}

// pricedUpdates are the KeyUpdates within application data.
type pricedUpdates struct {
	every, first   int64             // as in recording.KeyUpdates
	sent, received []pricedOperation // of one KeyUpdate
}

// pricedOperation is an operation with its time on its host.
type pricedOperation struct {
	op    op.Op
	takes time.Duration
}

// priceOperations prices operations on a host.
func priceOperations(ops []op.Op, on Host) ([]pricedOperation, error) {
	var priced []pricedOperation
	for _, o := range ops {
		takes, err := on.Costs.Price(o)
		if err != nil {
			return nil, err
		}
		priced = append(priced, pricedOperation{o, on.slow(takes)})
	}
	return priced, nil
}

// newPricedData prices a Data item that goes from a host to another.
func newPricedData(it *recording.Item, from, to Host) (d *pricedData, err error) {
	d = &pricedData{framing: it.Framing, cipher: it.Cipher, from: from, to: to}
	if d.seal, err = from.Costs.Find(op.Seal, it.Cipher); err != nil {
		return nil, err
	}
	if d.open, err = to.Costs.Find(op.Open, it.Cipher); err != nil {
		return nil, err
	}
	if u := it.Updates; u != nil {
		d.updates = &pricedUpdates{every: int64(u.Every), first: int64(u.First)}
		if d.updates.sent, err = priceOperations(u.Sent(it.Cipher), from); err != nil {
			return nil, err
		}
		if d.updates.received, err = priceOperations(u.Received(it.Cipher), to); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// pricedItems are the items of a step as actions of a host, with their annotations.
type pricedItems struct {
	actions     []action
	annotations []annotation
	quiet       bool // annotations are not wanted

	recordEnd int64 // where the last record ends, counted from the first byte of the last write
	ahead     int64 // bytes of the last record that later writes carry
}

// reset empties the step and keeps its memory.
func (p *pricedItems) reset() {
	p.actions, p.annotations = p.actions[:0], p.annotations[:0]
}

// price replaces the step by other items.
func (p *pricedItems) price(items []recording.Item, from, to Host) error {
	p.reset()
	for i := range items {
		if err := p.add(&items[i], from, to); err != nil {
			return err
		}
	}
	return nil
}

// add appends an item of the host from, which sends to the host to.
func (p *pricedItems) add(it *recording.Item, from, to Host) error {
	switch it.Action {
	case recording.Compute:
		takes, err := from.Costs.Price(it.Op)
		if err != nil {
			return err
		}
		p.addOperation(it.Op, from.slow(takes))
	case recording.Work:
		p.addOperation(op.Op{}, from.slow(it.Work))
	case recording.Data:
		d, err := newPricedData(it, from, to)
		if err != nil {
			return err
		}
		p.actions = append(p.actions, action{kind: recording.Data, bytes: int64(it.Bytes), data: d})
	case recording.Pause:
		p.actions = append(p.actions, action{kind: recording.Pause, takes: it.Work})
	case recording.Write:
		p.addWrite(int64(it.Bytes))
	case recording.Mark:
		p.actions = append(p.actions, action{kind: recording.Mark, moment: it.Moment})
	case recording.CloseWrite, recording.Fetched:
		p.actions = append(p.actions, action{kind: it.Action})
	case recording.Fetch:
		p.actions = append(p.actions, action{kind: recording.Fetch, bytes: int64(it.Bytes), response: int64(it.Response)})
	case recording.Record:
		p.addRecord(it.Name, int64(it.Bytes))
	case recording.Message:
		p.addMessage(it.Name, int64(it.Bytes))
	case recording.KeyChange:
		p.addKeyChange(it.Name, it.Sent)
	}
	return nil
}

// addOperation appends an operation. Adjacent operations are one stretch of work.
func (p *pricedItems) addOperation(o op.Op, takes time.Duration) {
	if !p.quiet {
		i, after := p.place()
		p.annotate(annotation{kind: operationPart, action: i, after: after, takes: takes, op: o})
	}
	p.addWork(takes)
}

func (p *pricedItems) addWork(takes time.Duration) {
	if k := len(p.actions) - 1; k >= 0 && p.actions[k].kind == recording.Work {
		p.actions[k].takes = min(p.actions[k].takes+takes, maxWork)
		return
	}
	p.actions = append(p.actions, action{kind: recording.Work, takes: takes})
}

// place returns the index of the action that an operation added now belongs to, and how much work
// of this action precedes it.
func (p *pricedItems) place() (i int, after time.Duration) {
	if k := len(p.actions) - 1; k >= 0 && p.actions[k].kind == recording.Work {
		return k, p.actions[k].takes
	}
	return len(p.actions), 0
}

// addWrite appends a write, which begins with the rest of the last record.
func (p *pricedItems) addWrite(bytes int64) {
	p.actions = append(p.actions, action{kind: recording.Write, bytes: bytes})
	p.recordEnd, p.ahead = p.ahead, max(p.ahead-bytes, 0)
}

// addRecord names a record that begins in the last write, after the last record.
func (p *pricedItems) addRecord(name string, bytes int64) {
	write := len(p.actions) - 1
	p.recordEnd += bytes
	p.ahead = max(p.recordEnd-p.actions[write].bytes, 0)
	p.annotate(annotation{kind: recordPart, action: write, name: name, bytes: bytes, end: p.recordEnd})
}

// addMessage names a message that ends in the last record.
func (p *pricedItems) addMessage(name string, bytes int64) {
	p.annotate(annotation{kind: messagePart, action: len(p.actions) - 1, name: name, bytes: bytes, end: p.recordEnd})
}

// addKeyChange names the keys of a direction after what was added last.
func (p *pricedItems) addKeyChange(epoch string, sent bool) {
	i, after := p.place()
	p.annotate(annotation{kind: keyChange, action: i, after: after, name: epoch, sent: sent})
}

// addKeyUpdate appends the operations of a KeyUpdate on this side, and names the new keys.
func (p *pricedItems) addKeyUpdate(operations []pricedOperation, sent bool) {
	for _, o := range operations {
		p.addOperation(o.op, o.takes)
	}
	if !p.quiet {
		p.addKeyChange(engine.EpochApplication.String(), sent)
	}
}

func (p *pricedItems) annotate(a annotation) { p.annotations = append(p.annotations, a) }

// addFrom appends action k of a recorded step with its annotations.
func (p *pricedItems) addFrom(s *pricedStep, k int) {
	i, after := len(p.actions), time.Duration(0)
	if a := &s.actions[k]; a.kind == recording.Work {
		i, after = p.place()
		p.addWork(a.takes)
	} else {
		p.actions = append(p.actions, *a)
	}
	p.addAnnotations(s, k, i, after)
}

// addAnnotations appends the annotations of action k of a recorded step, as those of action i of
// this one. Work of a duration of after precedes them in action i.
func (p *pricedItems) addAnnotations(s *pricedStep, k, i int, after time.Duration) {
	if p.quiet {
		return
	}
	for _, a := range s.annotations {
		if a.action == k {
			a.action, a.after = i, a.after+after
			p.annotate(a)
		}
	}
}
