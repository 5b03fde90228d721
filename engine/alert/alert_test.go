package alert

import (
	"slices"
	"testing"

	"tlslab/engine/protocol"
)

// ssl30Alerts are the descriptions that SSL 3.0 has (RFC 6101 §5.4.2).
var ssl30Alerts = []Description{0, 10, 20, 30, 40, 41, 42, 43, 44, 45, 46, 47}

// Each version sends only descriptions that it has.
func TestEveryVersionHasTheAlertsItSends(t *testing.T) {
	for d := range All() {
		r := table[d]
		if r.since > r.until || r.since < protocol.SSL30 || r.until > protocol.TLS13 || r.name == "" {
			t.Errorf("%d: %+v", d, r)
		}
		for v := protocol.SSL30; v <= protocol.TLS13; v++ {
			sent := d.In(v)
			if by := table[sent]; by.since > v {
				t.Errorf("%v is sent as %v in %v, but %v came with %v", d, sent, v, sent, by.since)
			}
			if r.since <= v && sent != d {
				t.Errorf("%v is sent as %v in %v, which has it", d, sent, v)
			}
		}
		if sent := d.In(protocol.SSL30); !slices.Contains(ssl30Alerts, sent) && sent != InappropriateFallback {
			t.Errorf("%v is sent as %v in SSL 3.0, which does not have it", d, sent)
		}
	}
}

func TestAlertsAreNamedAsInTheirRFCs(t *testing.T) {
	for _, x := range []struct {
		got  interface{ String() string }
		want string
	}{
		{CloseNotify, "close_notify"}, {BadCertificateStatus, "bad_certificate_status_response"}, {Description(200), "alert 200"},
		{Warning, "warning"}, {Fatal, "fatal"}, {Level(0), "level 0"}, {Level(3), "level 3"},
	} {
		if x.got.String() != x.want {
			t.Errorf("%v, want %s", x.got, x.want)
		}
	}
}
