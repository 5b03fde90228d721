//go:build !linux

package netconn

import "net"

// segmentSize returns the bytes of data in a full segment that the kernel sends on
// a connection; 0 where nobody says.
func segmentSize(net.Conn) int { return 0 }
