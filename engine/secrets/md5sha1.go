package secrets

import (
	"crypto/md5"
	"crypto/sha1"
	"hash"
)

// md5sha1 is the hash of transcripts and RSA signatures before TLS 1.2: the MD5 digest of a
// message, followed by its SHA-1 digest (RFC 2246 §7.4.9, RFC 4346 §7.4.3).
type md5sha1 struct {
	md5, sha1 hash.Hash
}

func newMD5SHA1() hash.Hash { return &md5sha1{md5.New(), sha1.New()} }

func (h *md5sha1) Write(p []byte) (int, error) {
	h.md5.Write(p)
	return h.sha1.Write(p)
}

func (h *md5sha1) Sum(b []byte) []byte { return h.sha1.Sum(h.md5.Sum(b)) }

func (h *md5sha1) Reset() {
	h.md5.Reset()
	h.sha1.Reset()
}

func (h *md5sha1) Size() int { return md5.Size + sha1.Size }

func (h *md5sha1) BlockSize() int { return h.sha1.BlockSize() }

// Clone returns a hash in the same state.
func (h *md5sha1) Clone() (hash.Cloner, error) {
	left, err := h.md5.(hash.Cloner).Clone()
	if err != nil {
		return nil, err
	}
	right, err := h.sha1.(hash.Cloner).Clone()
	if err != nil {
		return nil, err
	}
	return &md5sha1{left, right}, nil
}
