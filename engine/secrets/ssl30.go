package secrets

import (
	"crypto/md5"
	"crypto/sha1"
	"errors"
	"hash"
	"strings"

	"tlslab/engine/op"
)

// SSL30FinishedSize is the length in bytes of SSL 3.0's Finished: an MD5 and a SHA-1 digest (RFC
// 6101 §5.6.9).
const SSL30FinishedSize = md5.Size + sha1.Size

// SSL30Name is the algorithm of SSL 3.0's derivations in op.Op.
const SSL30Name = "ssl3.0"

// The pads in the length for MD5; SHA-1 uses the first 40 bytes (RFC 6101 §5.2.3.1).
var (
	ssl30Pad1 = strings.Repeat("\x36", 48)
	ssl30Pad2 = strings.Repeat("\x5c", 48)
)

// ssl30PadSize is the length in bytes of a pad for MD5 or SHA1.
func ssl30PadSize(h *Hash) int {
	if h.Size == md5.Size {
		return 48
	}
	return 40
}

// NewLegacySSL30 returns a Legacy for SSL 3.0 (RFC 6101 §6.1, §6.2.2).
func NewLegacySSL30(count op.Counter) *Legacy {
	return &Legacy{prf: &prfSSL30{md5: md5.New(), sha1: sha1.New(), count: count}, count: count}
}

// A prfSSL30 is SSL 3.0's counterpart of a PRF: MD5(secret + SHA-1("A" + secret + seed)), followed
// by the same with "BB", "CCC" and so on (RFC 6101 §6.1, §6.2.2). It ignores labels.
type prfSSL30 struct {
	md5, sha1 hash.Hash
	count     op.Counter
	digest    [sha1.Size]byte
}

func (p *prfSSL30) expand(dst, secret []byte, _ string, seed1, seed2 []byte) {
	p.count.Count(op.Op{Kind: op.Derive, Alg: SSL30Name, Size: len(dst)})
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

// ssl30Senders are the Sender constants of a Finished (RFC 6101 §5.6.9).
var ssl30Senders = [...]string{ClientSide: "CLNT", ServerSide: "SRVR"}

// SSL30Finished fills dst, of SSL30FinishedSize bytes, with a side's Finished (RFC 6101 §5.6.9).
// transcript is an MD5SHA1 hash and is not changed; any other hash is an error.
func (c *Legacy) SSL30Finished(dst []byte, side Side, transcript hash.Hash) error {
	return c.ssl30Digests(dst, ssl30Senders[side], transcript)
}

// SSL30CertificateVerify fills dst, of SSL30FinishedSize bytes, with the digests that a
// CertificateVerify signs: RSA both, DSA and ECDSA the SHA-1 digest alone (RFC 6101 §5.6.8).
// transcript is as for SSL30Finished.
func (c *Legacy) SSL30CertificateVerify(dst []byte, transcript hash.Hash) error {
	return c.ssl30Digests(dst, "", transcript)
}

// ssl30Digests fills dst with hash(master + pad2 + hash(transcript + sender + master + pad1)), by
// MD5 and by SHA-1.
func (c *Legacy) ssl30Digests(dst []byte, sender string, transcript hash.Hash) error {
	both, ok := transcript.(*md5sha1)
	if !ok {
		return errors.New("SSL 3.0: the transcript's hash is not MD5 and SHA-1")
	}
	clone, err := both.Clone()
	if err != nil {
		return err
	}
	c.count.Count(op.Op{Kind: op.Derive, Alg: SSL30Name, Size: len(dst)})
	inner := clone.(*md5sha1)
	out := dst[:0]
	for _, half := range []struct {
		of    *Hash
		inner hash.Hash
	}{{MD5, inner.md5}, {SHA1, inner.sha1}} {
		pad := ssl30PadSize(half.of)
		half.inner.Write([]byte(sender))
		half.inner.Write(c.master[:])
		half.inner.Write([]byte(ssl30Pad1[:pad]))
		outer := half.of.New()
		outer.Write(c.master[:])
		outer.Write([]byte(ssl30Pad2[:pad]))
		outer.Write(half.inner.Sum(nil))
		out = outer.Sum(out)
	}
	return nil
}
