// Package timing measures single TLS connections on real sockets, with the names of a simulated
// connection's metrics.
//
//	engine.Config.Observe ──► Timeline: messages and when ──┐
//	Exchange.Run: dial, handshake, request, response ───────┴─► Measurement ──► text, JSON
//
// A server has no Exchange: it fills a Measurement from its own Timeline.
package timing
