package kx

import (
	"io"

	"tlslab/engine/op"
)

// A hybrid combines a curve and a KEM: it is secure if one of them is. Its shares and secrets are
// the concatenation of those of both (draft-ietf-tls-ecdhe-mlkem §4):
//
//	                     initiator's share  responder's share   secret
//	x25519mlkem768       key | point        ciphertext | point  KEM's | curve's
//	secp256r1mlkem768    point | key        point | ciphertext  curve's | KEM's
//	secp384r1mlkem1024   point | key        point | ciphertext  curve's | KEM's
type hybrid struct {
	curve    func(rand io.Reader, count op.Counter) (private, error)
	point    int // bytes of the curve's share
	kem      *KEM
	kemFirst bool
}

var (
	x25519MLKEM768     = hybrid{generateX25519, 32, mlKEM768, true}
	secP256r1MLKEM768  = hybrid{generateP256, 65, mlKEM768, false}
	secP384r1MLKEM1024 = hybrid{generateP384, 97, mlKEM1024, false}
)

// join concatenates the two parts in the hybrid's order.
func (h *hybrid) join(curve, kem []byte) []byte {
	if h.kemFirst {
		curve, kem = kem, curve
	}
	return append(append(make([]byte, 0, len(curve)+len(kem)), curve...), kem...)
}

// split splits a share of the right length into its two parts.
func (h *hybrid) split(b []byte) (curve, kem []byte) {
	if h.kemFirst {
		at := len(b) - h.point
		return b[at:], b[:at]
	}
	return b[:h.point], b[h.point:]
}

type hybridKey struct {
	hybrid *hybrid
	curve  private
	kem    *Decapsulator
	public []byte
}

func (h *hybrid) generate(rand io.Reader, count op.Counter) (private, error) {
	curve, err := h.curve(rand, count)
	if err != nil {
		return nil, err
	}
	kem, err := h.kem.Generate(rand, count)
	if err != nil {
		return nil, err
	}
	return &hybridKey{hybrid: h, curve: curve, kem: kem, public: h.join(curve.share(), kem.Public())}, nil
}

func (k *hybridKey) share() []byte { return k.public }

func (k *hybridKey) agree(peer []byte, count op.Counter) ([]byte, error) {
	point, ciphertext := k.hybrid.split(peer)
	curve, err := k.curve.agree(point, count)
	if err != nil {
		return nil, err
	}
	kem, err := k.kem.Decapsulate(ciphertext, count)
	if err != nil {
		return nil, err
	}
	return k.hybrid.join(curve, kem), nil
}

func (h *hybrid) respond(rand io.Reader, peer []byte, count op.Counter) (share, secret []byte, err error) {
	point, key := h.split(peer)
	curve, err := h.curve(rand, count)
	if err != nil {
		return nil, nil, err
	}
	shared, err := curve.agree(point, count)
	if err != nil {
		return nil, nil, err
	}
	ciphertext, encapsulated, err := h.kem.Encapsulate(rand, key, count)
	if err != nil {
		return nil, nil, err
	}
	return h.join(curve.share(), ciphertext), h.join(shared, encapsulated), nil
}
