package engine

import (
	"fmt"
	"slices"

	"tlslab/engine/record"
)

// A tap stands between the two sides of a pair and has the keys of both: it opens what one side
// sends and seals it for the other. So a test reads and changes protected records, and the changed
// records have valid MACs.
type tap struct {
	sides [2]*Conn
	open  [2][]keysFrom       // by sender
	seal  [2]*record.HalfConn // by sender: keys that the receiver expects
	sent  [2]int              // bytes of records that a side has sent
	read  [2]int              // bytes of them that were opened
	part  [2][]byte           // by sender: an incomplete message
	count int                 // messages so far
}

// keysFrom protect a stream from an offset on.
type keysFrom struct {
	offset int
	keys   *record.HalfConn
}

// tapped puts a tap into a pair that has not started.
func tapped(p *pair) *tap {
	x := &tap{sides: [2]*Conn{client: p.client, server: p.server}}
	for s := range x.sides {
		plain := record.NewPlaintext(uint16(TLS12))
		x.open[s], x.seal[s] = []keysFrom{{0, record.NewPlaintext(uint16(TLS12))}}, plain
		cfg := *x.sides[s].cfg
		inner := cfg.Observe
		cfg.Observe = func(n Notice) {
			x.observe(side(s), n)
			if inner != nil {
				inner(n)
			}
		}
		x.sides[s].configure(&cfg)
	}
	return x
}

// observe makes a copy of the new keys when a side changes its keys.
func (x *tap) observe(s side, n Notice) {
	switch n.Kind {
	case RecordSent:
		x.sent[s] += n.Length
	case KeyChange:
		from := s
		if !n.Sent {
			from = other(s)
		}
		keys, err := x.sides[s].flight.handlers.keys(x.sides[s], from, n.Epoch)
		if err != nil {
			panic(fmt.Sprintf("keys of the %s: %v", sideNames[from], err))
		}
		if n.Sent {
			x.open[from] = append(x.open[from], keysFrom{x.sent[s], keys})
		} else {
			x.seal[from] = keys
		}
	}
}

// clear reports whether records of a type are never protected.
func (x *tap) clear(s side, typ record.Type) bool {
	return typ == record.ChangeCipherSpec && x.sides[s].info.Version == TLS13
}

// unpack opens a side's records and splits them into messages.
func (x *tap) unpack(from side, stream []byte) (all []message) {
	for len(stream) > 0 {
		h, _ := record.ParseHeader(stream)
		raw := slices.Clone(stream[:record.HeaderSize+h.Length])
		stream = stream[len(raw):]
		typ, body := h.Type, raw[record.HeaderSize:]
		if !x.clear(from, typ) {
			var err error
			if typ, body, err = x.keysOf(from).Open(raw); err != nil {
				panic(fmt.Sprintf("opening a record of the %s: %v", sideNames[from], err))
			}
		}
		x.read[from] += len(raw)
		if typ != record.Handshake {
			all = append(all, message{from: from, typ: ContentType(typ), body: slices.Clone(body)})
			continue
		}
		body = append(x.part[from], body...)
		for len(body) >= headerSize {
			n := headerSize + int(body[1])<<16 + int(body[2])<<8 + int(body[3])
			if len(body) < n {
				break
			}
			all = append(all, message{from: from, typ: TypeHandshake, body: slices.Clone(body[:n])})
			body = body[n:]
		}
		x.part[from] = slices.Clone(body)
	}
	if len(all) > 0 {
		all[len(all)-1].last = true
	}
	return all
}

// keysOf returns the keys of a side's next record.
func (x *tap) keysOf(from side) *record.HalfConn {
	queue := x.open[from]
	for len(queue) > 1 && queue[1].offset <= x.read[from] {
		queue = queue[1:]
	}
	x.open[from] = queue
	return queue[0].keys
}

// isSkipped reports whether a record is early data that the server rejects and skips.
func (x *tap) isSkipped(from side, typ ContentType) bool {
	info := &x.sides[server].info
	return from == client && typ == TypeApplicationData && !info.Done && x.sides[client].info.EarlyData != EarlyNone && info.EarlyData != EarlyAccepted
}

// record makes one record of a side as the other side expects it.
func (x *tap) record(from side, typ ContentType, body []byte) []byte {
	switch {
	case x.clear(other(from), record.Type(typ)):
		return asRecord(typ, body)
	case x.isSkipped(from, typ):
		return asRecord(TypeApplicationData, append(slices.Clone(body), make([]byte, 17)...))
	}
	out, err := x.seal[from].Seal(nil, record.Type(typ), body)
	if err != nil {
		panic(fmt.Sprintf("sealing for the %s: %v", sideNames[other(from)], err))
	}
	return out
}

// relay delivers what both sides send, message by message, until neither side sends. tamper
// changes each burst of messages; at is the number of the burst's first message.
func (p *pair) relay(tamper func(at int, burst []message) []message) error {
	x := p.tap
	for {
		moved := false
		for _, from := range []side{client, server} {
			to := x.sides[other(from)]
			burst := x.unpack(from, x.sides[from].Flush(nil))
			n := len(burst)
			for _, b := range tamper(x.count, burst) {
				moved = true
				if err := p.deliver(to, b); err != nil {
					return err
				}
			}
			x.count += n
		}
		if !moved {
			return nil
		}
	}
}

// deliver gives one message to a side, in as many records as it needs.
func (p *pair) deliver(to *Conn, b message) error {
	if b.typ == stop {
		return errStopped
	}
	for body := b.body; len(body) > 0; {
		n := min(len(body), to.in.half.MaxPlaintext())
		if err := p.feed(to, p.tap.record(other(to.side), b.typ, body[:n])); err != nil {
			return err
		}
		body = body[n:]
	}
	return nil
}
