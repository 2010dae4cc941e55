package rpc

import (
	"os"
	"runtime"
	"runtime/metrics"
	"strconv"
	"strings"
)

// ticksPerSecond is the unit of times in /proc: USER_HZ, which is 100 on every
// platform that Linux gives to Go.
const ticksPerSecond = 100

// writeProcess writes what the runtime and the operating system know of this
// process, under the names that dashboards for Go programs expect. Systems
// without /proc have the runtime's part only.
func writeProcess(e *exposition) {
	e.family("go_info", gaugeKind, "The version of Go; always 1.")
	e.sample("", 1, label{"version", runtime.Version()})
	e.single("go_goroutines", gaugeKind, "Goroutines that exist.", float64(runtime.NumGoroutine()))
	for _, m := range []struct{ runtime, name, kind, help string }{
		{"/memory/classes/heap/objects:bytes", "go_memstats_heap_alloc_bytes", gaugeKind,
			"Bytes of heap objects, live or not yet collected."},
		{"/memory/classes/total:bytes", "go_memstats_sys_bytes", gaugeKind,
			"Bytes that the runtime took from the system."},
		{"/gc/heap/allocs:bytes", "go_memstats_alloc_bytes_total", counterKind,
			"Bytes allocated on the heap since the start."},
		{"/gc/cycles/total:gc-cycles", "go_gc_cycles_total", counterKind, "Garbage collections completed."},
	} {
		sample := []metrics.Sample{{Name: m.runtime}}
		metrics.Read(sample)
		if sample[0].Value.Kind() == metrics.KindUint64 {
			e.single(m.name, m.kind, m.help, float64(sample[0].Value.Uint64()))
		}
	}
	if fds, err := os.ReadDir("/proc/self/fd"); err == nil {
		e.single("process_open_fds", gaugeKind, "Open file descriptors.", float64(len(fds)))
	}
	if stat, ok := readProcessStat(); ok {
		e.single("process_cpu_seconds_total", counterKind, "Processor time spent, in seconds.", stat.cpuSeconds)
		e.single("process_resident_memory_bytes", gaugeKind, "Bytes of memory in use.", stat.resident)
		e.single("process_virtual_memory_bytes", gaugeKind, "Bytes of address space.", stat.virtual)
	}
}

// processStat is what /proc/self/stat says.
type processStat struct {
	cpuSeconds, resident, virtual float64
}

// readProcessStat reads /proc/self/stat; see proc_pid_stat(5).
func readProcessStat() (processStat, bool) {
	text, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return processStat{}, false
	}
	return parseProcessStat(string(text), os.Getpagesize())
}

// parseProcessStat reads the fields of a stat file. The name of the program
// stands in parentheses and may hold anything, so fields are counted from
// behind it.
func parseProcessStat(text string, pageSize int) (processStat, bool) {
	const utime, stime, vsize, rss = 11, 12, 20, 21 // from the state, field 3
	end := strings.LastIndexByte(text, ')')
	fields := strings.Fields(text[end+1:])
	if end < 0 || len(fields) <= rss {
		return processStat{}, false
	}
	var values [rss + 1]float64
	for _, i := range []int{utime, stime, vsize, rss} {
		v, err := strconv.ParseFloat(fields[i], 64)
		if err != nil {
			return processStat{}, false
		}
		values[i] = v
	}
	return processStat{
		cpuSeconds: (values[utime] + values[stime]) / ticksPerSecond,
		resident:   values[rss] * float64(pageSize),
		virtual:    values[vsize],
	}, true
}
