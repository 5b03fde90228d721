package engine

import (
	"crypto/subtle"

	"tlslab/engine/secrets"
)

// tls13VerifyData returns the verify_data of a side's Finished (RFC 9846 §4.5.3).
func (c *Conn) tls13VerifyData(from side) []byte {
	out := c.hs.tls13.verify[:c.hash.Size]
	c.tls13.schedule.Finished(out, c.hs.tls13.traffic[from][:c.hash.Size], c.hs.transcript.sum())
	return out
}

func writeTLS13Finished(c *Conn, dst []byte) ([]byte, error) {
	return append(dst, c.tls13VerifyData(c.side)...), nil
}

func readTLS13Finished(c *Conn, body []byte) error {
	if len(body) != c.hash.Size {
		return decodeError
	}
	if subtle.ConstantTimeCompare(body, c.tls13VerifyData(other(c.side))) != 1 {
		return badFinished
	}
	return nil
}

// afterTLS13Finished derives the application traffic secrets after the server's Finished, and the
// resumption secret after the client's (RFC 9846 §7.1). After the client's Finished a server that
// sent 0.5-RTT data may update its sending keys.
func afterTLS13Finished(c *Conn, from side) error {
	m := &c.tls13
	sum := c.hs.transcript.sum()
	if from == client {
		m.schedule.Derive(m.resumption[:c.hash.Size], secrets.Resumption, sum)
		if c.side == server {
			c.out.half.LimitRecords(c.cfg.KeyUpdateAfter)
		}
		if !c.info.resumable() {
			c.post.ticketsOwed = 0
		}
		return nil
	}
	m.schedule.Main()
	m.schedule.Derive(m.traffic[client][:c.hash.Size], secrets.ClientTraffic, sum)
	m.schedule.Derive(m.traffic[server][:c.hash.Size], secrets.ServerTraffic, sum)
	c.logSecret("CLIENT_TRAFFIC_SECRET_0", m.traffic[client][:c.hash.Size])
	c.logSecret("SERVER_TRAFFIC_SECRET_0", m.traffic[server][:c.hash.Size])
	return nil
}
