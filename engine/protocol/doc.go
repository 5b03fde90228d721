// Package protocol names the SSL/TLS protocol versions and the cipher suites that the engine
// speaks, as the IANA registry "TLS Parameters" numbers and names them. It holds tables and no
// behaviour: every package of the engine may import it, and it imports none of them.
package protocol
