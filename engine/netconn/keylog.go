package netconn

import (
	"fmt"
	"io"
	"sync"

	"tlslab/engine"
)

// A KeyLog writes the secrets of any number of connections in the format of
// NSS, which Wireshark reads: label, the client's random and the secret
// (RFC 9850).
type KeyLog struct {
	mu sync.Mutex
	w  io.Writer
}

// NewKeyLog writes to w, a line a call.
func NewKeyLog(w io.Writer) *KeyLog { return &KeyLog{w: w} }

// Observe writes the line of a secret. A log that cannot be written does not
// disturb the connection. A nil KeyLog writes nothing.
func (k *KeyLog) Observe(n engine.Notice) {
	if k == nil || n.Kind != engine.Secret {
		return
	}
	line := fmt.Appendf(nil, "%s %x %x\n", n.Label, n.ClientRandom, n.Secret)
	k.mu.Lock()
	defer k.mu.Unlock()
	_, _ = k.w.Write(line)
}
