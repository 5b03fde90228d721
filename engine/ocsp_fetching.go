package engine

import (
	"errors"
	"fmt"

	"tlslab/engine/pki"
)

// A client with RevocationFetched waits for the OCSP response after the server's Certificate
// message:
//
//	Recv ──► EventOCSPRequest     the caller sends OCSPRequest to the responder
//	Recv ──► 0, nothing           until the caller has the response
//	OCSPResponse(response)        goes on with the messages of the same record
//	Recv ──► …

// awaitOCSP starts to wait if the leaf's revocation is checked and the leaf names a responder.
func (c *Conn) awaitOCSP() error {
	if c.hs.ocsp == nil || c.cfg.Revocation != RevocationFetched || c.hs.ocsp.issuer == nil {
		return nil
	}
	if c.info.PeerChain[0].OCSPURL() != "" {
		c.hs.ocsp.waiting = true
		return nil
	}
	if c.cfg.SoftFail {
		return nil
	}
	return fmt.Errorf("%w: the certificate names no responder", noOCSPAnswer)
}

func (c *Conn) awaitsOCSP() bool { return c.hs != nil && c.hs.ocsp != nil && c.hs.ocsp.waiting }

// OCSPRequest returns what a client has to fetch after EventOCSPRequest: the URL of the OCSP
// responder that the server's certificate names, and the request in DER (RFC 5019 §2.1). It returns
// "" and nil if the client does not wait for a response.
func (c *Conn) OCSPRequest() (url string, request []byte) {
	if !c.awaitsOCSP() {
		return "", nil
	}
	leaf := c.info.PeerChain[0]
	return leaf.OCSPURL(), pki.OCSPRequest(leaf, c.hs.ocsp.issuer)
}

// OCSPResponse gives a waiting client the responder's answer, in DER, and continues the handshake.
// Nil means that there is no answer. Event and error are those of Recv; the Event may be
// EventHandshakeDone. OCSPResponse fails if the client does not wait.
func (c *Conn) OCSPResponse(response []byte) (Event, error) {
	switch {
	case c.err != nil:
		return Event{}, c.err
	case !c.awaitsOCSP():
		return Event{}, explain(unexpectedOCSPResponse)
	}
	c.hs.ocsp.waiting = false
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

// readOCSPAnswer verifies the responder's answer. Nil, and an OCSPResponseStatus other than
// successful (RFC 6960 §4.2.1), end the handshake unless SoftFail is set.
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
