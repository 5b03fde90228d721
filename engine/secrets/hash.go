package secrets

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
)

// A Hash is one row of the table of hash functions a cipher suite can name for
// its PRF or HKDF, which is also its transcript's hash.
type Hash struct {
	Name     string // "sha256": its name in operations
	Provider string // where it comes from, for cost tables
	Size     int    // bytes of a digest
	Block    int    // bytes of a block
	New      func() hash.Hash

	empty []byte // the digest of nothing
	saved int    // bytes of a saved state
}

// The hashes of TLS 1.2's and TLS 1.3's suites; the one of all suites before; and
// its halves, which the MACs of the older suites' records are made of, too.
var (
	MD5     = newHash("md5", "crypto/md5", md5.New)
	SHA1    = newHash("sha1", "crypto/sha1", sha1.New)
	MD5SHA1 = newHash("md5-sha1", "crypto/md5 and crypto/sha1", newMD5SHA1)
	SHA256  = newHash("sha256", "crypto/sha256", sha256.New)
	SHA384  = newHash("sha384", "crypto/sha512", sha512.New384)
)

// Hashes lists the hashes of which PRFs and transcripts are made.
func Hashes() []*Hash { return []*Hash{SHA256, SHA384, MD5SHA1} }

// maxSize bounds the digests of all hashes in the table.
const maxSize = sha512.Size

// newHash makes a row. Only hashes that save their state can be an HMAC's.
func newHash(name, provider string, make func() hash.Hash) *Hash {
	h := make()
	var saved []byte
	if s, ok := h.(state); ok {
		var err error
		if saved, err = s.AppendBinary(nil); err != nil {
			panic("secrets: " + name + " cannot save its state: " + err.Error())
		}
	}
	return &Hash{Name: name, Provider: provider, Size: h.Size(), Block: h.BlockSize(), New: make, empty: h.Sum(nil), saved: len(saved)}
}
