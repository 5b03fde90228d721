package netem

// Sources of several figures.
const (
	fcc2014 = "FCC, Measuring Broadband America, 2014: peak-period average, from the home " +
		"to the nearest measurement server"
	ofcomUploads = "Ofcom, UK Home Broadband Performance, 2023: median of all " +
		"technologies in March 2023; the report gives no median for this technology"
	mobileMatters2023 = "Ofcom, Mobile Matters, 2023: average of October 2022 to March " +
		"2023"
	mobileMatters2024 = "Ofcom, Mobile Matters, 2024: middle of the operators' averages, "
	noAverage         = "no published average for the technology was found"
	fewLosses         = "no published average was found; most lines lose less than 0.4 %, the " +
		"lowest class of chart 8 (FCC, Ninth Measuring Broadband America, 2020)"
	ruleOfThumb = "the rule of thumb of Appenzeller, Keslassy and McKeown, Sizing Router " +
		"Buffers, SIGCOMM 2004: rate × 100 ms, in packets of 1500 bytes and at least 10"
	webPageTest = "WebPageTest, connectivity.ini.sample at commit a7cf6a77: profile DSL"
	lighthouse  = "Google, Lighthouse 7.4.0, docs/throttling.md, 2021: mobile profile, " +
		"called Slow 4G"
)

// presetTable is the data of all presets. Each direction has half of the round-trip time. A queue
// without a published length holds what the link transmits in 100 ms, the round-trip time for which
// CoDel's default interval is chosen (RFC 8289). The queues of geo and datacentre hold what the
// link transmits in its own round-trip time.
var presetTable = []struct {
	name, title, up, down string
	figures               []Figure
}{
	{
		name: "fibre", title: "fibre to the home",
		up:   "delay 12ms rate 18400kbit limit 153",
		down: "delay 12ms rate 149200kbit limit 1243",
		figures: []Figure{
			{Of: "round-trip time", Value: "24 ms", Source: fcc2014},
			{Of: "rate down", Value: "149.2 Mbit/s", Source: "Ofcom, UK Home Broadband " +
				"Performance, 2023: median of March 2023"},
			{Of: "rate up", Value: "18.4 Mbit/s", Assumed: true, Source: ofcomUploads},
			{Of: "loss", Value: "none", Assumed: true, Source: fewLosses},
			{Of: "jitter", Value: "none", Assumed: true, Source: noAverage},
			{Of: "queues", Value: "1243 packets down, 153 up", Assumed: true, Source: ruleOfThumb},
		},
	},
	{
		name: "cable", title: "cable (DOCSIS)",
		up:   "delay 16ms rate 18400kbit queue pie target 10ms",
		down: "delay 16ms rate 270600kbit limit 2255",
		figures: []Figure{
			{Of: "round-trip time", Value: "32 ms", Source: fcc2014},
			{Of: "rate down", Value: "270.6 Mbit/s", Source: "Ofcom, UK Home Broadband " +
				"Performance, 2023: median of March 2023"},
			{Of: "rate up", Value: "18.4 Mbit/s", Assumed: true, Source: ofcomUploads},
			{Of: "loss", Value: "none", Assumed: true, Source: fewLosses},
			{Of: "jitter", Value: "none", Assumed: true, Source: noAverage},
			{Of: "queue down", Value: "2255 packets", Assumed: true, Source: ruleOfThumb},
			{Of: "queue up", Value: "pie target 10ms", Source: "RFC 8034, 2017: PIE in DOCSIS " +
				"cable modems; the latency target is the default of the ns-3 module docsis-ns3 " +
				"(ClassicAqmLatencyTarget)"},
		},
	},
	{
		name: "vdsl", title: "VDSL from a street cabinet",
		up:   "delay 24500us rate 20mbit limit 167",
		down: "delay 24500us rate 80mbit limit 667",
		figures: []Figure{
			{Of: "round-trip time", Value: "49 ms", Source: fcc2014 + ", ADSL " +
				"and VDSL together"},
			{Of: "rate down", Value: "80 Mbit/s", Source: "Openreach, FTTC product of April " +
				"2012: highest rate, as sold; the rate of a line depends on its length"},
			{Of: "rate up", Value: "20 Mbit/s", Source: "Openreach, FTTC product of April " +
				"2012: highest rate, as sold"},
			{Of: "loss", Value: "none", Assumed: true, Source: fewLosses},
			{Of: "jitter", Value: "none", Assumed: true, Source: noAverage},
			{Of: "queues", Value: "667 packets down, 167 up", Assumed: true, Source: ruleOfThumb},
		},
	},
	{
		name: "adsl", title: "ADSL from an exchange",
		up:   "delay 25ms rate 384kbit limit 10",
		down: "delay 25ms rate 1500kbit limit 12",
		figures: []Figure{
			{Of: "round-trip time", Value: "50 ms", Source: webPageTest},
			{Of: "rate down", Value: "1.5 Mbit/s", Source: webPageTest},
			{Of: "rate up", Value: "384 kbit/s", Source: webPageTest},
			{Of: "loss", Value: "none", Assumed: true, Source: fewLosses},
			{Of: "jitter", Value: "none", Assumed: true, Source: noAverage},
			{Of: "queues", Value: "12 packets down, 10 up", Assumed: true, Source: ruleOfThumb},
		},
	},
	{
		name: "wifi", title: "Wi-Fi hop to an access point nearby, without the path behind it",
		up:   "delay 1500us rate 433300kbit limit 3611",
		down: "delay 1500us rate 433300kbit limit 3611",
		figures: []Figure{
			{Of: "round-trip time", Value: "3 ms", Source: "Sui et al., Characterizing and " +
				"Improving WiFi Latency in Large-Scale Operational Networks, MobiSys 2016: " +
				"median; the 90th percentile is 20 ms and the 99th 250 ms"},
			{Of: "rate down", Value: "433.3 Mbit/s", Source: "IEEE 802.11ac, 2013: " +
				"physical rate of one spatial stream of 80 MHz at MCS 9 with the short guard " +
				"interval; a connection gets less"},
			{Of: "rate up", Value: "433.3 Mbit/s", Source: "IEEE 802.11ac, 2013: as down; " +
				"in a real channel both directions share this rate"},
			{Of: "loss", Value: "none", Assumed: true, Source: noAverage},
			{Of: "jitter", Value: "none", Assumed: true, Source: noAverage},
			{Of: "queues", Value: "3611 packets down, 3611 up", Assumed: true, Source: ruleOfThumb},
		},
	},
	{
		name: "3g", title: "3G (UMTS, HSPA)",
		up:   "delay 31750us rate 2mbit limit 17",
		down: "delay 31750us rate 5900kbit limit 49",
		figures: []Figure{
			{Of: "round-trip time", Value: "63.5 ms", Source: "Ofcom, Measuring mobile " +
				"broadband performance in the UK, 2015: average of five cities in the last " +
				"quarter of 2014"},
			{Of: "rate down", Value: "5.9 Mbit/s", Source: mobileMatters2023},
			{Of: "rate up", Value: "2 Mbit/s", Source: mobileMatters2023},
			{Of: "loss", Value: "none", Assumed: true, Source: noAverage},
			{Of: "jitter", Value: "none", Assumed: true, Source: noAverage},
			{Of: "queues", Value: "49 packets down, 17 up", Assumed: true, Source: ruleOfThumb},
		},
	},
	{
		name: "slow-4g", title: "slow 4G, the mobile profile of Lighthouse",
		up:   "delay 75ms rate 750kbit limit 10",
		down: "delay 75ms rate 1638400bit limit 14",
		figures: []Figure{
			{Of: "round-trip time", Value: "150 ms", Source: lighthouse},
			{Of: "rate down", Value: "1.6384 Mbit/s", Source: lighthouse + "; 1.6 × " +
				"1024 kbit/s in its source"},
			{Of: "rate up", Value: "750 kbit/s", Source: lighthouse},
			{Of: "loss", Value: "none", Source: lighthouse},
			{Of: "jitter", Value: "none", Assumed: true, Source: "the profile has no jitter"},
			{Of: "queues", Value: "14 packets down, 10 up", Assumed: true, Source: ruleOfThumb},
		},
	},
	{
		name: "lte", title: "4G (LTE)",
		up:   "delay 10500us rate 7600kbit limit 63",
		down: "delay 10500us rate 29500kbit limit 246",
		figures: []Figure{
			{Of: "round-trip time", Value: "21 ms", Source: mobileMatters2024 + "18.3 to " +
				"23.7 ms"},
			{Of: "rate down", Value: "29.5 Mbit/s", Source: mobileMatters2023},
			{Of: "rate up", Value: "7.6 Mbit/s", Source: mobileMatters2023},
			{Of: "loss", Value: "none", Assumed: true, Source: noAverage},
			{Of: "jitter", Value: "none", Assumed: true, Source: noAverage},
			{Of: "queues", Value: "246 packets down, 63 up", Assumed: true, Source: ruleOfThumb},
		},
	},
	{
		name: "lte-m", title: "LTE-M (category M1) for small devices",
		up:   "delay 50ms rate 1mbit limit 10",
		down: "delay 50ms rate 1mbit limit 10",
		figures: []Figure{
			{Of: "round-trip time", Value: "100 ms", Source: "Arduino, documentation of " +
				"the Portenta Max Carrier, 2022: 50 to 100 ms, of which this is the upper end"},
			{Of: "rate down", Value: "1 Mbit/s", Source: "3GPP Release 13, category M1: " +
				"peak (AWS, Implementing Low-Power Wide-Area Network Solutions, 2022)"},
			{Of: "rate up", Value: "1 Mbit/s", Source: "3GPP Release 13, category M1: peak " +
				"(AWS, Implementing Low-Power Wide-Area Network Solutions, 2022)"},
			{Of: "loss", Value: "none", Assumed: true, Source: noAverage},
			{Of: "jitter", Value: "none", Assumed: true, Source: noAverage},
			{Of: "queues", Value: "10 packets down, 10 up", Assumed: true, Source: ruleOfThumb},
		},
	},
	{
		name: "5g", title: "5G below 6 GHz, non-standalone",
		up:   "delay 9400us rate 14700kbit limit 122",
		down: "delay 9400us rate 129900kbit limit 1082",
		figures: []Figure{
			{Of: "round-trip time", Value: "18.8 ms", Source: mobileMatters2024 + "16.3 to " +
				"21.4 ms"},
			{Of: "rate down", Value: "129.9 Mbit/s", Source: mobileMatters2023},
			{Of: "rate up", Value: "14.7 Mbit/s", Source: mobileMatters2023},
			{Of: "loss", Value: "none", Assumed: true, Source: noAverage},
			{Of: "jitter", Value: "none", Assumed: true, Source: noAverage},
			{Of: "queues", Value: "1082 packets down, 122 up", Assumed: true, Source: ruleOfThumb},
		},
	},
	{
		name: "leo", title: "satellites in low orbit (Starlink)",
		up:   "delay 25ms rate 14840kbit limit 124",
		down: "delay 25ms rate 104710kbit limit 873",
		figures: []Figure{
			{Of: "round-trip time", Value: "50 ms", Source: "Michel et al., A First Look " +
				"at Starlink Performance, IMC 2022: median to European servers; the quartiles " +
				"are 40 and 60 ms"},
			{Of: "rate down", Value: "104.71 Mbit/s", Source: "Ookla, Speedtest of US " +
				"users in the first quarter of 2025: median"},
			{Of: "rate up", Value: "14.84 Mbit/s", Source: "Ookla, Speedtest of US users " +
				"in the first quarter of 2025: median"},
			{Of: "loss", Value: "none", Assumed: true, Source: "losses come in bursts of " +
				"up to half of the packets at handovers (Kassem et al., A Browser-side View of " +
				"Starlink Connectivity, IMC 2022); no average was found"},
			{Of: "jitter", Value: "none", Assumed: true, Source: noAverage},
			{Of: "queues", Value: "873 packets down, 124 up", Assumed: true, Source: ruleOfThumb},
		},
	},
	{
		name: "geo", title: "a geostationary satellite",
		up:   "delay 300ms rate 10mbit limit 500",
		down: "delay 300ms rate 100mbit limit 5000",
		figures: []Figure{
			{Of: "round-trip time", Value: "600 ms", Source: "Huston, Testing LEO and GEO " +
				"Satellite Services in Australia, APNIC, 2022; the propagation alone takes 477 " +
				"ms or more"},
			{Of: "rate down", Value: "100 Mbit/s", Source: "Michel et al., A First Look at " +
				"Starlink Performance, IMC 2022: subscription of its SatCom terminal"},
			{Of: "rate up", Value: "10 Mbit/s", Source: "Michel et al., A First Look at " +
				"Starlink Performance, IMC 2022: subscription of its SatCom terminal"},
			{Of: "loss", Value: "none", Assumed: true, Source: noAverage},
			{Of: "jitter", Value: "none", Assumed: true, Source: noAverage},
			{Of: "queues", Value: "5000 packets down, 500 up", Assumed: true, Source: "the " +
				"rule of thumb of Appenzeller, Keslassy and McKeown, Sizing Router Buffers, " +
				"SIGCOMM 2004: rate × 600 ms, in packets of 1500 bytes and at least 10"},
		},
	},
	{
		name: "datacentre", title: "two machines of one datacentre",
		up:   "delay 130us loss 0.001% rate 5gbit limit 108",
		down: "delay 130us loss 0.001% rate 5gbit limit 108",
		figures: []Figure{
			{Of: "round-trip time", Value: "0.26 ms", Source: "Solomianik, Network Latency " +
				"Inside and Across Amazon EC2 Availability Zones, 2009: average within a zone"},
			{Of: "rate down", Value: "5 Gbit/s", Source: "AWS, Amazon EC2 instance network " +
				"bandwidth, 2024: limit of one flow outside a cluster placement group"},
			{Of: "rate up", Value: "5 Gbit/s", Source: "AWS, Amazon EC2 instance network " +
				"bandwidth, 2024: limit of one flow outside a cluster placement group"},
			{Of: "loss", Value: "0.001%", Source: "Guo et al., Pingmesh, SIGCOMM 2015: " +
				"lower end of the typical 0.001 % to 0.01 % of packets"},
			{Of: "jitter", Value: "none", Assumed: true, Source: noAverage},
			{Of: "queues", Value: "108 packets down, 108 up", Assumed: true, Source: "the " +
				"rule of thumb of Appenzeller, Keslassy and McKeown, Sizing Router Buffers, " +
				"SIGCOMM 2004: rate × 0.26 ms, in packets of 1500 bytes and at least 10"},
		},
	},
}
