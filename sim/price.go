package sim

import (
	"time"

	"tlslab/engine/op"
	"tlslab/sim/recording"
)

// pricedItems are a step's items, priced for a host.
type pricedItems struct {
	deeds       []deed
	annotations []annotation
	written     int64 // bytes of the last write that records begin in, from its first
	ahead       int64 // bytes of the last record that later writes carry
	quiet       bool  // nobody wants annotations
}

// reset empties a step, keeping its memory.
func (p *pricedItems) reset() { p.deeds, p.annotations = p.deeds[:0], p.annotations[:0] }

// price prices the items of a step in place of those of the last one.
func (p *pricedItems) price(items []recording.Item, from, to Host) error {
	p.reset()
	for i := range items {
		if err := p.add(&items[i], from, to); err != nil {
			return err
		}
	}
	return nil
}

// add appends an item of a host, whose data goes to another.
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
		d, err := priceData(it, from, to)
		if err != nil {
			return err
		}
		p.deeds = append(p.deeds, deed{action: recording.Data, bytes: int64(it.Bytes), data: d})
	case recording.Pause:
		p.deeds = append(p.deeds, deed{action: recording.Pause, takes: it.Work})
	case recording.Write:
		p.addWrite(int64(it.Bytes))
	case recording.Mark:
		p.deeds = append(p.deeds, deed{action: recording.Mark, moment: it.Moment})
	case recording.CloseEnd, recording.Known:
		p.deeds = append(p.deeds, deed{action: it.Action})
	case recording.Fetch:
		p.deeds = append(p.deeds, deed{action: recording.Fetch, bytes: int64(it.Bytes), back: int64(it.Response)})
	case recording.Record:
		p.addRecord(it.Name, int64(it.Bytes))
	case recording.Message:
		p.annotate(annotation{kind: messagePart, deed: len(p.deeds) - 1, name: it.Name, bytes: int64(it.Bytes), end: p.written})
	case recording.KeyChange:
		deed, after := p.workSoFar()
		p.annotate(annotation{kind: keyChange, deed: deed, after: after, name: it.Name, sent: it.Sent})
	}
	return nil
}

// addOperation adds an operation that takes so long on the host.
func (p *pricedItems) addOperation(o op.Op, takes time.Duration) {
	if !p.quiet {
		deed, after := p.workSoFar()
		p.annotate(annotation{kind: operationPart, deed: deed, after: after, takes: takes, op: o})
	}
	p.deeds = addWork(p.deeds, takes)
}

// workSoFar returns the deed that an operation added now would be a part of, and the
// work before it there.
func (p *pricedItems) workSoFar() (deed int, after time.Duration) {
	if k := len(p.deeds) - 1; k >= 0 && p.deeds[k].action == recording.Work {
		return k, p.deeds[k].takes
	}
	return len(p.deeds), 0
}

// addWrite adds a write, which begins with what is left of the last record.
func (p *pricedItems) addWrite(n int64) {
	p.deeds = append(p.deeds, deed{action: recording.Write, bytes: n})
	p.written, p.ahead = p.ahead, max(p.ahead-n, 0)
}

// addRecord adds a record that begins in the last write, behind the last record.
func (p *pricedItems) addRecord(name string, n int64) {
	p.written += n
	write := len(p.deeds) - 1
	p.ahead = max(p.written-p.deeds[write].bytes, 0)
	p.annotate(annotation{kind: recordPart, deed: write, name: name, bytes: n, end: p.written})
}

func (p *pricedItems) annotate(a annotation) { p.annotations = append(p.annotations, a) }

// addFrom adds deed i of another step, with its annotations.
func (p *pricedItems) addFrom(s *step, i int) {
	d := &s.deeds[i]
	deed, after := len(p.deeds), time.Duration(0)
	if d.action == recording.Work {
		deed, after = p.workSoFar()
		p.deeds = addWork(p.deeds, d.takes)
	} else {
		p.deeds = append(p.deeds, *d)
	}
	p.addAnnotations(s, i, deed, after)
}

// addAnnotations adds the annotations of deed i of another step to a deed of this one,
// after so much of its work.
func (p *pricedItems) addAnnotations(s *step, i, deed int, after time.Duration) {
	if p.quiet {
		return
	}
	for _, a := range s.annotations {
		if a.deed == i {
			a.deed, a.after = deed, a.after+after
			p.annotations = append(p.annotations, a)
		}
	}
}
