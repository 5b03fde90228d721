package engine

import (
	"fmt"
	"io"

	"tlslab/engine/record"
	"tlslab/engine/secrets"
	"tlslab/engine/wire"
)

// helloHandlers are the messages up to the ServerHello, which decides on the version.
var helloHandlers = handlers{keys: earlyKeys, steps: [KeyUpdate + 1]step{
	ClientHello:       {write: writeClientHello, read: readClientHello},
	HelloRetryRequest: {write: writeHelloRetryRequest, read: readHelloRetryRequest},
	ServerHello:       {write: writeServerHello, read: readServerHello},
}}

func writeServerHello(c *Conn, dst []byte) ([]byte, error) {
	random := &c.hs.randoms[server]
	if _, err := io.ReadFull(c.cfg.Rand, random[:]); err != nil {
		return nil, err
	}
	where := inServerHello
	if c.info.Version < TLS13 {
		where = c.info.legacyPlace()
		c.cfg.writeDowngradeSentinel(random, c.info.Version)
		if err := c.newSessionID(); err != nil {
			return nil, err
		}
	} else if c.info.Group != 0 {
		if err := c.respond(); err != nil {
			return nil, err
		}
	}
	c.out.half.SetVersion(c.info.legacyVersion())
	dst = c.appendServerHello(dst, random[:], where)
	if where == inLegacyServerHello {
		return dst, c.agreeRecordSizes()
	}
	return dst, nil
}

// legacyVersion returns the version in hellos and record headers, which stays at TLS 1.2 in TLS
// 1.3 (RFC 9846 §5.1).
func (i *Info) legacyVersion() uint16 { return uint16(min(i.Version, TLS12)) }

// legacyPlace returns the place of the extensions of a ServerHello up to TLS 1.2.
func (i *Info) legacyPlace() place {
	if i.Version == SSL30 {
		return inSSLServerHello
	}
	return inLegacyServerHello
}

func (c *Conn) appendServerHello(dst, random []byte, p place) []byte {
	dst = wire.AppendUint16(dst, c.info.legacyVersion())
	dst = append(dst, random...)
	dst = append(dst, byte(len(c.resume.id)))
	dst = append(dst, c.resume.id...)
	dst = wire.AppendUint16(dst, uint16(c.info.Suite.ID))
	dst = append(dst, c.info.compression())
	at := len(dst)
	dst = c.appendExtensions(dst, p)
	if p&(inLegacyServerHello|inSSLServerHello) != 0 && len(dst) == at+2 {
		dst = dst[:at] // old clients expect no extensions
	}
	return dst
}

// readServerHello reads the server's choices.
func readServerHello(c *Conn, body []byte) error {
	var m wire.ServerHelloMsg
	if err := m.Parse(body); err != nil {
		return err
	}
	version, err := c.cfg.serverVersion(&m)
	if err != nil {
		return err
	}
	if c.info.HelloRetry && version != TLS13 {
		return changedChoice
	}
	if version < TLS13 && c.hs.early != nil {
		return fmt.Errorf("%w: the server chose %v after early data", noCommonVersion, version)
	}
	c.info.Version = version
	c.out.half.SetVersion(c.info.legacyVersion())
	copy(c.hs.randoms[server][:], m.Random)
	if err := c.readSuite(&m); err != nil {
		return err
	}
	if version == TLS13 {
		return c.readTLS13ServerHello(&m)
	}
	return c.readLegacyServerHello(&m)
}

// readSuite reads the server's suite and compression method. Both must have been offered, and the
// version must have the suite.
func (c *Conn) readSuite(m *wire.ServerHelloMsg) error {
	s := suiteRow(SuiteID(m.Suite))
	switch {
	case s == nil || !c.cfg.enablesSuite(s.ID) || s.Min > c.info.Version || s.Max < c.info.Version:
		return fmt.Errorf("%w: suite %v", unknownChoice, SuiteID(m.Suite))
	case c.info.HelloRetry && s.ID != c.info.Suite.ID:
		return changedChoice
	}
	c.useSuite(s)
	return c.readCompression(m.Compression)
}

// useSuite sets the suite, its cipher and its hash, and starts the transcript's hash.
func (c *Conn) useSuite(s *Suite) {
	if c.info.Suite.ID == s.ID {
		return
	}
	c.info.Suite = *s
	c.cipher = record.ByName(s.Cipher)
	c.hash = hashes[s.Hash]
	if c.info.Version < TLS12 {
		c.hash = secrets.MD5SHA1
	}
	c.hs.transcript.start(c.hash, c.keepsMessages())
}

// requestsCompatibilityMode reports whether the client's session ID requests compatibility mode
// (RFC 9846 §E.4).
func (c *Conn) requestsCompatibilityMode() bool {
	return len(c.resume.id) > 0 && !c.cfg.NoCompatibility
}

// chooseSuite returns the first suite in the server's order that belongs to the version, that the
// client offers, and for which fits returns true; nil if there is none.
func (c *Conn) chooseSuite(fits func(*Suite) bool) *Suite {
	for s := range c.cfg.enabledSuites {
		if s.Min <= c.info.Version && s.Max >= c.info.Version && c.hs.hello.Suites.Contains(uint16(s.ID)) && fits(s) {
			return s
		}
	}
	return nil
}
