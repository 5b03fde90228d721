package secrets

import (
	"crypto/md5"
	"crypto/sha1"
	"errors"
	"hash"
	"strings"

	"tlslab/engine/op"
)

// SSL 3.0's formulas (RFC 6101), all made of an MD5 or SHA-1 inside another.

// SSLFinishedSize is the length of SSL 3.0's Finished, an MD5 and a SHA-1 digest
// (RFC 6101 §5.6.9).
const SSLFinishedSize = md5.Size + sha1.Size

// SSLName names SSL 3.0's derivations in operations.
const SSLName = "ssl3.0"

// The pads, as long as the longer of the two hashes' (RFC 6101 §5.2.3.1).
var (
	sslPad1 = strings.Repeat("\x36", 48)
	sslPad2 = strings.Repeat("\x5c", 48)
)

// sslPad is the length of both pads with a hash.
func sslPad(h *Hash) int {
	if h.Size == md5.Size {
		return 48
	}
	return 40
}

// NewSSL returns a Classic that derives as SSL 3.0 does.
func NewSSL(count op.Counter) *Classic {
	return &Classic{prf: &sslPRF{md5: md5.New(), sha1: sha1.New(), count: count}, count: count}
}

// sslPRF is what SSL 3.0 has for a PRF: MD5(secret, SHA-1("A", secret, seed)),
// then the same with "BB", and so on (RFC 6101 §6.1, §6.2.2).
type sslPRF struct {
	md5, sha1 hash.Hash
	count     op.Counter
	digest    [sha1.Size]byte
}

// expand fills dst; there are no labels.
func (p *sslPRF) expand(dst, secret []byte, _ string, seed1, seed2 []byte) {
	p.count.Count(op.Op{Kind: op.Derive, Alg: SSLName, Size: len(dst)})
	for i := 1; len(dst) > 0; i++ {
		p.sha1.Reset()
		for range i {
			p.sha1.Write([]byte{'A' + byte(i-1)})
		}
		p.sha1.Write(secret)
		p.sha1.Write(seed1)
		p.sha1.Write(seed2)
		inner := p.sha1.Sum(p.digest[:0])
		p.md5.Reset()
		p.md5.Write(secret)
		p.md5.Write(inner)
		dst = dst[copy(dst, p.md5.Sum(p.digest[:0])):]
	}
}

// sslSenders stand for the sides in a Finished (RFC 6101 §5.6.9).
var sslSenders = [...]string{ClientSide: "CLNT", ServerSide: "SRVR"}

// SSLFinished fills dst, SSLFinishedSize bytes long, with a side's Finished over a
// transcript by MD5SHA1, which stays as it is (RFC 6101 §5.6.9).
func (c *Classic) SSLFinished(dst []byte, side Side, transcript hash.Hash) error {
	return c.sslDigests(dst, sslSenders[side], transcript)
}

// SSLVerify fills dst likewise with the digests that a CertificateVerify signs:
// both of them with RSA, the SHA-1 with DSA and ECDSA (RFC 6101 §5.6.8).
func (c *Classic) SSLVerify(dst []byte, transcript hash.Hash) error {
	return c.sslDigests(dst, "", transcript)
}

// sslDigests is hash(master, pad 2, hash(transcript, sender, master, pad 1)) by
// MD5 and by SHA-1.
func (c *Classic) sslDigests(dst []byte, sender string, transcript hash.Hash) error {
	both, ok := transcript.(*md5sha1)
	if !ok {
		return errors.New("SSL 3.0 over a transcript of another hash than MD5 and SHA-1")
	}
	clone, err := both.Clone()
	if err != nil {
		return err
	}
	c.count.Count(op.Op{Kind: op.Derive, Alg: SSLName, Size: len(dst)})
	inner := clone.(*md5sha1)
	out := dst[:0]
	for _, half := range []struct {
		of    *Hash
		inner hash.Hash
	}{{MD5, inner.md5}, {SHA1, inner.sha1}} {
		pad := sslPad(half.of)
		half.inner.Write([]byte(sender))
		half.inner.Write(c.master[:])
		half.inner.Write([]byte(sslPad1[:pad]))
		outer := half.of.New()
		outer.Write(c.master[:])
		outer.Write([]byte(sslPad2[:pad]))
		outer.Write(half.inner.Sum(nil))
		out = outer.Sum(out)
	}
	return nil
}
