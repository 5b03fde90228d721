package secrets

import (
	"fmt"

	"tlslab/engine/op"
)

// A Label is the label of a secret that Derive-Secret derives.
type Label string

// The labels of RFC 9846 §7.1, by the stage whose secret they derive from.
const (
	// Early Secret, after Early.
	ExternalBinder     Label = "ext binder"
	ResumptionBinder   Label = "res binder"
	ClientEarlyTraffic Label = "c e traffic"
	EarlyExporter      Label = "e exp master"
	// Handshake Secret, after Handshake.
	ClientHandshakeTraffic Label = "c hs traffic"
	ServerHandshakeTraffic Label = "s hs traffic"
	// Main Secret, after Main.
	ClientTraffic Label = "c ap traffic"
	ServerTraffic Label = "s ap traffic"
	Exporter      Label = "exp master"
	Resumption    Label = "res master"

	derived Label = "derived"
)

// A Schedule is TLS 1.3's key schedule (RFC 9846 §7.1). Three methods enter its stages in order:
//
//	PSK or 0 ─► Early ─► (EC)DHE or 0 ─► Handshake ─► 0 ─► Main
//
// Derive derives secrets from the secret of the current stage. The other methods take a derived
// secret and do not depend on the stage. Each secret has Hash().Size bytes.
type Schedule struct {
	hkdf   *hkdf
	secret []byte // of the current stage
	next   []byte // buffer for the salt of the next stage and for keys that are used once
}

// NewSchedule returns a schedule before its first stage. h is SHA256 or SHA384.
func NewSchedule(h *Hash, count op.Counter) *Schedule {
	store := make([]byte, 2*h.Size)
	return &Schedule{hkdf: newHKDF(h, count), secret: store[:h.Size:h.Size], next: store[h.Size:]}
}

// Hash returns the schedule's hash.
func (s *Schedule) Hash() *Hash { return s.hkdf.hash }

var zeros [maxSize]byte

// Early enters the first stage with a PSK; nil: without.
func (s *Schedule) Early(psk []byte) {
	if psk == nil {
		psk = zeros[:len(s.secret)]
	}
	s.hkdf.extract(s.secret, zeros[:len(s.secret)], psk)
}

// Handshake enters the second stage with the shared secret of the key exchange; nil: without, as
// with psk_ke (RFC 9846 §4.3.9).
func (s *Schedule) Handshake(shared []byte) {
	if shared == nil {
		shared = zeros[:len(s.secret)]
	}
	s.enter(shared)
}

// Main enters the last stage.
func (s *Schedule) Main() { s.enter(zeros[:len(s.secret)]) }

func (s *Schedule) enter(input []byte) {
	s.Derive(s.next, derived, nil)
	s.hkdf.extract(s.secret, s.next, input)
}

// Derive fills dst with Derive-Secret(current secret, label, messages), where transcript is
// Transcript-Hash(messages); nil: no messages.
func (s *Schedule) Derive(dst []byte, label Label, transcript []byte) {
	if transcript == nil {
		transcript = s.hkdf.hash.empty
	}
	s.hkdf.expandLabel(dst, s.secret, string(label), transcript)
}

// TrafficKeys fills key and iv with those of a traffic secret (RFC 9846 §7.3).
func (s *Schedule) TrafficKeys(key, iv, trafficSecret []byte) {
	s.hkdf.expandLabel(key, trafficSecret, "key", nil)
	s.hkdf.expandLabel(iv, trafficSecret, "iv", nil)
}

// NextTraffic replaces a traffic secret by the next one, for a KeyUpdate (RFC 9846 §7.2).
func (s *Schedule) NextTraffic(trafficSecret []byte) {
	s.hkdf.expandLabel(trafficSecret, trafficSecret, "traffic upd", nil)
}

// Finished fills dst with the verify_data of a Finished, whose baseKey is a handshake traffic
// secret (RFC 9846 §4.5.3), or with a PSK binder, whose baseKey is a binder key (RFC 9846
// §4.3.11.2).
func (s *Schedule) Finished(dst, baseKey, transcript []byte) {
	s.hkdf.expandLabel(s.next, baseKey, "finished", nil)
	s.hkdf.sum(dst, s.next, transcript)
}

// PSK fills dst with the PSK of a ticket, from the resumption secret and ticket_nonce (RFC 9846
// §4.7.1).
func (s *Schedule) PSK(dst, resumption, nonce []byte) {
	s.hkdf.expandLabel(dst, resumption, "resumption", nonce)
}

// Export fills dst with exported keying material from an Exporter or EarlyExporter secret (RFC 9846
// §7.5). It returns an error if label has more than 249 bytes or dst more than 255 × Hash().Size.
func (s *Schedule) Export(dst, exporter []byte, label string, context []byte) error {
	if len(label) > maxLabel || len(dst) > 255*len(s.secret) {
		return fmt.Errorf("export %d bytes with a label of %d bytes: want at most %d and %d", len(dst), len(label), 255*len(s.secret), maxLabel)
	}
	h := s.hkdf.hash
	s.hkdf.expandLabel(s.next, exporter, label, h.empty)
	digest := h.New()
	digest.Write(context)
	s.hkdf.expandLabel(dst, s.next, "exporter", digest.Sum(nil))
	return nil
}
