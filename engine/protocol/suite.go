package protocol

import (
	"fmt"
	"slices"
	"strconv"
)

// A SuiteID is a cipher suite as it is written on the wire (CipherSuite).
type SuiteID uint16

// A Suite is one row of the table of cipher suites.
type Suite struct {
	ID          SuiteID
	Name        string      // IANA's: "TLS_AES_128_GCM_SHA256"
	Cipher      string      // record protection, as package record names it: "aes-128-gcm"
	KeyExchange KeyExchange // how both sides agree on a secret
	KeyType     string      // key of the server's certificate: "rsa", "ecdsa"; "" (TLS 1.3) is any
	Hash        string      // of PRF or HKDF and transcript, from TLS 1.2 on: "sha256", "sha384"
	Min, Max    Version     // first and last version that has the suite
}

// A KeyExchange is how a cipher suite agrees on a secret.
type KeyExchange uint8

// The key exchanges.
const (
	KeyExchangeRSA   KeyExchange = iota + 1 // encrypted premaster secret (RFC 5246 §7.4.7.1)
	KeyExchangeECDHE                        // shares on an elliptic curve (RFC 8422 §2)
	KeyExchangeDHE                          // shares in a finite field (RFC 5246 §7.4.3, RFC 7919)
	KeyExchangeAny                          // TLS 1.3: extensions decide, not the suite
)

var keyExchangeNames = [...]string{"none", "rsa", "ecdhe", "dhe", "any"}

// String returns the key exchange's name: "rsa", "ecdhe", "dhe" or "any"; "none" for 0.
func (k KeyExchange) String() string {
	if int(k) < len(keyExchangeNames) {
		return keyExchangeNames[k]
	}
	return strconv.Itoa(int(k))
}

// suites is the table of cipher suites, in the default order of preference (RFC 9846 §B.4, RFC
// 5289, RFC 7905, RFC 8422, RFC 6655, RFC 7251, RFC 5246 §A.5, RFC 3268). Suites with an AEAD or a
// SHA-2 MAC need TLS 1.2. DES ends with TLS 1.1 (RFC 5469). RFC 3268 adds AES to TLS; SSL 3.0
// implementations spoke it too. Suites that Config.Suites must name (those with an opt-in cipher)
// come last.
var suites = []Suite{
	{0x1301, "TLS_AES_128_GCM_SHA256", "aes-128-gcm", KeyExchangeAny, "", "sha256", TLS13, TLS13},
	{0x1302, "TLS_AES_256_GCM_SHA384", "aes-256-gcm", KeyExchangeAny, "", "sha384", TLS13, TLS13},
	{0x1303, "TLS_CHACHA20_POLY1305_SHA256", "chacha20-poly1305", KeyExchangeAny, "", "sha256", TLS13, TLS13},

	{0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "aes-128-gcm", KeyExchangeECDHE, "ecdsa", "sha256", TLS12, TLS12},
	{0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "aes-128-gcm", KeyExchangeECDHE, "rsa", "sha256", TLS12, TLS12},
	{0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "aes-256-gcm", KeyExchangeECDHE, "ecdsa", "sha384", TLS12, TLS12},
	{0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "aes-256-gcm", KeyExchangeECDHE, "rsa", "sha384", TLS12, TLS12},
	{0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "chacha20-poly1305", KeyExchangeECDHE, "ecdsa", "sha256", TLS12, TLS12},
	{0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "chacha20-poly1305", KeyExchangeECDHE, "rsa", "sha256", TLS12, TLS12},
	{0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "aes-128-cbc-sha", KeyExchangeECDHE, "ecdsa", "sha256", TLS10, TLS12},
	{0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "aes-128-cbc-sha", KeyExchangeECDHE, "rsa", "sha256", TLS10, TLS12},
	{0xc00a, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "aes-256-cbc-sha", KeyExchangeECDHE, "ecdsa", "sha256", TLS10, TLS12},
	{0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "aes-256-cbc-sha", KeyExchangeECDHE, "rsa", "sha256", TLS10, TLS12},
	{0x009e, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "aes-128-gcm", KeyExchangeDHE, "rsa", "sha256", TLS12, TLS12},
	{0x009f, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", "aes-256-gcm", KeyExchangeDHE, "rsa", "sha384", TLS12, TLS12},
	{0xccaa, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "chacha20-poly1305", KeyExchangeDHE, "rsa", "sha256", TLS12, TLS12},
	{0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "aes-128-cbc-sha", KeyExchangeDHE, "rsa", "sha256", SSL30, TLS12},
	{0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA", "aes-256-cbc-sha", KeyExchangeDHE, "rsa", "sha256", SSL30, TLS12},
	{0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256", "aes-128-gcm", KeyExchangeRSA, "rsa", "sha256", TLS12, TLS12},
	{0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384", "aes-256-gcm", KeyExchangeRSA, "rsa", "sha384", TLS12, TLS12},
	{0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA", "aes-128-cbc-sha", KeyExchangeRSA, "rsa", "sha256", SSL30, TLS12},
	{0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA", "aes-256-cbc-sha", KeyExchangeRSA, "rsa", "sha256", SSL30, TLS12},

	{0x1304, "TLS_AES_128_CCM_SHA256", "aes-128-ccm", KeyExchangeAny, "", "sha256", TLS13, TLS13},
	{0x1305, "TLS_AES_128_CCM_8_SHA256", "aes-128-ccm8", KeyExchangeAny, "", "sha256", TLS13, TLS13},
	{0xc0ac, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM", "aes-128-ccm", KeyExchangeECDHE, "ecdsa", "sha256", TLS12, TLS12},
	{0xc0ad, "TLS_ECDHE_ECDSA_WITH_AES_256_CCM", "aes-256-ccm", KeyExchangeECDHE, "ecdsa", "sha256", TLS12, TLS12},
	{0xc0ae, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", "aes-128-ccm8", KeyExchangeECDHE, "ecdsa", "sha256", TLS12, TLS12},
	{0xc0af, "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8", "aes-256-ccm8", KeyExchangeECDHE, "ecdsa", "sha256", TLS12, TLS12},
	{0xc09e, "TLS_DHE_RSA_WITH_AES_128_CCM", "aes-128-ccm", KeyExchangeDHE, "rsa", "sha256", TLS12, TLS12},
	{0xc09f, "TLS_DHE_RSA_WITH_AES_256_CCM", "aes-256-ccm", KeyExchangeDHE, "rsa", "sha256", TLS12, TLS12},
	{0xc0a2, "TLS_DHE_RSA_WITH_AES_128_CCM_8", "aes-128-ccm8", KeyExchangeDHE, "rsa", "sha256", TLS12, TLS12},
	{0xc0a3, "TLS_DHE_RSA_WITH_AES_256_CCM_8", "aes-256-ccm8", KeyExchangeDHE, "rsa", "sha256", TLS12, TLS12},
	{0xc09c, "TLS_RSA_WITH_AES_128_CCM", "aes-128-ccm", KeyExchangeRSA, "rsa", "sha256", TLS12, TLS12},
	{0xc09d, "TLS_RSA_WITH_AES_256_CCM", "aes-256-ccm", KeyExchangeRSA, "rsa", "sha256", TLS12, TLS12},
	{0xc0a0, "TLS_RSA_WITH_AES_128_CCM_8", "aes-128-ccm8", KeyExchangeRSA, "rsa", "sha256", TLS12, TLS12},
	{0xc0a1, "TLS_RSA_WITH_AES_256_CCM_8", "aes-256-ccm8", KeyExchangeRSA, "rsa", "sha256", TLS12, TLS12},

	{0xc023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", "aes-128-cbc-sha256", KeyExchangeECDHE, "ecdsa", "sha256", TLS12, TLS12},
	{0xc027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", "aes-128-cbc-sha256", KeyExchangeECDHE, "rsa", "sha256", TLS12, TLS12},
	{0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", "aes-256-cbc-sha384", KeyExchangeECDHE, "ecdsa", "sha384", TLS12, TLS12},
	{0xc028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", "aes-256-cbc-sha384", KeyExchangeECDHE, "rsa", "sha384", TLS12, TLS12},
	{0x0067, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256", "aes-128-cbc-sha256", KeyExchangeDHE, "rsa", "sha256", TLS12, TLS12},
	{0x006b, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256", "aes-256-cbc-sha256", KeyExchangeDHE, "rsa", "sha256", TLS12, TLS12},
	{0x003c, "TLS_RSA_WITH_AES_128_CBC_SHA256", "aes-128-cbc-sha256", KeyExchangeRSA, "rsa", "sha256", TLS12, TLS12},
	{0x003d, "TLS_RSA_WITH_AES_256_CBC_SHA256", "aes-256-cbc-sha256", KeyExchangeRSA, "rsa", "sha256", TLS12, TLS12},

	{0xc008, "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA", "3des-ede-cbc-sha", KeyExchangeECDHE, "ecdsa", "sha256", TLS10, TLS12},
	{0xc012, "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA", "3des-ede-cbc-sha", KeyExchangeECDHE, "rsa", "sha256", TLS10, TLS12},
	{0x0016, "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA", "3des-ede-cbc-sha", KeyExchangeDHE, "rsa", "sha256", SSL30, TLS12},
	{0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "3des-ede-cbc-sha", KeyExchangeRSA, "rsa", "sha256", SSL30, TLS12},
	{0x0015, "TLS_DHE_RSA_WITH_DES_CBC_SHA", "des-cbc-sha", KeyExchangeDHE, "rsa", "sha256", SSL30, TLS11},
	{0x0009, "TLS_RSA_WITH_DES_CBC_SHA", "des-cbc-sha", KeyExchangeRSA, "rsa", "sha256", SSL30, TLS11},
	{0xc007, "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA", "rc4-sha", KeyExchangeECDHE, "ecdsa", "sha256", TLS10, TLS12},
	{0xc011, "TLS_ECDHE_RSA_WITH_RC4_128_SHA", "rc4-sha", KeyExchangeECDHE, "rsa", "sha256", TLS10, TLS12},
	{0x0005, "TLS_RSA_WITH_RC4_128_SHA", "rc4-sha", KeyExchangeRSA, "rsa", "sha256", SSL30, TLS12},
	{0x0004, "TLS_RSA_WITH_RC4_128_MD5", "rc4-md5", KeyExchangeRSA, "rsa", "sha256", SSL30, TLS12},
	{0xc006, "TLS_ECDHE_ECDSA_WITH_NULL_SHA", "null-sha", KeyExchangeECDHE, "ecdsa", "sha256", TLS10, TLS12},
	{0xc010, "TLS_ECDHE_RSA_WITH_NULL_SHA", "null-sha", KeyExchangeECDHE, "rsa", "sha256", TLS10, TLS12},
	{0x003b, "TLS_RSA_WITH_NULL_SHA256", "null-sha256", KeyExchangeRSA, "rsa", "sha256", TLS12, TLS12},
	{0x0002, "TLS_RSA_WITH_NULL_SHA", "null-sha", KeyExchangeRSA, "rsa", "sha256", SSL30, TLS12},
	{0x0001, "TLS_RSA_WITH_NULL_MD5", "null-md5", KeyExchangeRSA, "rsa", "sha256", SSL30, TLS12},
}

// Suites returns a copy of the table of cipher suites, in the default order of preference.
func Suites() []Suite { return slices.Clone(suites) }

// SuiteByID finds a suite by its number; false if the table does not have it.
func SuiteByID(id SuiteID) (Suite, bool) {
	return find(func(s *Suite) bool { return s.ID == id })
}

// SuiteByName finds a suite by IANA's name; false if the table does not have it.
func SuiteByName(name string) (Suite, bool) {
	return find(func(s *Suite) bool { return s.Name == name })
}

func find(is func(*Suite) bool) (Suite, bool) {
	for i := range suites {
		if is(&suites[i]) {
			return suites[i], true
		}
	}
	return Suite{}, false
}

// String returns IANA's name, or the number in hexadecimal if the table does not have the suite.
func (id SuiteID) String() string {
	if s, ok := SuiteByID(id); ok {
		return s.Name
	}
	return fmt.Sprintf("0x%04x", uint16(id))
}
