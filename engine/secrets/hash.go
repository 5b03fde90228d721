package secrets

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
)

// A Hash is the hash function of a cipher suite's PRF or HKDF and of its transcript, or of a
// record's MAC.
type Hash struct {
	Name     string // "sha256": the name in op.Op.Alg
	Provider string // import path of its package, for cost tables
	Size     int    // bytes of a digest
	Block    int    // bytes of a block
	New      func() hash.Hash

	empty     []byte // the digest of the empty message
	stateSize int    // bytes of a marshaled state
}

// The hashes. TLS 1.2 and 1.3 use SHA256 and SHA384 for PRF, HKDF and transcript, and the versions
// before MD5SHA1. MD5 and SHA1 are the halves of MD5SHA1, and hash records' MACs.
var (
	MD5     = newHash("md5", "crypto/md5", md5.New)
	SHA1    = newHash("sha1", "crypto/sha1", sha1.New)
	MD5SHA1 = newHash("md5-sha1", "crypto/md5 and crypto/sha1", newMD5SHA1)
	SHA256  = newHash("sha256", "crypto/sha256", sha256.New)
	SHA384  = newHash("sha384", "crypto/sha512", sha512.New384)
)

// Hashes lists the hashes of PRFs, HKDFs and transcripts.
func Hashes() []*Hash { return []*Hash{SHA256, SHA384, MD5SHA1} }

// maxSize is at least the Size of each hash.
const maxSize = sha512.Size

// newHash returns a Hash. HMAC works only with hashes whose state can be marshaled.
func newHash(name, provider string, make func() hash.Hash) *Hash {
	h := make()
	var marshaled []byte
	if s, ok := h.(stateHash); ok {
		var err error
		if marshaled, err = s.AppendBinary(nil); err != nil {
			panic("secrets: " + name + ": cannot marshal the state: " + err.Error())
		}
	}
	return &Hash{Name: name, Provider: provider, Size: h.Size(), Block: h.BlockSize(), New: make, empty: h.Sum(nil), stateSize: len(marshaled)}
}
