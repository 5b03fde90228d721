package scenarios

import (
	"tlslab/engine"
)

// extensionKeys are the keys of further extensions and signals of the ClientHello.
var extensionKeys = []Key{
	{
		Name: "tls.fallback", Label: "fallback", Default: "false",
		Doc:    "whether the client signals that it retries with a lower version (TLS_FALLBACK_SCSV, RFC 7507); a server that knows a higher one refuses",
		fields: field(func(c *Config) value { return boolean{&c.TLS.Fallback} }),
		lower:  toClient(func(c *Config, e *engine.Config) { e.Fallback = c.TLS.Fallback }),
	},
	{
		Name: "tls.alpn", Label: "ALPN", Unset: "none",
		Doc:     "application protocol that is negotiated (RFC 7301), such as h2",
		fields:  field(func(c *Config) value { return text{&c.TLS.ALPN, 255} }),
		applies: when(withExtensions, "SSL 3.0 has no extensions"),
		lower: both(func(c *Config, e *engine.Config) {
			if c.TLS.ALPN != "" {
				e.ALPN = []string{c.TLS.ALPN}
			}
		}),
	},
	{
		Name: "tls.server_name", Label: "server name", Default: "server.tlslab.example",
		Doc:     "DNS name of the server, in its certificate and in the client's server_name extension",
		fields:  field(func(c *Config) value { return hostname{&c.TLS.ServerName} }),
		applies: notResumedSSL30,
		lower: func(c *Config, e *engines) error {
			e.exchange.ServerName = c.TLS.ServerName
			return nil
		},
	},
}
