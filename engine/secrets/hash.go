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
	Name  string // "sha256": its name in operations
	Size  int    // bytes of a digest
	Block int    // bytes of a block
	New   func() hash.Hash

	empty []byte // the digest of nothing
	saved int    // bytes of a saved state
}

// The hashes of TLS 1.2's and TLS 1.3's suites, and SHA-1 and MD5 for the MACs
// of the older suites' records.
var (
	MD5    = newHash("md5", md5.New)
	SHA1   = newHash("sha1", sha1.New)
	SHA256 = newHash("sha256", sha256.New)
	SHA384 = newHash("sha384", sha512.New384)
)

// maxSize bounds the digests of all hashes in the table.
const maxSize = sha512.Size

func newHash(name string, make func() hash.Hash) *Hash {
	h := make()
	saved, err := h.(state).AppendBinary(nil)
	if err != nil {
		panic("secrets: " + name + " cannot save its state: " + err.Error())
	}
	return &Hash{Name: name, Size: h.Size(), Block: h.BlockSize(), New: make, empty: h.Sum(nil), saved: len(saved)}
}
