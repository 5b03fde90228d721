package scenarios

// oneConnection is the reason why the numbers of cores have no effect.
const oneConnection = "a replicate has one connection, whose operations run one after the other: further cores stay idle"

func client(c *Config) *Host { return &c.Client }
func server(c *Config) *Host { return &c.Server }

// hostKeys are the keys of a host.
func hostKeys(side string, host func(*Config) *Host) []Key {
	return []Key{
		{
			Name: side + ".cores", Label: side + " cores", Default: "1",
			Doc:    "cores of the " + side + " for TLS operations",
			fields: field(func(c *Config) value { return count{&host(c).Cores, 1, 0} }),
			applies: func(c *Config) string {
				if c.Background.Uploads+c.Background.Downloads > 0 && host(c).Costs != "reference" {
					return "" // the table may price the kernel's work, which transfers share
				}
				return oneConnection
			},
		},
		{
			Name: side + ".costs", Label: side + " costs", Default: "reference",
			Doc:    "cost table of the " + side + ": reference, or the path of a file made by tlslab calibrate",
			fields: field(func(c *Config) value { return text{to: &host(c).Costs} }),
		},
		{
			Name: side + ".slowdown", Label: side + " slowdown", Default: "1",
			Doc:    "how many times slower than its cost table the " + side + " is",
			fields: field(func(c *Config) value { return multiple{&host(c).Slowdown} }),
		},
	}
}

var serverKeys = []Key{{
	Name: "server.write_chunk", Label: "server write size", Unset: "a flight is one write",
	Doc:    "most bytes of its handshake that the server hands to TCP in one write; the end of a write ends a segment",
	fields: field(func(c *Config) value { return size{to: &c.Server.WriteChunk} }),
	lower: func(c *Config, e *engines) error {
		e.exchange.WriteChunk = c.Server.WriteChunk
		return nil
	},
}}
