package engine

import (
	"crypto/subtle"

	"tlslab/engine/secrets"
	"tlslab/engine/session"
)

// legacyVerifyData returns the verify_data of a side's Finished (RFC 5246 §7.4.9), or, in SSL 3.0,
// its two digests (RFC 6101 §5.6.9).
func (c *Conn) legacyVerifyData(from side) ([]byte, error) {
	out := c.hs.legacy.verify[:]
	if c.info.Version == SSL30 {
		return out, c.hs.legacy.secrets.SSL30Finished(out, from, c.hs.transcript.running)
	}
	out = out[:secrets.FinishedSize]
	c.hs.legacy.secrets.Finished(out, from, c.hs.transcript.sum())
	return out, nil
}

func writeLegacyFinished(c *Conn, dst []byte) ([]byte, error) {
	verifyData, err := c.legacyVerifyData(c.side)
	return append(dst, verifyData...), err
}

func readLegacyFinished(c *Conn, body []byte) error {
	want, err := c.legacyVerifyData(other(c.side))
	switch {
	case err != nil:
		return err
	case len(body) != len(want):
		return decodeError
	case subtle.ConstantTimeCompare(body, want) != 1:
		return badFinished
	}
	return nil
}

// afterLegacyFinished stores the session under its session ID once the peer's Finished has proved
// that both sides have the same master secret.
func afterLegacyFinished(c *Conn, from side) error {
	if c.info.Kind != Full || from == c.side || len(c.resume.id) == 0 {
		return nil
	}
	if c.side == server {
		if !c.info.resumable() {
			return nil
		}
		state := c.appendState(c.scratch[:0], c.hs.legacy.secrets.Master(), session.EarlyDataTerms{})
		c.cfg.SessionCache.Put(c.resume.id, state, c.cfg.Now())
	} else if !c.hs.ticketPromised && c.cfg.allowsResumption(SessionID) {
		c.keepLegacySession(nil, session.MaxSessionIDLifetime)
	}
	return nil
}
