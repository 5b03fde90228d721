package scenarios

import (
	"tlslab/results"
)

// Header is the first line of the scenario's samples.jsonl.
func (s *Scenario) Header(version string) results.Header {
	h := results.Header{
		Schema: results.Schema, Scenario: s.Name, Title: s.Title, Version: version,
		Seed: s.Seed, Replicates: s.Replicates,
		Cells: len(s.Cells), Factors: []results.Factor{}, Constant: s.Constant,
	}
	for i := range s.Factors {
		f := &s.Factors[i]
		h.Factors = append(h.Factors, results.Factor{Name: f.Name, Label: labels[f.Name], Levels: f.levelNames(), Shown: s.shownAsRTT(i)})
	}
	if s.Compare != nil {
		h.Compare = &results.Compare{Factor: s.Compare.Factor, Baseline: s.Compare.Baseline, Metric: s.Compare.Metric, Margin: s.Compare.Margin}
	}
	for _, m := range s.Metrics() {
		h.Metrics = append(h.Metrics, m.Metric)
	}
	return h
}

// labels are what people call factors of one key.
var labels = map[string]string{
	"tls.version":             "TLS version",
	"tls.cipher":              "cipher",
	"tls.suite":               "cipher suite",
	"tls.group":               "group",
	"tls.certificate":         "certificate",
	"tls.chain.length":        "certificates sent",
	"tls.chain.size":          "chain size",
	"tls.client_auth":         "client authentication",
	"tls.client_certificate":  "client certificate",
	"tls.client_chain.length": "client certificates sent",
	"tls.client_chain.size":   "client chain size",
	"tls.revocation":          "revocation",
	"tls.responder":           "OCSP responder",
	"ca.link.delay":           "one-way delay to the authority",
	"ca.link.loss":            "packet loss to the authority",
	"tls.kind":                "handshake kind",
	"tls.resumption":          "resumption",
	"tls.early_data":          "early data allowed",
	"tls.early_data_window":   "window of early data",
	"tls.reject_early_data":   "early data rejected",
	"tls.record":              "record size",
	"tls.record_small":        "size of small records",
	"tls.record_threshold":    "sent in small records",
	"tls.record_large":        "size of large records",
	"tls.record_idle":         "idle time before small records",
	"tls.tickets":             "tickets",
	"tls.tickets_offered":     "tickets offered",
	"link.delay":              "one-way delay",
	"link.jitter":             "jitter",
	"link.loss":               "packet loss",
	"link.rate":               "link rate",
	"link.limit":              "queue limit",
	"client.slowdown":         "client slowdown",
	"server.slowdown":         "server slowdown",
	"client.cores":            "client cores",
	"server.cores":            "server cores",
	"transfer.request":        "request size",
	"transfer.response":       "response size",
	"transfer.rounds":         "requests",
	"transfer.pause":          "pause between requests",
}

// shownAsRTT is what a factor of delays is shown as: the round-trip time that follows from each of its levels, if one does in all
// cells of that level.
func (s *Scenario) shownAsRTT(factor int) *results.Shown {
	f := &s.Factors[factor]
	if f.Name != "link.delay" {
		return nil
	}
	shown := &results.Shown{Name: "rtt"}
	for _, level := range f.Levels {
		text := ""
		for i := range s.Cells {
			c := &s.Cells[i]
			if c.Levels[factor] != level.Name {
				continue
			}
			rtt := formatDuration(c.Config.Link.RTT())
			if text != "" && text != rtt {
				return nil
			}
			text = rtt
		}
		if text == "" {
			return nil // the level is in no cell
		}
		shown.Levels = append(shown.Levels, text)
	}
	return shown
}
