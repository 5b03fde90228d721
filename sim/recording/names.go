package recording

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tlslab/engine/record"
)

// contentTypes are the types of records, by the names of RFC 9846 §5.1.
var contentTypes = []string{"handshake", "change_cipher_spec", "alert", "application_data"}

// epochs are the keys of one direction, in the order in which a connection uses
// them (RFC 9846 §7.1); clear is no protection.
var epochs = []string{"clear", "early", "handshake", "application"}

// maxMessage is the longest handshake message, with its header, in bytes.
const maxMessage = 4 + 1<<24 - 1

// unnamed returns the items without those that only name what others do.
func unnamed(items []Item) []Item {
	return slices.DeleteFunc(slices.Clone(items), func(it Item) bool { return it.Action.Names() })
}

func (it *Item) nameString() string {
	switch {
	case it.Action == Record:
		return fmt.Sprintf("record %s %d", it.Name, it.Bytes)
	case it.Action == KeyChange && it.Sent:
		return "keys send " + it.Name
	case it.Action == KeyChange:
		return "keys receive " + it.Name
	case it.Bytes > 0:
		return fmt.Sprintf("message %s %d", it.Name, it.Bytes)
	}
	return "message " + it.Name
}

// indent is what stands before an action in the text form.
func indent(a Action) string {
	switch a {
	case Record:
		return "    "
	case Message:
		return "      "
	}
	return "  "
}

// parseNamed reads the words of a Record or of a Message.
func parseNamed(w []string) (Item, error) {
	it := Item{Action: Record}
	if w[0] == "message" {
		it.Action = Message
	}
	switch {
	case len(w) == 2 && it.Action == Message:
		it.Name = w[1]
		return it, nil
	case len(w) != 3 && it.Action == Message:
		return it, errors.New("want: message NAME [BYTES]")
	case len(w) != 3:
		return it, errors.New("want: record TYPE BYTES")
	}
	n, err := strconv.Atoi(w[2])
	if err != nil || n <= 0 {
		return it, fmt.Errorf("%s %q: want a number of bytes above 0", w[0], w[2])
	}
	it.Name, it.Bytes = w[1], n
	return it, nil
}

// parseKeyChange reads the words of a KeyChange.
func parseKeyChange(w []string) (Item, error) {
	if len(w) != 3 || w[1] != "send" && w[1] != "receive" {
		return Item{}, fmt.Errorf("want: keys send|receive %s", strings.Join(epochs, "|"))
	}
	return Item{Action: KeyChange, Sent: w[1] == "send", Name: w[2]}, nil
}

// validateNames reports names of a side that fit nothing: a record that begins in
// no write or never ends, a message in no record, and words that name nothing.
func validateNames(side string, steps []Step) error {
	ahead := 0 // bytes by which the last record is longer than the writes so far
	for _, s := range steps {
		room := 0            // of the write in hand, behind its last record
		inRecord := false    // the item before belongs to a record
		behindWrite := false // the item before belongs to a write
		for _, it := range s.Items {
			var err error
			switch it.Action {
			case Write:
				covered := min(ahead, it.Bytes)
				ahead, room = ahead-covered, it.Bytes-covered
			case Data, CloseEnd:
				if ahead > 0 {
					err = fmt.Errorf("%v: the record before has %d bytes that are not written", it, ahead)
				}
			case Record:
				if err = validateRecord(&it, behindWrite, room); err == nil {
					covered := min(room, it.Bytes)
					room, ahead = room-covered, it.Bytes-covered
				}
			case Message:
				err = validateMessage(&it, inRecord)
			case KeyChange:
				if !slices.Contains(epochs, it.Name) {
					err = fmt.Errorf("%v: want keys of %s", it, strings.Join(epochs, ", "))
				}
			}
			if err != nil {
				return fmt.Errorf("%s: step at %d: %w", side, s.At, err)
			}
			inRecord = it.Action == Record || it.Action == Message
			behindWrite = it.Action == Write || inRecord
		}
	}
	if ahead > 0 {
		return fmt.Errorf("%s: the last record has %d bytes that are not written", side, ahead)
	}
	return nil
}

func validateRecord(it *Item, behindWrite bool, room int) error {
	switch {
	case !slices.Contains(contentTypes, it.Name):
		return fmt.Errorf("%v: want a record of %s", it, strings.Join(contentTypes, ", "))
	case it.Bytes < record.HeaderSize || it.Bytes > record.MaxRecord:
		return fmt.Errorf("%v: want %d to %d bytes", it, record.HeaderSize, record.MaxRecord)
	case !behindWrite:
		return fmt.Errorf("%v: want it behind the write in which it begins", it)
	case room == 0:
		return fmt.Errorf("%v: the write ends before it begins", it)
	}
	return nil
}

func validateMessage(it *Item, inRecord bool) error {
	switch {
	case strings.ContainsAny(it.Name, " \t\r\n#") || it.Name == "":
		return fmt.Errorf("message %q: want a name of one word", it.Name)
	case it.Bytes < 0 || it.Bytes > maxMessage:
		return fmt.Errorf("%v: want at most %d bytes", it, maxMessage)
	case !inRecord:
		return fmt.Errorf("%v: want it behind the record in which it ends", it)
	}
	return nil
}
