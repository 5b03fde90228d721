package record

import "time"

// A Preset is the Sizing of a widely used program.
type Preset struct {
	Name   string // "go", in scenarios
	User   string // the program, and its setting
	Sizing Sizing
}

// presets have the constants of the programs' sources. If a program writes 16 KiB at a time and
// leaves the record size to its TLS library, the preset has records of 16 KiB.
var presets = [...]Preset{
	// maxPayloadSizeForWrite in crypto/tls/conn.go of Go 1.26, with a constant segment of 1208
	// bytes and no idle time. recordSizeBoostThreshold of 128 KiB has no effect: the 15th record
	// has the full size before.
	{"go", "crypto/tls, and so Caddy and Traefik", Sizing{
		Stages: []Stage{{Wire: 1208, Growing: true}},
	}},
	// nginx__dynamic_tls_records.patch in cloudflare/sslconfig: ssl_dyn_rec_size_lo,
	// ssl_dyn_rec_size_hi, ssl_dyn_rec_threshold of 40, which is compared by ">" with the records
	// sent, ssl_dyn_rec_timeout; the last stage is nginx's ssl_buffer_size.
	{"cloudflare", "nginx with Cloudflare's patch, ssl_dyn_rec_enable on", Sizing{
		Stages: []Stage{{Plain: 1369, Records: 41}, {Plain: 4229, Records: 40}, {Plain: MaxPlaintext}},
		Idle:   time.Second,
	}},
	// SSL_DEF_TLS_RECORD_SIZE and the constants beside it in iocore/net/P_SSLNetVConnection.h.
	{"traffic-server", "Apache Traffic Server, proxy.config.ssl.max_record_size -1", Sizing{
		Stages: []Stage{{Plain: 1300, Bytes: 1_000_000}, {Plain: MaxPlaintext - 1}},
		Idle:   time.Second,
	}},
	// Connection::get_tls_write_limit in src/shrpx_connection.cc.
	{"nghttpx", "nghttp2's proxy by default, tls-dyn-rec-warmup-threshold 1M", Sizing{
		Stages: []Stage{{Plain: 1300, Bytes: 1 << 20}, {Plain: MaxPlaintext}},
		Idle:   time.Second,
	}},
	// modules/http2/h2_c1_io.c: WRITE_SIZE_INITIAL and WRITE_SIZE_MAX.
	{"httpd", "Apache httpd with HTTP/2 by default, H2TLSWarmUpSize 1048576 and H2TLSCoolDownSecs 1", Sizing{
		Stages: []Stage{{Plain: 1300, Bytes: 1 << 20}, {Plain: MaxPlaintext}},
		Idle:   time.Second,
	}},
}

// Presets lists all presets.
func Presets() []Preset { return presets[:] }

// PresetByName returns the preset with a name; nil if the name is unknown.
func PresetByName(name string) *Preset {
	for i := range presets {
		if presets[i].Name == name {
			return &presets[i]
		}
	}
	return nil
}
