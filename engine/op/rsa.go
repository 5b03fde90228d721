package op

import "strconv"

// RSA returns the name of RSA keys with a modulus of bits: "rsa2048".
func RSA(bits int) string {
	switch bits {
	case 2048:
		return "rsa2048"
	case 3072:
		return "rsa3072"
	case 4096:
		return "rsa4096"
	}
	return "rsa" + strconv.Itoa(bits)
}
