package sim

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tlslab/engine"
	"tlslab/engine/pki"
	"tlslab/engine/record"
	"tlslab/sim/recording"
)

// Record lets two live engines make an exchange, without a network and without
// time, and returns what they did. It is an error if the handshake is not of
// the kind asked for, in the eyes of either side.
func Record(x Exchange) (*recording.Recording, error) {
	if err := x.validate(); err != nil {
		return nil, err
	}
	r := &recording.Recording{ClientSizing: x.Client.RecordSizing, ServerSizing: x.Server.RecordSizing}
	for _, o := range x.outcomes() {
		p, err := x.begin()
		if err != nil {
			return nil, err
		}
		p.leaveCutting()
		b := recording.Branch{Outcome: o}
		if o == recording.EarlyRejected {
			p.late = x.earlyWindow() + time.Second
		}
		if b.Client, b.Server, err = p.play(); err != nil {
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

// outcomes are the branches of an exchange, the one asked for first.
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

// begin makes the pair of the connection that counts, after the one that primes
// it where a session is to be offered.
func (x *Exchange) begin() (*pair, error) {
	if x.Kind != engine.Resumed && !x.Refused {
		return newPair(x, 0, nil)
	}
	first, err := newPair(x, 1, nil)
	if err != nil {
		return nil, err
	}
	if _, _, err := first.play(); err != nil {
		return nil, fmt.Errorf("priming connection: %w", err)
	}
	if err := first.check(engine.Full, 0, recording.Full); err != nil {
		return nil, fmt.Errorf("priming connection: %w", err)
	}
	session := first.sides[client].conn.Session()
	if session == nil {
		return nil, fmt.Errorf("priming connection: the server gave the client nothing to resume (%v)", x.Resumption)
	}
	if x.Refused {
		x = x.forgotten()
	}
	return newPair(x, 0, session)
}

// forgotten is the exchange with a server that knows no session of before.
func (x *Exchange) forgotten() *Exchange {
	again, server := *x, *x.Server
	if server.Tickets != nil {
		var secret [32]byte
		copy(secret[:], "tlslab forgotten")
		binary.LittleEndian.PutUint64(secret[16:], x.Seed)
		server.Tickets = engine.NewTicketKeys(secret)
	}
	if server.SessionCache != nil {
		server.SessionCache = engine.NewSessionCache(1, time.Hour)
	}
	again.Server = &server
	return &again
}

// leaveCutting lets a replay cut the records of the sides that size them.
func (p *pair) leaveCutting() {
	own := [2]*record.Sizing{p.exchange.Client.RecordSizing, p.exchange.Server.RecordSizing}
	for s := range p.sides {
		p.sides[s].own, p.sides[s].peers = own[s], own[1-s]
	}
}

// play exchanges records until both sides have nothing left to say.
func (p *pair) play() (clientSteps, serverSteps []recording.Step, err error) {
	c, s := &p.sides[client], &p.sides[server]
	if err := c.start(); err != nil {
		return nil, nil, fmt.Errorf("client: %w", err)
	}
	clientSteps = append(clientSteps, recording.Step{Items: slices.Clone(c.items)})
	p.elapsed = p.late
	for {
		n := c.consumed + s.consumed
		if serverSteps, err = s.drain(c.stream, serverSteps); err != nil {
			return nil, nil, fmt.Errorf("server: %w", err)
		}
		if clientSteps, err = c.drain(s.stream, clientSteps); err != nil {
			return nil, nil, fmt.Errorf("client: %w", err)
		}
		if c.consumed+s.consumed == n {
			return clientSteps, serverSteps, nil
		}
	}
}

// drain takes all whole records that the peer has written. A record that has no
// effect makes no step.
func (g *program) drain(peer []byte, steps []recording.Step) ([]recording.Step, error) {
	for {
		ok, err := g.receive(peer)
		if err != nil {
			return nil, err
		}
		if !ok {
			return steps, nil
		}
		if g.paused {
			if err := g.ask(); err != nil {
				return nil, err
			}
		}
		if len(g.items) > 0 {
			steps = append(steps, recording.Step{At: g.position, Items: slices.Clone(g.items)})
		}
	}
}

// check reports a connection that is not what was asked for.
func (p *pair) check(kind engine.Kind, how engine.Resumption, o recording.Outcome) error {
	for i, name := range []string{"client", "server"} {
		info := p.sides[i].conn.Info()
		switch {
		case !info.Done:
			return fmt.Errorf("%s: the handshake did not come to its end", name)
		case info.Kind != kind:
			return fmt.Errorf("%s: the handshake was %v, and %v was asked for", name, info.Kind, kind)
		case kind == engine.Resumed && info.Resumption != how:
			return fmt.Errorf("%s: resumed by %v, and %v was asked for", name, info.Resumption, how)
		case info.EarlyData != earlyOf[o]:
			return fmt.Errorf("%s: early data was %v, and %v was asked for", name, info.EarlyData, earlyOf[o])
		case o == recording.Refused && side(i) == client && !p.sides[i].conn.OfferedSession():
			return fmt.Errorf("%s: it had nothing to offer, and a refusal was asked for", name)
		case info.ClientAuthenticated != p.exchange.ClientAuthenticated:
			return fmt.Errorf("%s: client authenticated: %v, and %v was asked for", name, info.ClientAuthenticated, p.exchange.ClientAuthenticated)
		}
	}
	want := p.exchange.Revocation
	if kind == engine.Resumed {
		want = engine.RevocationNone // that was the business of the handshake before
	}
	if got := p.sides[client].conn.Info().Revocation; got != want {
		return fmt.Errorf("client: learnt of revocation: %v, and %v was asked for", got, want)
	}
	if got, want := p.sides[client].received, p.exchange.Response; got != want {
		return fmt.Errorf("client: %d of %d bytes of the response came", got, want)
	}
	return nil
}

// sizes says how much application data the sides put into records.
func (p *pair) sizes() string {
	var of [2]string
	for s, cfg := range []*engine.Config{p.exchange.Client, p.exchange.Server} {
		of[s] = strconv.Itoa(p.sides[s].conn.RecordSize())
		if cfg.RecordSizing != nil {
			of[s] = cfg.RecordSizing.String()
		}
	}
	if of[client] == of[server] {
		return of[client]
	}
	return fmt.Sprintf("%s up, %s down", of[client], of[server])
}

// earlyOf is what becomes of early data in the branches that have any.
var earlyOf = map[recording.Outcome]engine.EarlyData{
	recording.Early:         engine.EarlyAccepted,
	recording.EarlyRejected: engine.EarlyRejected,
}

// other names the side that a side talks to.
var other = [...]string{client: "server", server: "client"}

// about describes the connection for the recording's reader.
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
			facts = append(facts, recording.Fact{Key: "tolerated", Value: found.String() + " of the " + other[s] + "'s"})
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
		recording.Fact{Key: "record-sizes", Value: p.sizes()},
		recording.Fact{Key: "tickets", Value: strconv.Itoa(info.TicketsReceived)},
		recording.Fact{Key: "request", Value: strconv.Itoa(p.exchange.Request) + " bytes"},
		recording.Fact{Key: "response", Value: strconv.Itoa(p.exchange.Response) + " bytes"},
	)
}
