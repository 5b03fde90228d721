package netconn

import (
	"fmt"
	"io"
	"sync"

	"tlslab/engine"
)

// A KeyLog writes the secrets of connections in the SSLKEYLOGFILE format (RFC 9850), which
// Wireshark reads: one line of label, client random and secret each. It may be shared by
// connections.
type KeyLog struct {
	mu sync.Mutex
	w  io.Writer
}

// NewKeyLog returns a KeyLog that writes to w, one line a call.
func NewKeyLog(w io.Writer) *KeyLog { return &KeyLog{w: w} }

// Observe writes the line of an engine.Secret notice and ignores all other notices; it is for
// engine.Config.Observe. It ignores errors of w. The nil KeyLog writes nothing.
func (k *KeyLog) Observe(n engine.Notice) {
	if k == nil || n.Kind != engine.Secret {
		return
	}
	line := fmt.Appendf(nil, "%s %x %x\n", n.Label, n.ClientRandom, n.Secret)
	k.mu.Lock()
	defer k.mu.Unlock()
	_, _ = k.w.Write(line)
}
