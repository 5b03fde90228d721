package sim

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tlslab/engine"
	"tlslab/engine/pki"
	"tlslab/engine/record"
	"tlslab/engine/session"
	"tlslab/sim/recording"
)

// Record lets two live engines make an exchange, without a network and without time, and returns
// what both sides did: a branch for each decision of the server that depends on time. It is an
// error if the handshake is not of the kind, resumption mechanism, client authentication or
// revocation that the exchange names. A cancelled context ends it with the context's error.
//
// Memory does not grow with the bytes of a request or response: one of more than 64 records is one
// Data item. With compression each record has items of its own, some 500 bytes.
func Record(ctx context.Context, x Exchange) (*recording.Recording, error) {
	if err := x.validate(); err != nil {
		return nil, err
	}
	return x.record(ctx, [2]*record.Sizing{x.dataSizing(client), x.dataSizing(server)})
}

// maxItemised is the largest number of records of a request or response that are recorded one by
// one where a Data item can stand for them.
const maxItemised = 64

// dataSizing returns how a replay splits a side's application data into records, or nil if the
// recording has each record.
func (x *Exchange) dataSizing(s side) *record.Sizing {
	cfg, bytes := x.config(s), x.Request
	if s == server {
		bytes = x.Response
	}
	if cfg.RecordSizing != nil {
		return cfg.RecordSizing
	}
	plain := cmp.Or(cfg.RecordSize, record.MaxPlaintext)
	if bytes <= maxItemised*plain || x.compresses() {
		return nil
	}
	return &record.Sizing{Stages: []record.Stage{{Plain: plain}}}
}

// record records an exchange, with Data items for the sides that have a sizing.
func (x *Exchange) record(ctx context.Context, sizing [2]*record.Sizing) (*recording.Recording, error) {
	r := &recording.Recording{ClientSizing: sizing[client], ServerSizing: sizing[server]}
	for _, o := range x.outcomes() {
		p, err := x.begin(ctx)
		if err != nil {
			return nil, err
		}
		for s := range p.sides {
			p.sides[s].own, p.sides[s].peers = sizing[s], sizing[1-s]
		}
		var late time.Duration
		if o == recording.EarlyRejected {
			late = x.earlyWindow() + time.Second
		}
		b := recording.Branch{Outcome: o}
		if b.Client, b.Server, err = p.run(ctx, late); err != nil {
			return nil, err
		}
		if err := p.check(x.Kind, x.Resumption, o); err != nil {
			return nil, err
		}
		if r.About == nil {
			r.About = p.about()
		}
		r.Branches = append(r.Branches, b)
	}
	if len(r.Branches) > 1 {
		r.EarlyWindow = x.earlyWindow()
	}
	if err := r.Validate(); err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	return r, nil
}

// outcomes returns the branches of the recording of an exchange: first the one that the exchange
// names.
func (x *Exchange) outcomes() []recording.Outcome {
	switch {
	case x.Refused:
		return []recording.Outcome{recording.Refused}
	case x.Kind != engine.Resumed:
		return []recording.Outcome{recording.Full}
	case !x.Client.EarlyData:
		return []recording.Outcome{recording.Resumed}
	case x.RejectEarly:
		return []recording.Outcome{recording.EarlyRejected}
	}
	return []recording.Outcome{recording.Early, recording.EarlyRejected}
}

func (x *Exchange) earlyWindow() time.Duration {
	return cmp.Or(x.Server.EarlyWindow, engine.DefaultEarlyWindow)
}

// begin makes the pair of the connection that is recorded. If the client offers a session, a first
// connection gives it one.
func (x *Exchange) begin(ctx context.Context) (*pair, error) {
	if x.Kind != engine.Resumed && !x.Refused {
		return newPair(x, 0, nil)
	}
	first, err := newPair(x, 1, nil)
	if err != nil {
		return nil, err
	}
	if _, _, err := first.run(ctx, 0); err != nil {
		return nil, fmt.Errorf("first connection: %w", err)
	}
	if err := first.check(engine.Full, 0, recording.Full); err != nil {
		return nil, fmt.Errorf("first connection: %w", err)
	}
	session := first.sides[client].conn.Session()
	if session == nil {
		return nil, fmt.Errorf("first connection: the server gave the client nothing to resume (%v)", x.Resumption)
	}
	if x.Refused {
		x = x.withNewServerState()
	}
	return newPair(x, 0, session)
}

// withNewServerState returns the exchange with a server that has other ticket keys and an empty
// session cache.
func (x *Exchange) withNewServerState() *Exchange {
	again, server := *x, *x.Server
	if server.Tickets != nil {
		var secret [32]byte
		copy(secret[:], "tlslab forgotten")
		binary.LittleEndian.PutUint64(secret[16:], x.Seed)
		server.Tickets = session.NewTicketKeys(secret)
	}
	if server.SessionCache != nil {
		server.SessionCache = session.NewCache(1, time.Hour)
	}
	again.Server = &server
	return &again
}

// run lets both sides exchange records until neither has anything left to send, and returns their
// steps. The server receives the ClientHello after a virtual time of late.
func (p *pair) run(ctx context.Context, late time.Duration) (clientSteps, serverSteps []recording.Step, err error) {
	if err := p.sides[client].start(); err != nil {
		return nil, nil, fmt.Errorf("client: %w", err)
	}
	var steps [2][]recording.Step
	if err := p.sides[client].sendAll(); err != nil {
		return nil, nil, fmt.Errorf("client: %w", err)
	}
	steps[client] = p.sides[client].appendStep(nil)
	p.elapsed = late
	for moved := true; moved; {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		moved = false
		for _, s := range []side{server, client} {
			e := &p.sides[s]
			ok, err := e.advance(&p.sides[1-s].out)
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %w", sideNames[s], err)
			}
			if ok && e.unsent == 0 && !e.paused {
				steps[s] = e.appendStep(steps[s])
			}
			moved = moved || ok
		}
	}
	return steps[client], steps[server], nil
}

// advance seals the next record of the step in hand, or begins a step with the next record of the
// peer's. It reports false if there is neither. Sides that take turns hold few records at a time.
func (e *exchangeSide) advance(peer *sentStream) (bool, error) {
	switch {
	case e.unsent > 0:
		return true, e.sendRecord()
	case e.paused:
		e.beginRound()
		return true, nil
	}
	ok, err := e.receive(peer.unread(), peer)
	if ok && err == nil && e.opensUpdate() {
		return e.receive(peer.unread(), peer) // the peer sealed both records in one turn
	}
	return ok, err
}

// appendStep appends the step in hand, unless it does nothing. Equal steps in a row share their
// items.
func (e *exchangeSide) appendStep(steps []recording.Step) []recording.Step {
	if !e.acts() {
		return steps
	}
	if k := len(steps) - 1; k >= 0 && slices.Equal(steps[k].Items, e.items) {
		return append(steps, recording.Step{At: e.position, Items: steps[k].Items})
	}
	return append(steps, recording.Step{At: e.position, Items: slices.Clone(e.items)})
}

// check returns an error if the handshake or the transfer is not what the exchange requires.
func (p *pair) check(kind engine.Kind, how engine.Resumption, o recording.Outcome) error {
	for s := range p.sides {
		info, name := p.sides[s].conn.Info(), sideNames[s]
		switch {
		case !info.Done:
			return fmt.Errorf("%s: the handshake is not complete", name)
		case info.Kind != kind:
			return fmt.Errorf("%s: the handshake was %v, want %v", name, info.Kind, kind)
		case kind == engine.Resumed && info.Resumption != how:
			return fmt.Errorf("%s: resumed by %v, want %v", name, info.Resumption, how)
		case info.EarlyData != earlyDataOf[o]:
			return fmt.Errorf("%s: early data was %v, want %v", name, info.EarlyData, earlyDataOf[o])
		case o == recording.Refused && side(s) == client && !p.sides[s].conn.OfferedSession():
			return fmt.Errorf("%s: it offered no session, want one that the server refuses", name)
		case info.ClientAuthenticated != p.exchange.ClientAuthenticated:
			return fmt.Errorf("%s: client authenticated: %v, want %v", name, info.ClientAuthenticated, p.exchange.ClientAuthenticated)
		}
	}
	want := p.exchange.Revocation
	if kind == engine.Resumed {
		want = engine.RevocationNone // a resumed handshake has no certificate
	}
	if got := p.sides[client].conn.Info().Revocation; got != want {
		return fmt.Errorf("client: the certificate's status was %v, want %v", got, want)
	}
	if got, want := p.sides[client].received, p.exchange.Response; got != want {
		return fmt.Errorf("client: received %d bytes of the response, want %d", got, want)
	}
	return nil
}

// recordSizes describes how much application data the records of the sides have.
func (p *pair) recordSizes() string {
	var of [2]string
	for s := range p.sides {
		of[s] = strconv.Itoa(p.sides[s].conn.RecordSize())
		if sizing := p.exchange.config(side(s)).RecordSizing; sizing != nil {
			of[s] = sizing.String()
		}
	}
	if of[client] == of[server] {
		return of[client]
	}
	return fmt.Sprintf("%s up, %s down", of[client], of[server])
}

// earlyDataOf is what the engines report of early data in the branches that have it.
var earlyDataOf = map[recording.Outcome]engine.EarlyData{
	recording.Early:         engine.EarlyAccepted,
	recording.EarlyRejected: engine.EarlyRejected,
}

var sideNames = [...]string{client: "client", server: "server"}

// about returns what the engines negotiated, for the reader of the recording.
func (p *pair) about() []recording.Fact {
	info := p.sides[client].conn.Info()
	facts := []recording.Fact{
		{Key: "version", Value: info.Version.String()},
		{Key: "suite", Value: info.Suite.Name},
		{Key: "group", Value: info.Group.String()},
		{Key: "kind", Value: info.Kind.String()},
	}
	if info.Kind == engine.Resumed {
		facts = append(facts, recording.Fact{Key: "resumption", Value: info.Resumption.String()})
	}
	if p.exchange.Refused {
		facts = append(facts, recording.Fact{Key: "refused", Value: p.exchange.Resumption.String()})
	}
	if info.EarlyData != engine.EarlyNone {
		facts = append(facts, recording.Fact{Key: "early-data", Value: fmt.Sprintf("%d bytes, %v", info.EarlyBytes, info.EarlyData)})
	}
	for _, s := range []side{client, server} {
		if found := p.sides[s].conn.Info().ToleratedFaults; found != 0 {
			facts = append(facts, recording.Fact{Key: "tolerated", Value: found.String() + " of the " + sideNames[1-s] + "'s"})
		}
	}
	if agreed := info.Records(); agreed != nil {
		facts = append(facts, recording.Fact{Key: "records", Value: strings.Join(agreed, ", ")})
	}
	if len(info.PeerChain) > 0 {
		facts = append(facts, recording.Fact{Key: "certificate", Value: info.PeerChain[0].Key.Algorithm})
	}
	for _, x := range []struct {
		key   string
		chain []*pki.Certificate
	}{{"chain", info.PeerChain}, {"client chain", p.sides[server].conn.Info().PeerChain}} {
		if len(x.chain) == 0 {
			continue
		}
		n := 0
		for _, c := range x.chain {
			n += len(c.Raw)
		}
		facts = append(facts, recording.Fact{Key: x.key, Value: fmt.Sprintf("%d certificates, %d bytes", len(x.chain), n)})
	}
	if info.Revocation != engine.RevocationNone {
		facts = append(facts, recording.Fact{Key: "revocation", Value: info.Revocation.String()})
	}
	return append(facts,
		recording.Fact{Key: "record-sizes", Value: p.recordSizes()},
		recording.Fact{Key: "tickets", Value: strconv.Itoa(info.TicketsReceived)},
		recording.Fact{Key: "request", Value: strconv.Itoa(p.exchange.Request) + " bytes"},
		recording.Fact{Key: "response", Value: strconv.Itoa(p.exchange.Response) + " bytes"},
	)
}
