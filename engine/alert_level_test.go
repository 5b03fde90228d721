package engine

import (
	"errors"
	"fmt"
	"testing"

	"tlslab/engine/alert"
)

// The effect of an alert's level on its receiver, and what no alert may reveal.

// Up to TLS 1.2 a limited number of warnings is ignored, and a level other than warning and fatal
// is an error. TLS 1.3 ignores close_notify's and user_canceled's level, and every other alert is
// fatal.
func TestAlertLevelsOfEachVersion(t *testing.T) {
	for v := SSL30; v <= TLS13; v++ {
		for _, x := range []struct {
			level alert.Level
			alert alert.Description
			want  alert.Description // 0: the connection goes on
			fault Fault
		}{
			{alert.Warning, alert.UserCanceled, 0, 0},
			{alert.Warning, alert.UnrecognizedName, alert.UnrecognizedName, FaultRemote},
			{alert.Warning, alert.NoRenegotiation, alert.NoRenegotiation, FaultRemote},
			{alert.Fatal, alert.InternalError, alert.InternalError, FaultRemote},
			{3, alert.InternalError, alert.IllegalParameter, FaultPeer},
			{alert.Warning, 200, 200, FaultRemote},
			{alert.Fatal, 200, 200, FaultRemote},
		} {
			if v == TLS13 && x.level == 3 {
				x.want, x.fault = x.alert, FaultRemote
			}
			if v != TLS13 && x.level == alert.Warning {
				x.want, x.fault = 0, 0
			}
			p := afterHandshake(v, delivered(TypeAlert, byte(x.level), byte(x.alert)))(t)
			var e *Error
			if errors.As(p.server.err, &e); x.want == 0 && e != nil || x.want != 0 && (e == nil || e.Alert != x.want || e.Fault != x.fault) {
				t.Errorf("%v, level %d of %v: error %v, want alert %v", v, x.level, x.alert, p.server.err, x.want)
			}
			if p.server.err == nil {
				p.exchange(t)
			}
		}
		// Too many warnings end the connection.
		p := afterHandshake(v, func(t *testing.T, p *pair) {
			for range maxIdle + 1 {
				delivered(TypeAlert, byte(alert.Warning), byte(alert.UserCanceled))(t, p)
			}
		})(t)
		wantAlert(t, fmt.Sprintf("%v, many warnings", v), p.server.err, alert.UnexpectedMessage)
	}
}

// Otherwise an attacker could test the padding (RFC 5246 §6.2.3.2).
func TestWrongPaddingAndWrongMACCauseTheSameAlert(t *testing.T) {
	for _, v := range []Version{SSL30, TLS10, TLS11, TLS12} {
		// A byte of the first block, of the last block, and two of the block before the last, which
		// decryption XORs with the padding.
		for _, at := range []int{0, -1, -17, -20} {
			cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
			both(onlyVersion(v), onlySuite(0x002f))(cc)
			onlyVersion(v)(sc)
			p := newPair(cc, sc)
			if err := p.run(); err != nil {
				t.Fatal(err)
			}
			out, err := p.client.Seal(nil, make([]byte, 40))
			if err != nil {
				t.Fatal(err)
			}
			out[5+(at+len(out)-5)%(len(out)-5)] ^= 0x55
			wantAlert(t, fmt.Sprintf("%v, byte %d", v, at), p.feed(p.server, out), alert.BadRecordMAC)
		}
	}
}
