//go:build !linux

package netconn

import "net"

// segmentSize returns 0: the segment size is known on Linux only.
func segmentSize(net.Conn) int { return 0 }
