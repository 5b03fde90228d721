package engine

// A Conn is one side of a TLS connection. It is not safe for concurrent
// use.
type Conn struct {
	cfg  *Config
	info Info
}

// Client returns the client's side of a connection. serverName is sent as
// SNI unless it is empty or an IP address, and the server's leaf must be
// valid for it.
func Client(cfg *Config, serverName string) *Conn {
	return &Conn{cfg: cfg, info: Info{ServerName: serverName}}
}

// Server returns the server's side of a connection.
func Server(cfg *Config) *Conn { return &Conn{cfg: cfg} }

// Start begins the handshake: a client queues its ClientHello. It returns an
// error if the Config cannot work.
func (c *Conn) Start() error { return nil }

// Recv consumes at most one record from in, opening it in place. It returns
// the number of bytes consumed, 0 where in does not yet hold a whole record,
// and what the record meant. Event.Data aliases in. An error ends the
// connection: Flush then returns the alert, and further calls return the
// same error.
func (c *Conn) Recv(in []byte) (n int, ev Event, err error) { return 0, Event{}, nil }

// Flush appends to dst what is ready to be sent, and returns the result.
func (c *Conn) Flush(dst []byte) []byte { return dst }

// Seal appends records that carry plain to dst, each with at most
// Config.RecordSize bytes of it. plain must not overlap dst's free space. It
// is an error before EventHandshakeDone and after Close.
func (c *Conn) Seal(dst, plain []byte) ([]byte, error) { return dst, nil }

// Close queues a close_notify, once.
func (c *Conn) Close() {}

// EOF tells the connection that the transport ended. It returns an error
// that wraps ErrTruncated unless the peer's close_notify came first.
func (c *Conn) EOF() error { return nil }

// KeyUpdate queues a TLS 1.3 KeyUpdate message and changes the sending keys
// after it (RFC 8446 §4.6.3). With request, the peer is asked to do the
// same.
func (c *Conn) KeyUpdate(request bool) error { return nil }

// Info returns what has been negotiated.
func (c *Conn) Info() Info { return c.info }

// Session returns what a client needs to resume this connection, or nil if
// the server has not (yet) made it resumable. In TLS 1.3 it holds every
// ticket received so far; see EventSession.
func (c *Conn) Session() *Session { return nil }
