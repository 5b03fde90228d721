// Package protocol names the SSL/TLS protocol versions and the cipher suites that the engine
// speaks, as the IANA registry "TLS Parameters" numbers and names them. It holds names, numbers and
// which belongs to which, and no behaviour: every package of the engine may import it, and it
// imports none.
package protocol
