package sim

import (
	"bytes"
	"slices"

	"tlslab/engine"
	"tlslab/sim/recording"
)

// notice adds what the engine of a side reports (engine.Config.Observe) to the items of its step.
func (e *exchangeSide) notice(n engine.Notice) {
	e.keys.notice(&n)
	switch n.Kind {
	case engine.Operation:
		e.items = append(e.items, recording.Item{Action: recording.Compute, Op: n.Op})
	case engine.OCSPResponseTaken:
		e.items = append(e.items, recording.Item{Action: recording.Fetched})
	}
	if e.quiet {
		return
	}
	switch n.Kind {
	case engine.KeyChange:
		e.items = append(e.items, recording.Item{Action: recording.KeyChange, Sent: n.Sent, Name: n.Epoch.String()})
	case engine.Secret:
		if !e.wantSecrets {
			return
		}
		e.secrets = append(e.secrets, annotation{
			kind: secretPart, name: n.Label, clientRandom: bytes.Clone(n.ClientRandom), secret: bytes.Clone(n.Secret),
		})
	case engine.MessageSent:
		e.names.messageSent(&n)
	case engine.RecordSent:
		e.names.recordSent(&n)
	}
}

// beginStep begins a step. If the last step has only names, they stand at the beginning of this
// one.
func (e *exchangeSide) beginStep() {
	if e.acts() {
		e.items = e.items[:0]
	}
}

// acts reports whether the step in hand does anything.
func (e *exchangeSide) acts() bool {
	return slices.ContainsFunc(e.items, func(it recording.Item) bool { return !it.Action.Names() })
}

// recordNames holds the names of sealed records until the records are written.
type recordNames struct {
	sealed   []recording.Item // Record and Message items, in the order of the stream
	ahead    int              // bytes of the last written record that later writes carry
	messages []madeMessage    // handshake messages that are not complete in a record
}

// madeMessage is a handshake message that the engine has made.
type madeMessage struct {
	name   string
	length int // bytes, with the header
	left   int // of these, bytes that are in no record yet
}

// messageSent takes a handshake message. A ChangeCipherSpec and an alert are named by their
// records.
func (r *recordNames) messageSent(n *engine.Notice) {
	if n.Message < engine.ChangeCipherSpec {
		r.messages = append(r.messages, madeMessage{n.Message.String(), n.Length, n.Length})
	}
}

// recordSent takes a record and the messages that end in it.
func (r *recordNames) recordSent(n *engine.Notice) {
	r.sealed = append(r.sealed, recording.Item{Action: recording.Record, Name: n.Record.String(), Bytes: n.Length})
	switch n.Record {
	case engine.TypeAlert:
		r.sealed = append(r.sealed, recording.Item{Action: recording.Message, Name: n.Alert.String(), Bytes: n.Plain})
	case engine.TypeHandshake:
		for plain := n.Plain; plain > 0 && len(r.messages) > 0; {
			m := &r.messages[0]
			if m.left > plain {
				m.left -= plain
				return
			}
			plain -= m.left
			r.sealed = append(r.sealed, recording.Item{Action: recording.Message, Name: m.name, Bytes: m.length})
			r.messages = append(r.messages[:0], r.messages[1:]...)
		}
	}
}

// appendWritten appends the names of the records that begin in a write of n bytes to items.
func (r *recordNames) appendWritten(items []recording.Item, n int) []recording.Item {
	k := 0
	for k < len(r.sealed) && r.ahead < n {
		r.ahead += r.sealed[k].Bytes
		for k++; k < len(r.sealed) && r.sealed[k].Action == recording.Message; k++ {
		}
	}
	items = append(items, r.sealed[:k]...)
	r.sealed = append(r.sealed[:0], r.sealed[k:]...)
	r.ahead -= n
	return items
}

// forget drops the sealed records: a replay splits their data anew.
func (r *recordNames) forget() { r.sealed = r.sealed[:0] }
