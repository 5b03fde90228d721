package scenarios

import (
	"slices"
	"strings"
	"time"

	"tlslab/engine"
	"tlslab/engine/record"
	"tlslab/scenarios/document"
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
	for _, p := range record.Presets() {
		words = append(words, p.Name)
	}
	return words
}

// recordSize is a size from 1B to 16KiB, or one of the words.
type recordSize struct {
	to    *RecordSize
	words []string
}

func (r recordSize) read(n *document.Node) error {
	text, err := n.Scalar()
	if err != nil {
		return err
	}
	var read RecordSize
	switch {
	case number.MatchString(text):
		err = size{&read.Bytes, 1, engine.DefaultRecordSize}.read(n)
	case slices.Contains(r.words, text):
		read.Word = text
	default:
		err = n.Errorf("%q is not a record size%s: a size such as 16KiB, %s", text, didYouMean(text, r.words), strings.Join(r.words, ", "))
	}
	if err == nil {
		*r.to = read
	}
	return err
}

func (r recordSize) schema() object {
	return object{"anyOf": []object{{"enum": r.words}, sizes.schema()}}
}

func (r recordSize) isZero() bool { return *r.to == RecordSize{} }

// shown is the size in bytes, or the word.
func (r recordSize) shown() any {
	if r.to.Word != "" {
		return r.to.Word
	}
	return size{to: &r.to.Bytes}.shown()
}

// stage is the size as a stage of a sizing.
func (r RecordSize) stage() record.Stage {
	return record.Stage{Plain: r.Bytes, Segment: r.Word == recordMSS}
}

// setRecords sets the record size or the sizing of an engine. A fixed size needs no sizing.
func (r *Records) setRecords(cfg *engine.Config) {
	switch r.Size.Word {
	case "":
		cfg.RecordSize = r.Size.Bytes
	case recordMSS:
		cfg.RecordSizing = &record.Sizing{Stages: []record.Stage{r.Size.stage()}}
	case recordDynamic:
		small := r.Small.stage()
		small.Bytes = int64(r.Threshold)
		cfg.RecordSizing = &record.Sizing{Stages: []record.Stage{small, {Plain: r.Large}}, Idle: r.Idle}
	default:
		if p := record.PresetByName(r.Size.Word); p != nil {
			cfg.RecordSizing = &p.Sizing
		}
	}
}

// isDynamic reports whether records are small at first and large later, as the other keys say.
func (r *Records) isDynamic() bool { return r.Size.Word == recordDynamic }

// String is the size as it is written.
func (r RecordSize) String() string {
	if r.Word != "" {
		return r.Word
	}
	return sizes.format(int64(r.Bytes))
}
