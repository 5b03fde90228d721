package op

import "strconv"

// RSA names RSA keys of a modulus of so many bits: "rsa2048".
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
