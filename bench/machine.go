package main

import (
	"runtime"
	"strings"
)

// A machine is what the figures were taken on.
type machine struct {
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"` // that this program, and so the server, may use
	Kernel string `json:"kernel"`
	Go     string `json:"go"`
	Beside string `json:"beside"` // programs that daybook is measured against
}

// thisMachine describes the machine that this program runs on, and the programs
// that daybook is measured against.
func thisMachine(beside string) machine {
	return machine{CPU: cpuModel(), Cores: runtime.NumCPU(), Kernel: kernel(), Go: runtime.Version(), Beside: beside}
}

// String describes the machine in one line.
func (m machine) String() string {
	cores := "1 core"
	if m.Cores != 1 {
		cores = grouped(int64(m.Cores)) + " cores"
	}
	return strings.Join([]string{m.CPU, cores, m.Kernel, m.Go, m.Beside}, ", ")
}
