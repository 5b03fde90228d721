package engine

import (
	"tlslab/engine/kx"
	"tlslab/engine/wire"
)

// writeKeyShare writes the client's shares, the group of a HelloRetryRequest, or the server's
// share (RFC 9846 §4.3.8).
func writeKeyShare(c *Conn, p place, dst []byte) ([]byte, bool) {
	switch p {
	case inHelloRetryRequest:
		return wire.AppendUint16(dst, uint16(c.info.Group)), true
	case inServerHello:
		x := wire.KeyShareEntry{Group: uint16(c.info.Group), Share: c.hs.tls13.serverShare}
		return x.Append(dst), c.info.Group != 0
	}
	at := len(dst)
	dst = wire.OpenVector(dst, 2)
	for _, key := range c.hs.shares {
		x := wire.KeyShareEntry{Group: key.Group().ID, Share: key.Share()}
		dst = x.Append(dst)
	}
	return wire.CloseVector(dst, at, 2), c.cfg.maxVersion() >= TLS13
}

func readKeyShare(c *Conn, p place, body []byte) error {
	switch p {
	case inHelloRetryRequest:
		return c.readRetryGroup(body)
	case inServerHello:
		return c.agree(body)
	}
	var x wire.KeyShareClientHello
	err := x.Parse(body)
	c.hs.hello.shares = x.List
	return err
}

// readRetryGroup reads the group of a HelloRetryRequest: an offered group for which the client
// sent no share (RFC 9846 §4.3.8).
func (c *Conn) readRetryGroup(body []byte) error {
	var x wire.Uint16
	if err := x.Parse(body); err != nil {
		return err
	}
	offered := false
	for _, g := range c.cfg.groups() {
		offered = offered || uint16(g) == x.Value
	}
	if !offered || c.hs.shareFor(x.Value) != nil {
		return pointlessRetry
	}
	c.hs.tls13.selectedGroup = Group(x.Value)
	return nil
}

func (hs *handshake) shareFor(group uint16) *kx.Key {
	for _, key := range hs.shares {
		if key.Group().ID == group {
			return key
		}
	}
	return nil
}

// agree computes the client's shared secret from the server's share.
func (c *Conn) agree(body []byte) error {
	var x wire.KeyShareEntry
	if err := x.Parse(body); err != nil {
		return err
	}
	key := c.hs.shareFor(x.Group)
	if key == nil {
		return unknownChoice
	}
	var err error
	c.info.Group = Group(x.Group)
	c.hs.tls13.shared, err = key.Agree(x.Share, c.count)
	return err
}

// checkShares checks that each share belongs to one of the client's groups, in the same order and
// at most once (RFC 9846 §4.3.8).
func (h *clientHello) checkShares() error {
	i := 0
	for rest := h.shares; len(rest) > 0; i++ {
		var id uint16
		id, _, rest = rest.Next()
		for i < h.groups.Len() && h.groups.At(i) != id {
			i++
		}
		if i == h.groups.Len() {
			return badShares
		}
	}
	return nil
}

// chooseGroup chooses the server's first group for which the client sent a share. Otherwise it
// requests a share of the first common group by a HelloRetryRequest. In psk_ke there is no group.
func (c *Conn) chooseGroup() error {
	if c.info.Resumption == PSK {
		c.info.Group = 0
		return nil
	}
	var common Group
	for _, g := range c.cfg.groups() {
		if !c.hs.hello.groups.Contains(uint16(g)) {
			continue
		}
		if c.hs.hello.offeredShare(g) != nil {
			if c.info.HelloRetry && g != c.info.Group {
				return changedChoice
			}
			c.info.Group = g
			return nil
		}
		if common == 0 {
			common = g
		}
	}
	switch {
	case c.info.HelloRetry:
		return changedChoice
	case common == 0:
		return noCommonGroup
	}
	c.requestRetry(common)
	return nil
}

func (h *clientHello) offeredShare(g Group) []byte {
	for rest := h.shares; len(rest) > 0; {
		var id uint16
		var share []byte
		if id, share, rest = rest.Next(); id == uint16(g) {
			return share
		}
	}
	return nil
}

// respond makes the server's share and the shared secret.
func (c *Conn) respond() error {
	var err error
	c.hs.tls13.serverShare, c.hs.tls13.shared, err = c.info.Group.row().Respond(c.cfg.Rand, c.hs.hello.offeredShare(c.info.Group), c.count)
	return err
}

// generateShares makes the key shares of a TLS 1.3 ClientHello: for the first groups of the
// Config, or for the group of a HelloRetryRequest.
func (c *Conn) generateShares() error {
	switch {
	case c.cfg.maxVersion() < TLS13:
		return nil
	case c.info.HelloRetry:
		if c.hs.tls13.selectedGroup == 0 {
			return nil
		}
		c.hs.shares = c.hs.shares[:0]
		return c.generateShare(c.hs.tls13.selectedGroup)
	case c.resume.offer.session != nil && !c.resume.offer.legacy && !c.cfg.allowsResumption(PSKDHE):
		return nil // psk_ke needs no share; a server that wants one sends a HelloRetryRequest
	}
	n := c.cfg.KeyShares
	if n == 0 {
		n = 1
	}
	for i, g := range c.cfg.groups() {
		if i >= n {
			break
		}
		if err := c.generateShare(g); err != nil {
			return err
		}
	}
	return nil
}

func (c *Conn) generateShare(g Group) error {
	key, err := g.row().Generate(c.cfg.Rand, c.count)
	if err != nil {
		return err
	}
	c.hs.shares = append(c.hs.shares, key)
	return nil
}
