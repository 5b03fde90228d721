package scenarios

import (
	"slices"
	"time"

	"tlslab/netem"
	"tlslab/sim"
)

// backgroundKeys are the keys of bulk transfers (background traffic) beside the connection.
var backgroundKeys = []Key{
	{
		Name: "background.uploads", Label: "uploads", Default: "0",
		Doc:    "bulk transfers from client to server over TCP connections of their own, which share all links with the connection",
		fields: field(func(c *Config) value { return count{&c.Background.Uploads, 0, sim.MaxBackground} }),
		check:  func(c *Config) []conflict { return checkTransfers("uploads", c.Background.Uploads, c.Link.Up) },
	},
	{
		Name: "background.downloads", Label: "downloads", Default: "0",
		Doc:    "bulk transfers from server to client",
		fields: field(func(c *Config) value { return count{&c.Background.Downloads, 0, sim.MaxBackground} }),
		check:  func(c *Config) []conflict { return checkTransfers("downloads", c.Background.Downloads, c.Link.Down) },
	},
	{
		Name: "background.lead", Label: "lead of the transfers", Default: "10s",
		Doc:     "least time before the connection starts; each replicate adds a random time of up to the same length, so that the connection meets the transfers in a random phase",
		fields:  field(func(c *Config) value { return duration{&c.Background.Lead, time.Millisecond, sim.MaxLead} }),
		applies: when(func(c *Config) bool { return c.Background.Uploads+c.Background.Downloads > 0 }, "there is no transfer: background.uploads and background.downloads are 0"),
	},
}

// checkTransfers returns a conflict if no link has a rate, so that the transfers fill no queue.
func checkTransfers(key string, transfers int, links []netem.Config) []conflict {
	if transfers == 0 || slices.ContainsFunc(links, func(l netem.Config) bool { return l.HasRate() || l.Queue.Shapes() }) {
		return nil
	}
	return conflictf(blame("background."+key), "no link has a rate in the direction of the transfers, so they would fill no queue: set link.rate")
}
