// Package wire is the codec of TLS handshake messages and extensions.
//
// Each message is a struct with two methods. Parse reads a whole body and
// refuses what the RFC's grammar refuses, trailing bytes included; Append
// writes the body behind dst. Append after Parse gives the same bytes.
//
//	body ──Parse──► struct of fields and lists ──Append──► body
//
// Nothing is copied or allocated: byte fields and lists alias the body that
// was parsed. A list is its encoded elements, checked by Parse, and is walked
// with Next:
//
//	for rest := hello.Extensions; len(rest) > 0; {
//	        id, body, rest = rest.Next()
//	        ...
//	}
//
// Whether a message makes sense is not asked here.
package wire
