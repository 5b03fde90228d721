// Package wire is the codec of TLS handshake messages and extensions.
//
// Each message is a struct with two methods. Parse reads a whole body and returns ErrDecode if the
// body does not follow the RFC's grammar, trailing bytes included. Append appends the body to dst.
// Append after Parse gives the same bytes.
//
//	body ──Parse──► struct of fields and lists ──Append──► body
//
// Nothing is copied or allocated: byte fields and lists point into the body. A list is its encoded
// elements, which Parse has checked. Next takes the first element off:
//
//	for rest := hello.Extensions; len(rest) > 0; {
//	        id, body, rest = rest.Next()
//	        ...
//	}
//
// The package does not check whether values make sense.
package wire
