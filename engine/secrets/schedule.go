package secrets

import (
	"fmt"

	"tlslab/engine/op"
)

// A Label names a secret that is derived from the schedule's current one.
type Label string

// The labels of RFC 9846 §7.1, by the secret they derive from.
const (
	// Early secret, after Early.
	ExternalBinder     Label = "ext binder"
	ResumptionBinder   Label = "res binder"
	ClientEarlyTraffic Label = "c e traffic"
	EarlyExporter      Label = "e exp master"
	// Handshake secret, after Handshake.
	ClientHandshakeTraffic Label = "c hs traffic"
	ServerHandshakeTraffic Label = "s hs traffic"
	// Master secret, after Master.
	ClientTraffic Label = "c ap traffic"
	ServerTraffic Label = "s ap traffic"
	Exporter      Label = "exp master"
	Resumption    Label = "res master"

	derived Label = "derived"
)

// A Schedule is TLS 1.3's key schedule (RFC 9846 §7.1). It walks down
//
//	PSK or 0 ─► Early ─► (EC)DHE or 0 ─► Handshake ─► 0 ─► Master
//
// and at each stage Derive yields the secrets that hang from it. The other
// methods work on secrets so derived and are independent of the stage. All
// secrets are Hash().Size bytes long.
type Schedule struct {
	hkdf   *hkdf
	secret []byte // of the current stage
	next   []byte // scratch: the salt of the next stage, and keys used once
}

// NewSchedule returns a schedule before its first stage.
func NewSchedule(h *Hash, count op.Counter) *Schedule {
	store := make([]byte, 2*h.Size)
	return &Schedule{hkdf: newHKDF(h, count), secret: store[:h.Size:h.Size], next: store[h.Size:]}
}

// Hash returns the hash the schedule is made of.
func (s *Schedule) Hash() *Hash { return s.hkdf.hash }

var zeros [maxSize]byte

// Early enters the first stage. A nil psk stands for none.
func (s *Schedule) Early(psk []byte) {
	if psk == nil {
		psk = zeros[:len(s.secret)]
	}
	s.hkdf.extract(s.secret, zeros[:len(s.secret)], psk)
}

// Handshake enters the second stage with the shared secret of the key exchange;
// nil stands for none, as in psk_ke.
func (s *Schedule) Handshake(shared []byte) {
	if shared == nil {
		shared = zeros[:len(s.secret)]
	}
	s.enter(shared)
}

// Master enters the last stage.
func (s *Schedule) Master() { s.enter(zeros[:len(s.secret)]) }

func (s *Schedule) enter(input []byte) {
	s.Derive(s.next, derived, nil)
	s.hkdf.extract(s.secret, s.next, input)
}

// Derive fills dst with Derive-Secret(current secret, label, messages) for the
// messages' hash. A nil transcript stands for no messages.
func (s *Schedule) Derive(dst []byte, label Label, transcript []byte) {
	if transcript == nil {
		transcript = s.hkdf.hash.empty
	}
	s.hkdf.expandLabel(dst, s.secret, string(label), transcript)
}

// TrafficKeys fills key and iv with the record keys of a traffic secret
// (RFC 9846 §7.3).
func (s *Schedule) TrafficKeys(key, iv, trafficSecret []byte) {
	s.hkdf.expandLabel(key, trafficSecret, "key", nil)
	s.hkdf.expandLabel(iv, trafficSecret, "iv", nil)
}

// NextTraffic replaces a traffic secret by its successor after a KeyUpdate
// (RFC 9846 §7.2).
func (s *Schedule) NextTraffic(trafficSecret []byte) {
	s.hkdf.expandLabel(trafficSecret, trafficSecret, "traffic upd", nil)
}

// Finished fills dst with a Finished's verify_data, or a PSK binder's: the MAC of
// a transcript's hash under a base key, which is a handshake traffic secret or a
// binder key (RFC 9846 §4.5.3, §4.3.11.2).
func (s *Schedule) Finished(dst, baseKey, transcript []byte) {
	s.hkdf.expandLabel(s.next, baseKey, "finished", nil)
	s.hkdf.sum(dst, s.next, transcript)
}

// PSK fills dst with the pre-shared key a ticket stands for, from the resumption
// secret and the ticket's nonce (RFC 9846 §4.7.1).
func (s *Schedule) PSK(dst, resumption, nonce []byte) {
	s.hkdf.expandLabel(dst, resumption, "resumption", nonce)
}

// Export fills dst with keying material for an application, from an Exporter or
// EarlyExporter secret (RFC 9846 §7.5). It fails if the label is longer than an
// HkdfLabel holds.
func (s *Schedule) Export(dst, exporter []byte, label string, context []byte) error {
	if len(label) > maxLabel || len(dst) > 255*len(s.secret) {
		return fmt.Errorf("export %d bytes under a label of %d: at most %d and %d", len(dst), len(label), 255*len(s.secret), maxLabel)
	}
	h := s.hkdf.hash
	s.hkdf.expandLabel(s.next, exporter, label, h.empty)
	digest := h.New()
	digest.Write(context)
	s.hkdf.expandLabel(dst, s.next, "exporter", digest.Sum(nil))
	return nil
}
