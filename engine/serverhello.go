package engine

import (
	"fmt"
	"io"

	"tlslab/engine/record"
	"tlslab/engine/secrets"
	"tlslab/engine/wire"
)

// helloHandlers is the protocol of the messages that settle the version.
var helloHandlers = handlers{keys: earlyKeys, steps: [KeyUpdate + 1]step{
	ClientHello:       {make: makeClientHello, take: takeClientHello},
	HelloRetryRequest: {make: makeRetry, take: takeRetry},
	ServerHello:       {make: makeServerHello, take: takeServerHello},
}}

func makeServerHello(c *Conn, dst []byte) ([]byte, error) {
	random := &c.hs.randoms[server]
	if _, err := io.ReadFull(c.cfg.Rand, random[:]); err != nil {
		return nil, err
	}
	where := inServerHello
	if c.info.Version < TLS13 {
		where = c.classicPlace()
		c.markDowngrade(random)
		if err := c.newSessionID(); err != nil {
			return nil, err
		}
	} else if c.info.Group != 0 {
		if err := c.respond(); err != nil {
			return nil, err
		}
	}
	c.out.half.SetVersion(c.legacyVersion())
	dst = c.appendServerHello(dst, random[:], where)
	if where == inClassicHello {
		return dst, c.settleSizes()
	}
	return dst, nil
}

// legacyVersion is the version in hellos and record headers, which TLS 1.3 left
// at TLS 1.2's (RFC 9846 §5.1).
func (c *Conn) legacyVersion() uint16 { return uint16(min(c.info.Version, TLS12)) }

// classicPlace is where the extensions of a ServerHello up to TLS 1.2 stand.
func (c *Conn) classicPlace() place {
	if c.info.Version == SSL30 {
		return inSSLHello
	}
	return inClassicHello
}

// makeRetry writes a HelloRetryRequest, and folds the first ClientHello in
// the transcript into its hash.
func makeRetry(c *Conn, dst []byte) ([]byte, error) {
	c.hs.transcript.retry()
	return c.appendServerHello(dst, wire.RetryRandom[:], inRetry), nil
}

func (c *Conn) appendServerHello(dst, random []byte, p place) []byte {
	dst = wire.AppendUint16(dst, c.legacyVersion())
	dst = append(dst, random...)
	dst = append(dst, byte(len(c.resume.id)))
	dst = append(dst, c.resume.id...)
	dst = wire.AppendUint16(dst, uint16(c.info.Suite.ID))
	dst = append(dst, c.compression())
	at := len(dst)
	dst = c.appendExtensions(dst, p)
	if p&(inClassicHello|inSSLHello) != 0 && len(dst) == at+2 {
		dst = dst[:at] // clients from before extensions expect none
	}
	return dst
}

// takeServerHello reads the server's choices.
func takeServerHello(c *Conn, body []byte) error {
	var m wire.ServerHelloMsg
	if err := m.Parse(body); err != nil {
		return err
	}
	version, err := c.serverVersion(&m)
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
	c.out.half.SetVersion(c.legacyVersion())
	copy(c.hs.randoms[server][:], m.Random)
	if err := c.takeSuite(&m); err != nil {
		return err
	}
	if version == TLS13 {
		return c.takeModernHello(&m)
	}
	return c.takeClassicHello(&m)
}

// takeRetry reads a HelloRetryRequest (RFC 9846 §4.2.4).
func takeRetry(c *Conn, body []byte) error {
	var m wire.ServerHelloMsg
	if err := m.Parse(body); err != nil {
		return err
	}
	version, err := c.serverVersion(&m)
	if err != nil {
		return err
	}
	if version != TLS13 {
		return unknownChoice
	}
	c.info.Version = version
	if err := c.takeSuite(&m); err != nil {
		return err
	}
	if string(m.SessionID) != string(c.resume.id) {
		return badSessionID
	}
	seen, err := c.takeExtensions(inRetry, m.Extensions)
	if err != nil {
		return err
	}
	if !seen.has(extKeyShare) && !seen.has(extCookie) {
		return uselessRetry
	}
	c.hs.compatible = c.asksCompatibility()
	c.info.HelloRetry = true
	c.hs.transcript.retry()
	return c.learnEarly(false)
}

// serverVersion finds the version that a ServerHello chose.
func (c *Conn) serverVersion(m *wire.ServerHelloMsg) (Version, error) {
	v := Version(m.Version)
	if body := findExtension(m.Extensions, extVersions); body != nil {
		var x wire.Uint16
		if err := x.Parse(body); err != nil {
			return 0, err
		}
		if v != TLS12 || Version(x.Value) < TLS13 {
			return 0, unknownChoice
		}
		v = Version(x.Value)
	} else if v >= TLS13 {
		return 0, unknownChoice
	}
	if v < c.cfg.minVersion() || v > c.cfg.maxVersion() {
		return 0, fmt.Errorf("%w: the server chose %v", noCommonVersion, v)
	}
	return v, nil
}

// takeSuite accepts the server's suite and compression, where they were
// offered and fit the version.
func (c *Conn) takeSuite(m *wire.ServerHelloMsg) error {
	s := suiteRow(SuiteID(m.Suite))
	switch {
	case s == nil || !c.cfg.enables(s.ID) || s.Min > c.info.Version || s.Max < c.info.Version:
		return fmt.Errorf("%w: suite %v", unknownChoice, SuiteID(m.Suite))
	case c.info.HelloRetry && s.ID != c.info.Suite.ID:
		return changedChoice
	}
	c.useSuite(s)
	return c.takeCompression(m.Compression)
}

// useSuite settles the suite, and with it the transcript's hash.
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
	c.hs.transcript.start(c.hash, c.signsMessages())
}

// hashes are the suites' hashes by name, from TLS 1.2 on.
var hashes = map[string]*secrets.Hash{
	secrets.SHA256.Name: secrets.SHA256,
	secrets.SHA384.Name: secrets.SHA384,
}

// asksCompatibility says whether the client's session ID asks for
// compatibility mode (RFC 9846 §E.4).
func (c *Conn) asksCompatibility() bool { return len(c.resume.id) > 0 && !c.cfg.NoCompatibility }

// newSessionID settles the session ID of a ServerHello up to TLS 1.2: the client's
// where its session is resumed (RFC 5246 §7.3, RFC 5077 §3.4), a new one
// where the session is going to be kept, or none.
func (c *Conn) newSessionID() error {
	switch {
	case c.info.Kind == Resumed:
		return nil
	case c.hs.ticketPromised || c.cfg.SessionCache == nil || !c.cfg.allows(SessionID):
		c.resume.id = nil
		return nil
	}
	c.resume.id = c.resume.idStore[:]
	_, err := io.ReadFull(c.cfg.Rand, c.resume.id)
	return err
}
