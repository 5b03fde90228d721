package scenarios

import (
	"slices"
	"time"

	"tlslab/engine"
)

// The defaults of dynamic records: what Apache Traffic Server began with (TS-2503) and others took
// over, for the connection's own segments.
const (
	defaultRecordThreshold = 1_000_000
	defaultRecordIdle      = time.Second
)

// maxRecords bounds the application-data records of a connection: the simulator charges CPU time
// for each.
const maxRecords = 1_000_000

// recordKeys are the keys of the record layer.
var recordKeys = []Key{
	{
		Name: "tls.record", Label: "record size", Default: "16KiB",
		Doc:    "most plaintext bytes in a record of application data: a size; mss (the whole record fits into one TCP segment); dynamic (small at first, then large, as the keys tls.record_* say); or the name of a preset in the table below",
		fields: field(func(c *Config) value { return recordSize{&c.TLS.Record.Size, recordWords()} }),
		check: func(c *Config) []conflict {
			switch {
			case c.TLS.Record.Size.Word == "":
			case c.TLS.Compression:
				return conflictf(blame("tls.record", "tls.compression"), "the length of a compressed record depends on its content: with tls.compression, set tls.record to a size such as 16KiB")
			case c.TLS.KeyUpdateAfter > 0:
				return conflictf(blame("tls.record", "tls.key_update_after"), "the number of these records is not known beforehand: with tls.key_update_after, set tls.record to a size such as 16KiB")
			}
			if n := c.mostRecords(); n > maxRecords {
				return conflictf(blame("tls.record_small", "tls.record", "tls.record_large", "tls.record_size_limit", "tls.max_fragment", "transfer.response", "transfer.request", "transfer.rounds"),
					"the connection has about %d records of application data: at most %d", n, maxRecords)
			}
			return nil
		},
		lower: both(func(c *Config, e *engine.Config) { c.TLS.Record.setRecords(e) }),
	},
	{
		Name: "tls.record_small", Label: "size of small records", Unset: "mss",
		Doc:       "of dynamic records: size of the small ones, or mss",
		fields:    field(func(c *Config) value { return recordSize{&c.TLS.Record.Small, []string{recordMSS}} }),
		derive:    deriveRecord(func(r *Records) { r.Small = RecordSize{Word: recordMSS} }, func(r *Records) { r.Small = RecordSize{} }),
		applies:   dynamicRecords,
		loweredBy: "tls.record",
	},
	{
		Name: "tls.record_threshold", Label: "sent in small records", Unset: "1MB",
		Doc:       "of dynamic records: application data sent in small records before large ones",
		fields:    field(func(c *Config) value { return size{&c.TLS.Record.Threshold, 1, 0} }),
		derive:    deriveRecord(func(r *Records) { r.Threshold = defaultRecordThreshold }, func(r *Records) { r.Threshold = 0 }),
		applies:   dynamicRecords,
		loweredBy: "tls.record",
	},
	{
		Name: "tls.record_large", Label: "size of large records", Unset: "16KiB",
		Doc:    "of dynamic records: size of the large ones, after the threshold",
		fields: field(func(c *Config) value { return size{&c.TLS.Record.Large, 1, engine.DefaultRecordSize} }),
		derive: deriveRecord(func(r *Records) { r.Large = engine.DefaultRecordSize }, func(r *Records) { r.Large = 0 }),
		applies: all(dynamicRecords, when(func(c *Config) bool {
			return max(c.Transfer.Request, c.Transfer.Response)*c.Transfer.Rounds > c.TLS.Record.Threshold
		}, "neither side sends more than tls.record_threshold, so all records are small")),
		loweredBy: "tls.record",
	},
	{
		Name: "tls.record_idle", Label: "idle time before small records", Unset: "1s",
		Doc:    "of dynamic records: time without application data after which they are small again; 0s: they stay large",
		fields: field(func(c *Config) value { return duration{to: &c.TLS.Record.Idle} }),
		derive: deriveRecord(func(r *Records) { r.Idle = defaultRecordIdle }, func(r *Records) { r.Idle = 0 }),
		unset:  func(c *Config) bool { return !c.TLS.Record.isDynamic() },
		applies: all(dynamicRecords, when(func(c *Config) bool { return c.Transfer.Rounds > 1 },
			"a connection with one request is not idle: transfer.rounds is 1")),
		loweredBy: "tls.record",
	},
	{
		Name: "tls.padding", Label: "padding", Unset: "not padded",
		Doc:    "multiple to which TLS 1.3 records are padded, their content type included",
		fields: field(func(c *Config) value { return size{&c.TLS.Pad, 0, engine.DefaultRecordSize} }),
		check: func(c *Config) []conflict {
			if c.TLS.Pad > 0 && c.TLS.Versions.Max < engine.TLS13 {
				return conflictf(blame("tls.padding", "tls.version"), "records are padded from TLS 1.3 on, and tls.version is %s", c.TLS.Versions)
			}
			return nil
		},
		applies: inTLS13("records are padded from TLS 1.3 on"),
		lower:   both(func(c *Config, e *engine.Config) { e.PadTo = c.TLS.Pad }),
	},
	{
		Name: "tls.key_update_after", Label: "records before a key update", Unset: "as many as a key of the cipher may protect (RFC 9846 §5.5)",
		Doc:    "records after which a TLS 1.3 sender changes its keys by a KeyUpdate",
		fields: field(func(c *Config) value { return count{to: &c.TLS.KeyUpdateAfter} }),
		check: func(c *Config) []conflict {
			if c.TLS.KeyUpdateAfter > 0 && c.TLS.Versions.Max < engine.TLS13 {
				return conflictf(blame("tls.key_update_after", "tls.version"), "keys are updated from TLS 1.3 on, and tls.version is %s", c.TLS.Versions)
			}
			return nil
		},
		applies: inTLS13("keys are updated from TLS 1.3 on"),
		lower:   both(func(c *Config, e *engine.Config) { e.KeyUpdateAfter = uint64(c.TLS.KeyUpdateAfter) }),
	},
	{
		Name: "tls.max_fragment", Label: "max_fragment_length", Unset: "not asked for",
		Doc:    "max_fragment_length (RFC 6066) that the client asks for and the server grants, for all records of both sides: 512B, 1KiB, 2KiB or 4KiB",
		fields: field(func(c *Config) value { return size{to: &c.TLS.MaxFragment} }),
		check: func(c *Config) []conflict {
			switch {
			case !slices.Contains([]int{0, 512, 1024, 2048, 4096}, c.TLS.MaxFragment):
				return conflictf(blame("tls.max_fragment"), "%dB: a client can ask for 512B, 1KiB, 2KiB or 4KiB (RFC 6066 §4)", c.TLS.MaxFragment)
			case c.TLS.MaxFragment != 0 && c.TLS.RecordLimit != 0:
				return conflictf(blame("tls.max_fragment", "tls.record_size_limit"), "a server that is asked for both ignores the fragment length (RFC 8449 §5): leave one of them out")
			}
			return nil
		},
		applies: when(withExtensions, "SSL 3.0 has no extensions"),
		lower:   both(func(c *Config, e *engine.Config) { e.MaxFragment = c.TLS.MaxFragment }),
	},
	{
		Name: "tls.record_size_limit", Label: "record_size_limit", Unset: "not announced",
		Doc:    "record_size_limit (RFC 8449) that both sides announce: the most they accept in a protected record, in 1.3 with content type and padding",
		fields: field(func(c *Config) value { return size{&c.TLS.RecordLimit, 64, engine.DefaultRecordSize + 1} }),
		check: func(c *Config) []conflict {
			if c.TLS.RecordLimit > engine.DefaultRecordSize && c.TLS.Versions.Max < engine.TLS13 {
				return conflictf(blame("tls.record_size_limit", "tls.version"), "%dB: at most 16KiB, and from TLS 1.3 on, where the content type counts, 16385B (RFC 8449 §4)", c.TLS.RecordLimit)
			}
			return nil
		},
		applies: when(withExtensions, "SSL 3.0 has no extensions"),
		lower:   both(func(c *Config, e *engine.Config) { e.RecordSizeLimit = c.TLS.RecordLimit }),
	},
	{
		Name: "tls.compression", Label: "compression", Default: "false",
		Doc:    "whether all records are compressed by DEFLATE (RFC 3749), up to 1.2; transfer.content says what there is to compress",
		fields: field(func(c *Config) value { return boolean{&c.TLS.Compression} }),
		check: func(c *Config) []conflict {
			if c.TLS.Compression && c.TLS.Versions.Max >= engine.TLS13 {
				return conflictf(blame("tls.compression", "tls.version"), "TLS 1.3 has no compression, and tls.version is %s", c.TLS.Versions)
			}
			return nil
		},
		applies: when(func(c *Config) bool { return c.TLS.Versions.Max < engine.TLS13 }, "TLS 1.3 has no compression"),
		lower:   both(func(c *Config, e *engine.Config) { e.Compression = c.TLS.Compression }),
	},
	{
		Name: "tls.encrypt_then_mac", Label: "encrypt-then-MAC", Default: "false",
		Doc:    "whether both sides agree on encrypt-then-MAC (RFC 7366) where the suite has a block cipher, up to 1.2",
		fields: field(func(c *Config) value { return boolean{&c.TLS.EncryptThenMAC} }),
		applies: all(when(withExtensions, "SSL 3.0 has no extensions"),
			when(func(c *Config) bool { return c.TLS.Versions.Min < engine.TLS13 }, "TLS 1.3 has no MAC of its own")),
		lower: both(func(c *Config, e *engine.Config) { e.EncryptThenMAC = c.TLS.EncryptThenMAC }),
	},
	{
		Name: "tls.split_records", Label: "1/n-1 splitting", Default: "false",
		Doc:    "whether the first byte of a write has a record of its own where SSL 3.0 or TLS 1.0 chains a block cipher from record to record (1/n-1 splitting)",
		fields: field(func(c *Config) value { return boolean{&c.TLS.SplitRecords} }),
		applies: all(
			when(func(c *Config) bool { return c.TLS.Versions.Max <= engine.TLS10 }, "from TLS 1.1 on each record has an IV of its own"),
			when(func(c *Config) bool { return c.TLS.hasBlockCipher() }, "no suite has a block cipher"),
		),
		lower: both(func(c *Config, e *engine.Config) { e.SplitRecords = c.TLS.SplitRecords }),
	},
}

// mostRecords is about how many records of application data both sides send.
func (c *Config) mostRecords() int {
	const overhead = 112 // bytes of a packet around the plaintext, at most
	// Every preset's record, and every record of mss, has more bytes than this.
	ofPresets := max(1, min(1000, c.TCP.MTU-overhead))
	longest := engine.DefaultRecordSize
	if c.TLS.MaxFragment > 0 {
		longest = c.TLS.MaxFragment
	}
	if c.TLS.RecordLimit > 0 {
		longest = min(longest, c.TLS.RecordLimit-1)
	}
	count := func(bytes, size int) int {
		if size == 0 {
			size = ofPresets
		}
		size = max(1, min(size, longest))
		return (bytes + size - 1) / size
	}
	n := 0
	for _, bytes := range []int{c.Transfer.Request, c.Transfer.Response} {
		if r := &c.TLS.Record; r.isDynamic() {
			small := min(bytes, r.Threshold)
			n += count(small, r.Small.Bytes) + count(bytes-small, r.Large)
		} else {
			n += count(bytes, r.Size.Bytes)
		}
	}
	return n * c.Transfer.Rounds
}

// dynamicRecords is the predicate of keys about dynamic records.
func dynamicRecords(c *Config) string {
	if c.TLS.Record.isDynamic() {
		return ""
	}
	return "tls.record is not dynamic"
}

// deriveRecord sets a default of dynamic records, or clears a setting of dynamic records where
// tls.record has another value.
func deriveRecord(byDefault, forget func(*Records)) func(*Config, bool) []conflict {
	return func(c *Config, set bool) []conflict {
		switch r := &c.TLS.Record; {
		case !r.isDynamic():
			forget(r)
		case !set:
			byDefault(r)
		}
		return nil
	}
}
