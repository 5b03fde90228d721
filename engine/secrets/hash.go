package secrets

import (
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
}

// The hashes of TLS 1.2's and TLS 1.3's suites, and SHA-1 for the MACs of the
// older suites' records.
var (
	SHA1   = newHash("sha1", sha1.New)
	SHA256 = newHash("sha256", sha256.New)
	SHA384 = newHash("sha384", sha512.New384)
)

// maxSize and maxBlock bound the digests and blocks of all hashes in the table.
const (
	maxSize  = sha512.Size
	maxBlock = sha512.BlockSize
)

func newHash(name string, make func() hash.Hash) *Hash {
	h := make()
	return &Hash{Name: name, Size: h.Size(), Block: h.BlockSize(), New: make, empty: h.Sum(nil)}
}
