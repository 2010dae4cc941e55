package main

import (
	"runtime"
	"strings"
)

// A machine is what the figures were taken on.
type machine struct {
	CPU     string `json:"cpu"`
	Cores   int    `json:"cores"` // that this program, and so the server, may use
	Kernel  string `json:"kernel"`
	Go      string `json:"go"`
	Ripgrep string `json:"ripgrep"`
}

// thisMachine describes the machine that this program runs on.
func thisMachine(rg *ripgrep) machine {
	return machine{CPU: cpuModel(), Cores: runtime.NumCPU(), Kernel: kernel(), Go: runtime.Version(), Ripgrep: rg.version}
}

// String describes the machine in one line.
func (m machine) String() string {
	cores := "1 core"
	if m.Cores != 1 {
		cores = grouped(int64(m.Cores)) + " cores"
	}
	return strings.Join([]string{m.CPU, cores, m.Kernel, m.Go, m.Ripgrep}, ", ")
}
