package netconn

import (
	"context"
	"fmt"
	"time"

	"tlslab/engine/netconn/ocsphttp"
)

// ocspTimeout bounds how long a handshake waits for an OCSP response.
const ocspTimeout = 10 * time.Second

// fetchOCSP fetches the OCSP response that the engine waits for and hands it to the engine. If the
// fetch fails, the engine gets nil and decides whether the handshake goes on (Config.SoftFail).
func (c *Conn) fetchOCSP(ctx context.Context) error {
	c.mu.Lock()
	url, request := c.tls.OCSPRequest()
	c.mu.Unlock()
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, ocspTimeout)
	defer cancel()
	response, failure := ocsphttp.Fetch(ctx, url, request)
	c.ocspWait.Store(int64(time.Since(start)))
	c.mu.Lock()
	_, err := c.tls.OCSPResponse(response)
	c.mu.Unlock()
	if err != nil && failure != nil {
		err = fmt.Errorf("%w: %w", err, failure)
	}
	if err != nil {
		_ = c.flush() // err is reported, not a failure to send its alert
	}
	return err
}

// OCSPWait returns how long the client's handshake waited for an OCSP response; 0 if it fetched
// none.
func (c *Conn) OCSPWait() time.Duration { return time.Duration(c.ocspWait.Load()) }
