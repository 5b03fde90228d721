package scenarios

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"tlslab/engine"
	records "tlslab/engine/record"
)

// Records is how much application data goes into each record, as both sides send it.
type Records struct {
	Size      RecordSize // of every record; or mss, dynamic or the name of a preset
	Small     RecordSize // dynamic: of the first records; or mss
	Large     int        // dynamic: of those that follow, bytes of plaintext
	Threshold int        // dynamic: bytes of application data after which records are large
	Idle      time.Duration
}

// RecordSize is a size of records: bytes of plaintext, or a word that says where it comes from.
type RecordSize struct {
	Bytes int    // 0: as Word says
	Word  string // mss, dynamic …; "" where there are Bytes
}

// The words of record sizes that are no presets.
const (
	recordMSS     = "mss"
	recordDynamic = "dynamic"
)

// recordWords are what tls.record may be beside a size.
func recordWords() []string {
	words := []string{recordMSS, recordDynamic}
	for _, p := range records.Presets() {
		words = append(words, p.Name)
	}
	return words
}

// recordSize is a setting whose value is a size or a word.
type recordSize struct {
	*RecordSize
	words []string
}

// UnmarshalYAML takes a size, or one of the words.
func (r recordSize) UnmarshalYAML(n ast.Node) error {
	text, err := scalar(n)
	if err != nil {
		return err
	}
	switch {
	case number.MatchString(text):
		var size Size
		err = size.UnmarshalYAML(n)
		*r.RecordSize = RecordSize{Bytes: int(size)}
	case slices.Contains(r.words, text):
		*r.RecordSize = RecordSize{Word: text}
	default:
		err = wrong(n, "%q is not a record size%s: a size such as 16KiB, %s", text, didYouMean(text, r.words), strings.Join(r.words, ", "))
	}
	return err
}

func (r recordSize) schema() object {
	return object{"anyOf": []object{{"enum": r.words}, sizes.schema()}}
}

// MarshalJSON writes the size in bytes, or the word.
func (r recordSize) MarshalJSON() ([]byte, error) {
	if r.Word != "" {
		return json.Marshal(r.Word)
	}
	return json.Marshal(Size(r.Bytes))
}

// stage is the size as a stage of a sizing.
func (r RecordSize) stage() records.Stage {
	return records.Stage{Plain: r.Bytes, Segment: r.Word == recordMSS}
}

// setRecords tells an engine. A size alone is a fixed one, which needs no sizing.
func (r *Records) setRecords(cfg *engine.Config) {
	switch r.Size.Word {
	case "":
		cfg.RecordSize = r.Size.Bytes
	case recordMSS:
		cfg.RecordSizing = &records.Sizing{Stages: []records.Stage{r.Size.stage()}}
	case recordDynamic:
		small := r.Small.stage()
		small.Bytes = int64(r.Threshold)
		cfg.RecordSizing = &records.Sizing{Stages: []records.Stage{small, {Plain: r.Large}}, Idle: r.Idle}
	default:
		if p := records.PresetByName(r.Size.Word); p != nil {
			cfg.RecordSizing = &p.Sizing
		}
	}
}

// recordKeys are the keys that say more of dynamic records.
var recordKeys = []string{"tls.record_small", "tls.record_large", "tls.record_threshold", "tls.record_idle"}

// dynamicDefaults are the figures that Apache Traffic Server began with (TS-2503) and others took over, for the connection's own
// segments.
var dynamicDefaults = map[string]func(*Records){
	"tls.record_small":     func(r *Records) { r.Small = RecordSize{Word: recordMSS} },
	"tls.record_threshold": func(r *Records) { r.Threshold = 1_000_000 },
	"tls.record_large":     func(r *Records) { r.Large = engine.DefaultRecordSize },
	"tls.record_idle":      func(r *Records) { r.Idle = time.Second },
}

// completeRecord fills in what is not said of dynamic records. Where base says it and a level has other records, it does not count.
func completeRecord(c *Config, set map[string]setting) []fault {
	r := &c.TLS.Record
	if r.Size.Word != "" && c.TLS.Compression {
		return faultf([]string{"tls.record", "tls.compression"}, "how long compressed records become depends on what is in them: with tls.compression their plaintext has a fixed size")
	}
	if r.Size.Word != "" && c.TLS.KeyUpdateAfter > 0 {
		return faultf([]string{"tls.record", "tls.key_update_after"}, "records that are sized as they go are not counted beforehand: with tls.key_update_after their plaintext has a fixed size")
	}
	for _, name := range recordKeys {
		s, said := set[name]
		switch {
		case r.Size.Word == recordDynamic && !said:
			dynamicDefaults[name](r)
		case r.Size.Word != recordDynamic && said && s.layer >= set["tls.record"].layer:
			return faultf([]string{name}, "this is for dynamic records, and tls.record is %s", r.Size)
		}
	}
	if r.Size.Word != recordDynamic {
		*r = Records{Size: r.Size}
	}
	return checkRecord(r)
}

func checkRecord(r *Records) []fault {
	const bounds = "%dB: a record holds from 1B to 16KiB (RFC 9846 §5.1)"
	out := func(bytes int) bool { return bytes < 1 || bytes > engine.DefaultRecordSize }
	switch {
	case r.Size.Word == "" && out(r.Size.Bytes):
		return faultf([]string{"tls.record"}, bounds, r.Size.Bytes)
	case r.Size.Word != recordDynamic:
		return nil
	case r.Small.Word == "" && out(r.Small.Bytes):
		return faultf([]string{"tls.record_small"}, bounds, r.Small.Bytes)
	case out(r.Large):
		return faultf([]string{"tls.record_large"}, bounds, r.Large)
	case r.Threshold < 1:
		return faultf([]string{"tls.record_threshold"}, "%dB: small records come before at least 1B", r.Threshold)
	}
	return nil
}

// String is the size as it is written.
func (r RecordSize) String() string {
	if r.Word != "" {
		return r.Word
	}
	return fmt.Sprint(sizes.format(int64(r.Bytes)))
}
