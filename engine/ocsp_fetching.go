package engine

import (
	"errors"
	"fmt"

	"tlslab/engine/pki"
)

// A client that fetches the authority's word waits for it in the middle of the
// server's flight, behind the Certificate message:
//
//	Recv ──► EventOCSPRequest        caller: OCSPRequest, asks the authority
//	Recv ──► 0, nothing               as long as it has no answer
//	CertificateStatus(response)       goes on with the messages of the same record
//	Recv ──► …

// awaitOCSP begins the wait, where a certificate of this chain is to be asked
// for.
func (c *Conn) awaitOCSP() error {
	if c.hs.status == nil || c.cfg.Revocation != RevocationFetched || c.hs.status.issuer == nil {
		return nil
	}
	if c.info.PeerChain[0].OCSPURL() != "" {
		c.hs.status.expectedRow = true
		return nil
	}
	if c.cfg.SoftFail {
		return nil
	}
	return fmt.Errorf("%w: it names nobody who could be asked", noOCSPAnswer)
}

func (c *Conn) awaitsOCSP() bool { return c.hs != nil && c.hs.status != nil && c.hs.status.expectedRow }

// OCSPRequest returns what a client asks the authority after EventOCSPRequest: the
// URL of the OCSP responder that the server's certificate names, and the request
// in DER (RFC 5019 §5). Otherwise it returns nothing.
func (c *Conn) OCSPRequest() (url string, request []byte) {
	if !c.awaitsOCSP() {
		return "", nil
	}
	leaf := c.info.PeerChain[0]
	return leaf.OCSPURL(), pki.OCSPRequest(leaf, c.hs.status.issuer)
}

// CertificateStatus gives a client the authority's answer for which it waits since
// EventOCSPRequest, nil where there is none, and goes on with the handshake. Its
// Event and error are as Recv's: EventHandshakeDone is among them.
func (c *Conn) OCSPResponse(response []byte) (Event, error) {
	switch {
	case c.err != nil:
		return Event{}, c.err
	case !c.awaitsOCSP():
		return Event{}, explain(unexpectedOCSPResponse)
	}
	c.hs.status.expectedRow = false
	if err := c.readOCSPAnswer(response); err != nil {
		return Event{}, c.fail(err)
	}
	if c.cfg.Observe != nil {
		c.cfg.Observe(Notice{Kind: OCSPResponseTaken, Length: len(response)})
	}
	wasDone := c.info.Done
	if err := c.readMessages(c.in.partial); err != nil {
		return Event{}, c.fail(err)
	}
	return Event{Kind: c.eventOf(wasDone, EventNone)}, nil
}

// readOCSPAnswer judges an answer, or that there is none.
func (c *Conn) readOCSPAnswer(response []byte) error {
	if response == nil {
		if c.cfg.SoftFail {
			return nil
		}
		return noOCSPAnswer
	}
	err := c.verifyOCSP(response, RevocationFetched)
	if errors.Is(err, pki.ErrOCSPUnavailable) {
		if c.cfg.SoftFail {
			return nil
		}
		return fmt.Errorf("%w: %w", noOCSPAnswer, err)
	}
	return err
}
