package tcp

import (
	"reflect"
	"testing"
)

func TestACopyOfASegmentHasEveryField(t *testing.T) {
	var s, copied Segment
	v := reflect.ValueOf(&s).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.Bool:
			f.SetBool(true)
		case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
			f.SetUint(2)
		case reflect.Int32, reflect.Int64:
			f.SetInt(int64(i + 1))
		}
	}
	s.SACK[0], s.SACK[1] = Block{1, 2}, Block{5, 7}
	if s.CopyTo(&copied); copied != s {
		t.Errorf("a copy of %+v is %+v", s, copied)
	}
}
