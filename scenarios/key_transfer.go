package scenarios

import (
	"time"

	"tlslab/sim/content"
)

// Bounds of a transfer. A recording keeps what the rounds of an exchange send together.
const (
	maxRounds      = 100
	maxTransferred = maxSize // bytes that either side sends in all rounds
)

var contents = vocabulary{"a kind of content", content.Names()}

// transferKeys are the keys of the application data, and of the replicate's end.
var transferKeys = []Key{
	{
		Name: "transfer.request", Label: "request size", Default: "500B",
		Doc:    "application data in a request of the client",
		fields: field(func(c *Config) value { return size{&c.Transfer.Request, 1, 0} }),
		lower:  toExchange(func(c *Config, e *engines) { e.exchange.Request = c.Transfer.Request }),
	},
	{
		Name: "transfer.response", Label: "response size", Default: "10kB",
		Doc:    "application data in a response of the server",
		fields: field(func(c *Config) value { return size{&c.Transfer.Response, 1, 0} }),
		lower:  toExchange(func(c *Config, e *engines) { e.exchange.Response = c.Transfer.Response }),
	},
	{
		Name: "transfer.content", Label: "content", Default: "text",
		Doc:     "content of requests and responses: text (markup, which DEFLATE shortens to a third) or random (which cannot be compressed, like images and archives)",
		fields:  field(func(c *Config) value { return enum{&c.Transfer.Content, contents} }),
		applies: when(func(c *Config) bool { return c.TLS.Compression }, "nothing is compressed: tls.compression is false"),
		lower: toExchange(func(c *Config, e *engines) {
			if c.TLS.Compression {
				e.exchange.Content = c.Transfer.Content
			}
		}),
	},
	{
		Name: "transfer.rounds", Label: "requests", Default: "1",
		Doc:    "requests on the connection, each sent after the last byte of the previous response; all have the same size, and together at most 1 GiB each way",
		fields: field(func(c *Config) value { return count{&c.Transfer.Rounds, 1, maxRounds} }),
		check: func(c *Config) []conflict {
			t := &c.Transfer
			switch {
			case t.Rounds > maxTransferred/t.Request:
				return conflictf(blame("transfer.rounds", "transfer.request"), "%d requests of %s: at most %s in all", t.Rounds, sizes.format(int64(t.Request)), sizes.format(maxTransferred))
			case t.Rounds > maxTransferred/t.Response:
				return conflictf(blame("transfer.rounds", "transfer.response"), "%d responses of %s: at most %s in all", t.Rounds, sizes.format(int64(t.Response)), sizes.format(maxTransferred))
			}
			return nil
		},
		lower: toExchange(func(c *Config, e *engines) { e.exchange.Rounds = c.Transfer.Rounds }),
	},
	{
		Name: "transfer.pause", Label: "pause between requests", Unset: "none",
		Doc:    "pause of the client between a response and its next request",
		fields: field(func(c *Config) value { return duration{&c.Transfer.Pause, 0, time.Hour} }),
		check: func(c *Config) []conflict {
			if pauses := time.Duration(c.Transfer.Rounds-1) * c.Transfer.Pause; pauses >= c.Timeout {
				return conflictf(blame("transfer.pause", "timeout"), "the pauses take %s together, and every replicate ends after %s", formatDuration(pauses), formatDuration(c.Timeout))
			}
			return nil
		},
		applies: when(func(c *Config) bool { return c.Transfer.Rounds > 1 }, "a pause is between two requests, and transfer.rounds is 1"),
		lower:   toExchange(func(c *Config, e *engines) { e.exchange.Pause = c.Transfer.Pause }),
	},
	{
		Name: "timeout", Label: "timeout", Default: "60s",
		Doc:    "virtual time after which a replicate ends and counts as timed out",
		fields: field(func(c *Config) value { return duration{&c.Timeout, time.Millisecond, 0} }),
	},
}
