package kx

import (
	cryptorand "crypto/rand"
	"crypto/rsa"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"math/big"

	"tlslab/engine/op"
)

// PremasterSize is the length of the premaster secret of RSA key exchange in bytes: 2 bytes of
// version and 46 random bytes (RFC 5246 §7.4.7.1).
const PremasterSize = 48

// EncryptPremaster is the client's side: it chooses a premaster secret with the highest version
// that the client offered and encrypts it to the server's key (RFC 5246 §7.4.7.1). The ciphertext
// is as long as the modulus.
func EncryptPremaster(rand io.Reader, key *rsa.PublicKey, offered uint16, count op.Counter) (premaster, ciphertext []byte, err error) {
	premaster = make([]byte, PremasterSize)
	if _, err := io.ReadFull(rand, premaster[2:]); err != nil {
		return nil, nil, fmt.Errorf("read random premaster secret: %w", err)
	}
	premaster[0], premaster[1] = byte(offered>>8), byte(offered)
	ciphertext, err = encryptPKCS1(rand, key, premaster)
	if err != nil {
		return nil, nil, fmt.Errorf("encrypt premaster secret: %w", err)
	}
	count.Count(op.Op{Kind: op.Encrypt, Alg: op.RSA(key.N.BitLen())})
	return premaster, ciphertext, nil
}

// encryptPKCS1 is RSAES-PKCS1-v1_5 (RFC 8017 §7.2.1): it encrypts 00 02, non-zero random padding,
// 00 and the message.
func encryptPKCS1(rand io.Reader, key *rsa.PublicKey, message []byte) ([]byte, error) {
	if rand == cryptorand.Reader {
		//lint:ignore SA1019 TLS 1.2's RSA key exchange is PKCS #1 v1.5 encryption.
		return rsa.EncryptPKCS1v15(rand, key, message)
	}
	size := key.Size()
	if size < len(message)+11 {
		return nil, errors.New("the modulus is too short for the message")
	}
	if key.E < 3 || key.N.Bit(0) == 0 {
		return nil, errors.New("the public key is not an RSA key")
	}
	block := make([]byte, size)
	block[1] = 2
	padding := block[2 : size-len(message)-1]
	if err := fillNonZero(rand, padding); err != nil {
		return nil, err
	}
	copy(block[size-len(message):], message)
	m := new(big.Int).SetBytes(block)
	m.Exp(m, big.NewInt(int64(key.E)), key.N)
	return m.FillBytes(block), nil
}

// fillNonZero fills dst with random bytes. It replaces zeros one at a time.
func fillNonZero(rand io.Reader, dst []byte) error {
	if _, err := io.ReadFull(rand, dst); err != nil {
		return err
	}
	const tries = 64 // for one byte: a good source needs more with probability 2^-512
	for i := range dst {
		for t := 0; dst[i] == 0; t++ {
			if t == tries {
				return errors.New("random source: only zeros")
			}
			if _, err := io.ReadFull(rand, dst[i:i+1]); err != nil {
				return err
			}
		}
	}
	return nil
}

// DecryptPremaster is the server's side. For any ciphertext it returns a premaster secret: if
// padding, length or version is wrong, a random one, selected in constant time. The handshake then
// fails at the Finished, and the client does not learn what was wrong (RFC 5246 §7.4.7.1, against
// Bleichenbacher's attack). It returns an error only if rand does.
func DecryptPremaster(rand io.Reader, key *rsa.PrivateKey, offered uint16, ciphertext []byte, count op.Counter) ([]byte, error) {
	random := make([]byte, PremasterSize)
	if _, err := io.ReadFull(rand, random); err != nil {
		return nil, fmt.Errorf("read random premaster secret: %w", err)
	}
	premaster := make([]byte, PremasterSize)
	copy(premaster, random)
	count.Count(op.Op{Kind: op.Decrypt, Alg: op.RSA(key.N.BitLen())})
	// The call leaves premaster unchanged if the padding is wrong, in constant time. It returns an
	// error for a ciphertext that is too long or not below the modulus, which reveals nothing
	// secret.
	//
	//lint:ignore SA1019 TLS 1.2's RSA key exchange is PKCS #1 v1.5 encryption.
	if err := rsa.DecryptPKCS1v15SessionKey(nil, key, ciphertext, premaster); err != nil {
		return random, nil
	}
	same := subtle.ConstantTimeByteEq(premaster[0], byte(offered>>8)) & subtle.ConstantTimeByteEq(premaster[1], byte(offered))
	subtle.ConstantTimeCopy(1-same, premaster, random)
	return premaster, nil
}
