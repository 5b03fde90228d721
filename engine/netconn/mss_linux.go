package netconn

import (
	"net"
	"syscall"
)

// segmentSize returns the data bytes of a full segment that the kernel sends on a TCP connection,
// TCP options subtracted (tcp(7), TCP_MAXSEG); 0 if the transport is not a socket or has no such
// option.
func segmentSize(transport net.Conn) int {
	socket, ok := transport.(syscall.Conn)
	if !ok {
		return 0
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return 0
	}
	size := 0
	if err := raw.Control(func(fd uintptr) {
		if n, err := syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_MAXSEG); err == nil {
			size = n
		}
	}); err != nil {
		return 0
	}
	return size
}
