// Package tcp is one end of a TCP connection that behaves like Linux's, without I/O.
package tcp
