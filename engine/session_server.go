package engine

import (
	"slices"
	"time"

	"tlslab/engine/session"
)

// The session state that a server keeps to resume a connection.

// appendState appends the state of the connection's session.
func (c *Conn) appendState(dst, secret []byte, early session.EarlyDataTerms) []byte {
	s := session.State{
		Version:     c.info.Version,
		Suite:       c.info.Suite.ID,
		Extended:    c.info.ExtendedMasterSecret,
		Compression: c.info.compression(),
		Fragment:    uint8(slices.Index(maxFragments, c.info.MaxFragment)),
		Created:     uint64(c.cfg.Now().Unix()),
		Secret:      secret,
		ALPN:        []byte(c.info.ALPN),
		ServerName:  []byte(c.info.ServerName),
		EarlyData:   early,
	}
	if len(c.info.PeerChain) > 0 {
		s.ToleratedFaults = c.info.ToleratedFaults
	}
	for _, certificate := range c.info.PeerChain {
		s.Peer = s.Peer.Add(certificate.Raw)
	}
	return s.Append(dst)
}

// earlyDataTerms returns the terms of a ticket with this ticket_age_add.
func (cfg *Config) earlyDataTerms(ageAdd uint32) session.EarlyDataTerms {
	if cfg.MaxEarlyData == 0 {
		return session.EarlyDataTerms{}
	}
	millis := cfg.Now().Nanosecond() / int(time.Millisecond)
	return session.EarlyDataTerms{MaxSize: cfg.MaxEarlyData, AgeAdd: ageAdd, Millis: uint16(millis)}
}

// openState reads the state that a ticket held. It returns false if the state is malformed or has
// expired.
func (cfg *Config) openState(raw []byte) (s session.State, alive bool) {
	if s.Parse(raw) != nil {
		return s, false
	}
	return s, s.Alive(cfg.Now(), cfg.ticketLifetime())
}
