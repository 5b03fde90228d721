// Package server holds servers on real sockets for demonstrations and experiments. Serve accepts
// connections and bounds how many are open; Echo and Web answer on a netconn.Conn.
//
//	net.Listener ──Serve──► net.Conn ──netconn.Server──► netconn.Conn ──► Echo or Web.Handle
package server
