package engine

import (
	"errors"
	"fmt"
	"testing"

	"tlslab/engine/alert"
	"tlslab/engine/pki"
)

// Admit is called in resumed handshakes too.
func TestAdmitDecidesInEveryHandshake(t *testing.T) {
	for _, v := range []Version{TLS12, TLS13} {
		cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
		both(maxVersion(v), showing)(cc)
		requiring(sc)
		asked, banned := 0, false
		sc.Admit = func(chain []*pki.Certificate) error {
			if asked++; banned {
				return errors.New("banned")
			}
			return nil
		}
		p, _ := connect(t, cc, sc)
		cc.Session = p.client.Session()
		if _, kind := connect(t, cc, sc); kind != Resumed || asked != 2 {
			t.Errorf("TLS %v: %v, asked %d times", v, kind, asked)
		}
		banned = true
		wantAlert(t, fmt.Sprintf("TLS %v, banned", v), newPair(cc, sc).run(), alert.AccessDenied)
	}
}
